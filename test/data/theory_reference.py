"""Reference values of the learning curves, computed from their definitions in 130-digit arithmetic.

usage: theory_reference.py [values] [derivatives]

writes theory_values.csv and theory_derivatives.csv beside itself (both, or those named). Needs mpmath; takes about
ten minutes on two processors. The numbers in the files are the same wherever it runs.

Definitions. R has the Marchenko-Pastur law of ratio 1/kappa, <f> is the mean of f over its eigenvalues r, q = (1 +
rho)/alpha the effective noise and E = r + q. The effective ridge xi, and nu = q + xi, come from

    lambda = xi (1 - <E/(E + xi)>/tau)      at the root xi >= 0 where the bracket is not negative

(lambda = 0: xi = 0 if tau >= 1, otherwise the bracket is 0), and with the test-time rho', alpha' and q' = (1 +
rho')/alpha' the errors are

    1 - gamma = 1 - <E^2/(E + xi)^2>/tau
    e   = (rho + <r nu^2/(r + nu)^2> + q <r^2/(r + nu)^2>)/(1 - gamma)
    ICL = rho' + <nu^2/(r + nu)^2> + q' <r^2/(r + nu)^2> + (e/tau) (1 + q') <(r + q)/(r + nu)^2>
    IDG = rho' + <r nu^2/(r + nu)^2> + q' <r^2/(r + nu)^2> + (e/tau) <(r + q)(r + q')/(r + nu)^2>
    GAP = ICL - IDG, XI = xi
    BAYES = rho' + x <1/(r + x)>, x = rho'/alpha', over the law with alpha' in place of kappa.

No closed form of a trace or of xi enters: <f> is an integral (see marchenko_pastur) and xi is converged by Newton's
method on the first equation with its integrals. Closed forms serve twice, without influence on a reference value: for
the place where Newton's method starts, and for the column `scale`, the yardstick for rounding errors of the gap,

    (M (1 - s)/D) (nu^2 (1 + s) + (e/tau) (s^2 + q + s xi))                   (eq. 14 of doc/theory.md with + s xi).

At lambda = 0 and alpha = infinity, where limits do not commute, the definitions are evaluated at alpha = 1e80 and
1e100 (and the same alpha', where that is infinite too): there an answer has converged, or grows and is infinite, with
its sign: the gap tends to -infinity at kappa = tau < 1/3, rho > 0. All other infinite parameters are put in as they
are: 1/infinity = 0, and R = 1 for kappa = infinity.

Derivatives are differences of these functions, central with relative steps of 1e-30, or from the right at 0.

The arithmetic carries 130 digits; differences in the corners of the range cost about 30 of them. Every 50th point is
computed a second time with more digits and other nodes, and has to agree to 60 digits.
"""
import functools
import itertools
import multiprocessing
import os
import random
import sys

from mpmath import mp, mpf

INF = float("inf")
PARAMETERS = ("tau", "alpha", "kappa", "rho", "lambda", "test_alpha", "test_rho")
QUANTITIES = ("icl", "idg", "gap", "scale", "bayes", "xi")
DIGITS, NODES = 130, 100  # NODES: see marchenko_pastur


# --- means over the Marchenko-Pastur law ----------------------------------------------------------------------------

@functools.lru_cache(maxsize=4)
def gauss_legendre(count, _digits):
    """Nodes and weights of Gauss-Legendre quadrature on (-1, 1), for the working precision of _digits."""
    rule = []
    for j in range(1, count + 1):
        x = mp.cos(mp.pi * (j - mpf(1) / 4) / (count + mpf(1) / 2))
        while True:
            before, value = mpf(1), x
            for degree in range(2, count + 1):
                before, value = value, ((2 * degree - 1) * x * value - (degree - 1) * before) / degree
            slope = count * (before - x * value) / (1 - x * x)
            x -= value / slope
            if abs(value / slope) < mpf(10) ** (10 - mp.dps):
                break
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule


def distance_from_one(kappa):
    """1 - sqrt(1/kappa), without cancellation."""
    return (kappa - 1) / kappa / (1 + mp.sqrt(1 / kappa))


def pole_distance(kappa, x):
    """Where r + x = 0: the pole is at theta = pi + i times this number."""
    return 2 * mp.asinh(mp.sqrt((distance_from_one(kappa) ** 2 + x) / (4 * mp.sqrt(1 / kappa))))


@functools.lru_cache(maxsize=8)
def marchenko_pastur(kappa, distance, nodes, _digits):
    """The law of ratio 1/kappa as pairs (weight, r), for means of functions with poles in r at 0 and below.

    With y = 1/kappa and r = 1 + y + 2 sqrt(y) cos(theta) its density is (2/pi) sin(theta)^2/r on (0, pi); for kappa < 1
    the mass of that is only kappa, and the rest is an atom at r = 0. Poles come near the interval at theta = pi only.
    With `distance` that of the nearest one (or 1), pi - theta = distance sinh(t) moves them to pi/2 or more from the
    real axis of t, but for their periodic images around theta = -pi, which come as near as log 2 to the end of the
    interval. So the error of Gauss-Legendre quadrature with n nodes on panels of length 1 falls like 4.5^(-2 n), and
    100 nodes give 130 digits.
    """
    if kappa == mp.inf:
        return [(mpf(1), mpf(1))]
    root, square = mp.sqrt(1 / kappa), distance_from_one(kappa) ** 2
    end = mp.asinh(mp.pi / distance)
    panels = int(mp.ceil(end))
    half = end / panels / 2
    law = []
    for panel in range(panels):
        for node, weight in gauss_legendre(nodes, mp.dps):
            t = half * (2 * panel + 1 + node)
            cosine, sine = mp.cos_sin(distance * mp.sinh(t) / 2)
            r = square + 4 * root * sine ** 2
            law.append((half * weight * distance * mp.cosh(t) * 2 / mp.pi * (2 * sine * cosine) ** 2 / r, r))
    if kappa < 1:
        law.append((1 - kappa, mpf(0)))
    lost = abs(sum(w for w, r in law) - 1) + abs(sum(w * r for w, r in law) - 1)
    assert lost < mpf(10) ** (20 - mp.dps), (kappa, distance, lost)
    return law


def law_for(kappa, smallest_nu, nodes):
    """The law with nodes for means of functions of r and 1/(r + nu), nu >= smallest_nu."""
    if kappa == mp.inf:
        return marchenko_pastur(kappa, None, nodes, mp.dps)
    nearest = mpf(0) if kappa != 1 else smallest_nu  # at kappa = 1 there is no pole at r = 0: sin(theta) is 0 there
    return marchenko_pastur(kappa, min(mpf(1), pole_distance(kappa, nearest)), nodes, mp.dps)


def traces(law, nu):
    """<1/(r+nu)>, <r/(r+nu)>, <1/(r+nu)^2>, <r/(r+nu)^2>, <r^2/(r+nu)^2>."""
    g0 = g1 = h0 = h1 = h2 = mpf(0)
    for weight, r in law:
        g = 1 / (r + nu)
        wg = weight * g
        rg = r * g
        g0 += wg
        g1 += wg * r
        h0 += wg * g
        h1 += wg * rg
        h2 += wg * r * rg
    return g0, g1, h0, h1, h2


# --- the quantities -------------------------------------------------------------------------------------------------

def closed_s(nu, kappa):
    """The positive root of s^2 + s (nu - 1 + 1/kappa) - nu = 0; <1/(r + nu)> = 1/(s + nu)."""
    b = nu - 1 + 1 / kappa
    root = mp.sqrt(b * b + 4 * nu)
    return 2 * nu / (b + root) if b > 0 else (root - b) / 2


def start_of_newton(inverse_tau, q, kappa, ridge):
    """xi to about 33 digits, by bisection of lambda = xi (1 - (1 - xi M)/tau) with M in closed form."""
    def too_small(xi):
        return xi * (1 - inverse_tau * (1 - xi / (closed_s(q + xi, kappa) + q + xi))) < ridge

    lower = upper = ridge + inverse_tau * (1 + q)  # <E/(E + xi)> < <E>/xi = (1 + q)/xi
    while not too_small(lower):
        lower = lower / 2 ** 64
    while upper - lower > lower / 2 ** 110:
        middle = mp.sqrt(lower * upper)
        lower, upper = (middle, upper) if too_small(middle) else (lower, middle)
    return upper


def effective_ridge(law, inverse_tau, q, kappa, ridge):
    """xi. The slope of xi (1 - <E/(E + xi)>/tau) is 1 - <E^2/(E + xi)^2>/tau."""
    if ridge == 0 and inverse_tau <= 1:
        return mpf(0)
    xi = start_of_newton(inverse_tau, q, kappa, ridge)
    for _ in range(6):
        g0, g1, h0, h1, h2 = traces(law, q + xi)
        value = xi * (1 - inverse_tau * (g1 + q * g0)) - ridge
        correction = value / (1 - inverse_tau * (h2 + 2 * q * h1 + q * q * h0))
        xi -= correction
        if abs(correction) < mpf(10) ** -60 * xi:  # and the next one would be the square of it
            return xi
    raise ArithmeticError("Newton's method did not converge")


def bayes_ridge(alpha, rho, nodes):
    x = rho / alpha
    if rho == 0:
        return max(1 - alpha, mpf(0))
    if x == 0:
        return rho
    return rho + x * traces(law_for(alpha, x, nodes), x)[0]


def quantities(point, nodes=NODES):
    """All QUANTITIES at a point, which is the tuple of PARAMETERS."""
    tau, alpha, kappa, rho, ridge, test_alpha, test_rho = (mpf(x) for x in point)
    if alpha == mp.inf and ridge == 0:
        return limit_of_long_contexts(point, nodes)
    bayes = bayes_ridge(test_alpha, test_rho, nodes)
    if ridge == mp.inf:
        return 1 + test_rho, 1 + test_rho, mpf(0), mpf(0), bayes, mp.inf
    if tau == 1 and ridge == 0:
        gap = mpf(0) if kappa == mp.inf else mp.inf
        return mp.inf, mp.inf, gap, gap, bayes, mpf(0)

    q, test_q, inverse_tau = (1 + rho) / alpha, (1 + test_rho) / test_alpha, 1 / tau
    law = law_for(kappa, q + ridge, nodes)
    xi = effective_ridge(law, inverse_tau, q, kappa, ridge)
    nu = q + xi
    _, _, h0, h1, h2 = traces(law, nu)
    gamma = inverse_tau * (h2 + 2 * q * h1 + q * q * h0)
    e = (rho + nu * nu * h1 + q * h2) / (1 - gamma)
    icl = test_rho + nu * nu * h0 + test_q * h2 + e * inverse_tau * (1 + test_q) * (h1 + q * h0)
    idg = test_rho + nu * nu * h1 + test_q * h2 + e * inverse_tau * (h2 + (q + test_q) * h1 + q * test_q * h0)
    gap = mpf(0) if kappa == mp.inf else icl - idg

    s = closed_s(nu, kappa)
    rest = s / (kappa * (s + nu))  # 1 - s
    scale = rest / (s + nu) / (s * s + nu) * (nu * nu * (1 + s) + e * inverse_tau * (s * s + q + s * xi))
    return icl, idg, gap, scale, bayes, xi


def limit_of_long_contexts(point, nodes):
    """alpha -> infinity at lambda = 0. Errors of 1/alpha, on the boundary of two regimes 1/sqrt(alpha)."""
    pair = []
    for alpha in (mpf(10) ** 80, mpf(10) ** 100):
        tau, _, kappa, rho, ridge, test_alpha, test_rho = point
        pair.append(quantities((tau, alpha, kappa, rho, ridge, min(mpf(test_alpha), alpha), test_rho), nodes))
    limit = []
    for at_80, at_100 in zip(*pair):
        if at_100 == at_80:
            limit.append(at_100)
        elif abs(at_100) < mpf(10) ** -30:
            limit.append(mpf(0))
        elif abs(at_100) > abs(at_80) * 10 ** 6:
            limit.append(mp.inf if at_100 > 0 else -mp.inf)
        else:
            assert abs(at_100 - at_80) < mpf(10) ** -30 * abs(at_100), point
            limit.append(at_100)
    return limit


def checked_quantities(task):
    """The quantities at points[index], every 50th computed in two ways."""
    index, point = task
    mp.dps = DIGITS
    first = quantities(point)
    if index % 50 == 0:
        mp.dps = DIGITS + 30
        second = quantities(point, NODES + 33)
        mp.dps = DIGITS
        for a, b in zip(first, second):
            assert a == b or abs(a - b) < mpf(10) ** -60 * abs(b), point
    return first


# --- derivatives ----------------------------------------------------------------------------------------------------

def moved(point, which, change):
    return tuple(mpf(x) + change if j in which else x for j, x in enumerate(point))


def derivative(point, here, which):
    """Derivatives of all quantities, whose values are `here`, as the parameters `which`, equal now, move together.

    Those that differ from 0 by no more than rounding are 0.
    """
    x = mpf(point[which[0]])
    if x == mp.inf:
        return [mpf(0)] * len(here)
    h = x * mpf(10) ** -30 if x > 0 else mpf(10) ** -45

    def slopes(a, b):
        """Between the points a h and b h away."""
        return [(last - first) / ((b - a) * h) for first, last in zip(at[a], at[b])]

    steps = (-1, 1) if x > 0 else (1, 2, 4)
    at = {j: quantities(moved(point, which, j * h)) for j in steps}
    at[0] = here
    if x > 0:
        result = slopes(-1, 1)
    else:  # neither h nor h^2 is left
        result = [(8 * a - 6 * b + c) / 3 for a, b, c in zip(slopes(0, 1), slopes(0, 2), slopes(0, 4))]
    sizes = [here[0] if name == "gap" else abs(value) for name, value in zip(QUANTITIES, here)]
    return [slope if abs(slope) * h > mpf(10) ** -90 * size else mpf(0) for slope, size in zip(result, sizes)]


def all_derivatives(task):
    """Values and derivatives at a point. Unshifted: the test's alpha and rho follow those of pretraining."""
    point, shifted = task
    mp.dps = DIGITS
    groups = [(j,) if shifted or j not in (1, 3) else (j, {1: 5, 3: 6}[j]) for j in range(len(PARAMETERS))]
    here = quantities(point)
    return here, [derivative(point, here, which) for which in groups]


# --- the points -----------------------------------------------------------------------------------------------------

class Draw:
    """Random parameters of few decimal digits, so that they do not depend on the last bit of anybody's pow."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def log(self, low, high, digits=7):
        return float("%.*g" % (digits, 10 ** self.random.uniform(low, high)))

    def flat(self, low, high):
        return float("%.7g" % self.random.uniform(low, high))

    def chance(self, probability):
        return self.random.random() < probability

    def zero_or_log(self, probability, low, high):
        return 0.0 if self.chance(probability) else self.log(low, high)

    def near(self, centre, exactly, low=-12, high=-1):
        """centre, with the given probability; otherwise that times 1 +- 10^low .. 10^high."""
        sign = 1 if self.chance(0.5) else -1
        offset = self.log(low, high, 4)
        return centre if self.chance(exactly) else centre * (1.0 + sign * offset)

    def wide(self, no_ridge=1 / 3, no_noise=1 / 5):
        return [self.log(-6, 6), self.log(-3, 12), self.log(-4, 12), self.zero_or_log(no_noise, -9, 6),
                self.zero_or_log(no_ridge, -15, 9)]

    def moderate(self, no_ridge=1 / 5, no_noise=1 / 5):
        return [self.log(-1.3, 1.3), self.log(-0.52, 3), self.log(-1.3, 1.7),
                0.0 if self.chance(no_noise) else self.flat(0, 1), 0.0 if self.chance(no_ridge) else self.flat(0, 1)]

    def near_peak(self, exactly=0.2, no_ridge=0.3):
        """tau near 1."""
        tau = self.near(1.0, exactly)
        ridge = self.zero_or_log(no_ridge if tau != 1 else 0.0, -15, 0)
        return [tau, self.log(-0.5, 6), self.log(-1, 3), self.zero_or_log(0.2, -3, 1), ridge]

    def near_square(self):
        """kappa near 1: as many tasks as dimensions."""
        return [self.log(-1.3, 1.3), self.log(-0.5, 12), self.near(1.0, 0.25), self.zero_or_log(0.2, -3, 1),
                self.zero_or_log(0.5, -15, 0)]

    def near_boundary(self):
        """kappa near tau: where memorising begins."""
        tau = 1.0 if self.chance(0.15) else self.log(-2, 0) if self.chance(0.7) else self.log(0, 2)
        ridge = self.zero_or_log(0.5 if tau != 1 else 0.0, -15, 0)
        return [tau, self.log(0, 12), self.near(tau, 0.4), self.zero_or_log(0.2, -3, 1), ridge]

    def shifted(self, point):
        """The point with another test: alpha, rho or both."""
        which = self.random.choice(("alpha", "rho", "both"))
        alpha = point[1] if which == "rho" else INF if self.chance(0.2) else self.log(-1, 4)
        rho = point[3] if which == "alpha" else 0.0 if self.chance(0.3) else self.log(-3, 1)
        return tuple(point) + (alpha, rho)


def unshifted(point):
    return tuple(point) + (point[1], point[3])


def corners():
    return [list(point) for point in itertools.product((1e-6, 1e6), (1e-3, 1e12), (1e-4, 1e12), (0.0, 1e-9, 1e6),
                                                       (0.0, 1e-15, 1e9))]


def infinities(draw):
    """Each set of tau, alpha, kappa, lambda infinite, and the grid where the order of limits matters."""
    points = []
    for size in range(1, 5):
        for infinite in itertools.combinations((0, 1, 2, 4), size):
            for j in range(10):
                point = draw.moderate(0.5, 0.3) if j % 2 else draw.wide(0.5, 0.3)
                points.append([INF if place in infinite else x for place, x in enumerate(point)])
    for tau, kappa, rho in itertools.product((0.25, 0.5, 1.0, 2.0, INF), (0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 4.0, INF),
                                             (0.0, 0.25)):
        points.append([tau, INF, kappa, rho, 0.0])
    return points


def shifted_infinities(draw):
    """alpha = infinity with another test: alpha' infinite too, or finite."""
    points = []
    for j in range(50):
        tau, _, kappa, rho, ridge = draw.moderate(0.6, 0.3)
        kappa = (kappa, tau, 1.0, 0.5 * tau, INF)[j % 5]
        test_alpha, test_rho = (INF if j < 30 else draw.log(-1, 3)), draw.zero_or_log(0.3, -2, 1)
        points.append((tau, INF, kappa, rho, ridge, test_alpha, test_rho))
    grid = itertools.product((0.5, 2.0), (0.25, 0.5, 1.0), (0.0, 0.25), (4.0, INF))
    return points + [(tau, INF, kappa, rho, 0.0, test_alpha, 0.125) for tau, kappa, rho, test_alpha in grid]


def value_points():
    draw = Draw(20250522)
    points = [draw.wide() for _ in range(1200)] + [draw.moderate() for _ in range(500)]
    points += [draw.near_peak() for _ in range(294)] + [[1.0, 10.0, kappa, rho, 0.0] for kappa in (0.5, 2.0, INF)
                                                       for rho in (0.0, 0.25)]
    points += [draw.near_square() for _ in range(200)] + [draw.near_boundary() for _ in range(200)]
    points += corners() + infinities(draw)
    shifted = [draw.shifted(draw.moderate() if j % 2 else draw.wide()) for j in range(300)]
    return [unshifted(point) for point in points] + shifted + shifted_infinities(draw)


def derivative_points():
    """Pairs of a point and whether the test is separate from pretraining. Derivatives exist at all of them."""
    draw = Draw(20260217)
    points = [draw.moderate(0.0, 0.0) for _ in range(90)]
    points += [draw.near_peak(0.3, 0.2) for _ in range(60)]
    points += [draw.wide(0.2, 0.2) for _ in range(80)]
    points += [draw.moderate(0.3, 1.0) for _ in range(30)] + [draw.moderate(1.0, 0.3) for _ in range(30)]
    for infinite, count in (((2,), 15), ((0,), 12), ((0, 2), 6), ((1,), 8)):
        for _ in range(count):
            point = draw.moderate(0.0 if 1 in infinite else 0.3, 0.2)
            points.append([INF if place in infinite else x for place, x in enumerate(point)])
    tests = [draw.shifted(draw.moderate(0.2, 0.2) if j % 3 else draw.wide(0.2, 0.2)) for j in range(70)]
    return [(unshifted(point), False) for point in points] + [(point, True) for point in tests]


# --- output ---------------------------------------------------------------------------------------------------------

def text(x, count):
    return "%g" % x if mp.isinf(x) or x == 0 else mp.nstr(x, count)


def write(name, comment, lines):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "w", encoding="ascii") as file:
        file.write("\n".join(["# " + comment] + lines) + "\n")


def parameters(point):
    return [repr(x) for x in point]


def write_values(pool):
    points = value_points()
    lines = [",".join(PARAMETERS + QUANTITIES)]
    for point, values in zip(points, pool.imap(checked_quantities, enumerate(points), 8)):
        lines.append(",".join(parameters(point) + [text(x, 25) for x in values]))
    write("theory_values.csv", "inputs are binary64 numbers: read them as doubles; values are 25 digits of a 130-digit"
          " computation from the definitions, integrals over the Marchenko-Pastur law, by theory_reference.py", lines)


def write_derivatives(pool):
    points = derivative_points()
    lines = [",".join(("shifted",) + PARAMETERS + ("quantity", "value") + tuple("d_" + name for name in PARAMETERS))]
    for (point, shifted), (values, slopes) in zip(points, pool.imap(all_derivatives, points, 4)):
        for j, name in enumerate(QUANTITIES):
            if name != "scale":
                numbers = [text(values[j], 20)] + [text(slope[j], 20) for slope in slopes]
                lines.append(",".join([str(int(shifted))] + parameters(point) + [name] + numbers))
    write("theory_derivatives.csv", "derivatives of the quantities: 20 digits of 130-digit differences, inputs as in"
          " theory_values.csv, by theory_reference.py. shifted = 0: d_alpha and d_rho are total, the test's alpha and"
          " rho follow, and d_test_* moves those alone; shifted = 1: all are partial. At 0 they are from the right",
          lines)


if __name__ == "__main__":
    chosen = sys.argv[1:] or ["values", "derivatives"]
    with multiprocessing.Pool(2) as workers:
        if "values" in chosen:
            write_values(workers)
        if "derivatives" in chosen:
            write_derivatives(workers)
