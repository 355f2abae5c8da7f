"""The boundary of non-monotone curves, run as a user runs it. usage: nonmonotonicity.py PROGRAM"""
import math
import os
import shutil
import tempfile

from example import check_figures, check_usage, finish, read, rows, run, skip, test, theory

ALPHAS = [10 ** (i / 40) for i in range(-120, 321)]  # 1e-3 to 1e8


def boundary_noise(tau, kappa):
    """The rho at which d ICL/d(1/alpha) vanishes at alpha = infinity (doc/figures.md), for kappa > min(tau, 1)."""
    s = 1 - min(tau, 1) / kappa
    return s * s * (1 + abs(tau - 1) * s) / (1 - s * s)


def boundary_kappa(tau, rho):
    low, high = min(tau, 1), 100.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if boundary_noise(tau, middle) < rho else (low, middle)
    return low


def scan(tau, rho, kappa):
    """Interior minima and maxima of ICL over ALPHAS, as indices. A step below 1e-13 of the error is rounding."""
    errors = [theory(tau, alpha, kappa, rho)[0] for alpha in ALPHAS]
    found, last = {"minimum": [], "maximum": []}, 0
    for i, (a, b) in enumerate(zip(errors, errors[1:])):
        sign = 0 if abs(b - a) < 1e-13 * a else 1 if b > a else -1
        if sign and last and sign != last:
            found["minimum" if sign > 0 else "maximum"].append(i)
        last = sign or last
    return found


def check_boundaries(boundaries, rhos):
    expected = [(tau, "minimum", rho) for tau in (0.5, 20) for rho in rhos] + [(20, "maximum", rho) for rho in rhos]
    found = [(b["tau"], b["extremum"], b["rho"]) for b in boundaries]
    test("one boundary of the minimum for each tau and rho, and at tau = 20 one of a maximum",
         sorted(found) == sorted(expected), found)
    test("below it there is one, above none", all((b["below"], b["above"]) == (1, 0) for b in boundaries), boundaries)
    wrong = [b for b in boundaries if b["extremum"] == "minimum"
             and abs(b["kappa"] - boundary_kappa(b["tau"], b["rho"])) > 2e-7]
    test("the minimum's is where the slope at infinite context vanishes", not wrong, wrong)
    wrong = [b for b in boundaries if b["extremum"] == "maximum" and abs(b["kappa"] - (1 - 2 / b["tau"])) > 2e-7]
    test("the maximum's is kappa = 1 - 2/tau", not wrong, wrong)


def check_scan(boundaries, rhos):
    """Curves point by point, by other formulas, over kappa and close to the boundary. At 0.01 from it the minimum is
    at alpha of some 1e4, and the error rises by about 1e-6 of itself after it."""
    edge = {(b["tau"], b["rho"], b["extremum"]): b["kappa"] for b in boundaries}
    wrong = []
    for tau in (0.5, 20):
        for rho in (rhos[0], rhos[10], rhos[20], rhos[30]):
            minimum, maximum = (edge.get((tau, rho, extremum), 0.0) for extremum in ("minimum", "maximum"))
            for kappa in [0.1 + 0.08 * i for i in range(26)] + [minimum - 0.01, minimum + 0.01]:
                found = scan(tau, rho, kappa)
                # The maximum is where alpha is about maximum - kappa, out of the scan's reach at the boundary.
                near = abs(kappa - maximum) < 0.01
                right = len(found["maximum"]) == (kappa < maximum) or near
                if not right or len(found["minimum"]) != (kappa < minimum):
                    wrong.append((tau, rho, kappa, minimum, maximum, found))
    test("a dense scan finds the same", not wrong, wrong)


def check_points(points, boundaries, rhos):
    columns = ["tau", "rho", "kappa", "minima", "maxima", "alpha_minimum", "alpha_maximum"]
    kappas = sorted({p["kappa"] for p in points})
    test("one row a point, in its columns", len(points) == 2 * 31 * 31 and list(points[0]) == columns, points[:1])
    test("rho and kappa are the ranges'", (rhos[0], rhos[-1], kappas[0], kappas[-1], len(rhos), len(kappas))
         == (0.01, 1, 0.1, 2.1, 31, 31), (rhos, kappas))
    edge = {(b["tau"], b["rho"], b["extremum"]): b["kappa"] for b in boundaries}
    wrong = [p for p in points if p["minima"] != (p["kappa"] < edge.get((p["tau"], p["rho"], "minimum"), 0.0))
             or p["maxima"] != (p["kappa"] < edge.get((p["tau"], p["rho"], "maximum"), 0.0))
             or math.isnan(p["alpha_minimum"]) != (p["minima"] == 0)
             or math.isnan(p["alpha_maximum"]) != (p["maxima"] == 0)]
    test("points and boundaries agree", not wrong, wrong)
    wrong = []
    for p in points[::37]:
        found = scan(p["tau"], p["rho"], p["kappa"])
        for extremum in ("minimum", "maximum"):
            alpha = p["alpha_" + extremum]
            near = [i for i in found[extremum] if ALPHAS[max(i - 1, 0)] <= alpha <= ALPHAS[i + 1]]
            if not math.isnan(alpha) and 1e-2 < alpha < 1e4 and not near:
                wrong.append((p, [ALPHAS[i] for i in found[extremum]]))
    test("extrema are where a scan finds them", not wrong, wrong)


with tempfile.TemporaryDirectory() as folder:
    done = run(folder, "--quick", "--threads", "1")
    test("runs", done.returncode == 0 and "wrote nonmonotonicity.csv and nonmonotonicity_boundary.csv" in done.stdout,
         done.stderr)
    points, boundaries = rows(folder, "nonmonotonicity.csv"), rows(folder, "nonmonotonicity_boundary.csv")
    rhos = sorted({p["rho"] for p in points})
    check_points(points, boundaries, rhos)
    check_boundaries(boundaries, rhos)
    check_scan(boundaries, rhos)
    if shutil.which("gnuplot"):
        test("says what it drew, and gnuplot nothing", done.stderr == ""
             and "wrote nonmonotonicity.svg and nonmonotonicity.png" in done.stdout, done.stderr)
        check_figures(folder, "nonmonotonicity", ("task diversity", "label noise", "context length", "= 0.5", "= 20",
                                                  "minimum below", "maximum below"))
    else:
        skip("figures", "gnuplot is not installed")
    run(folder, "--quick", "--threads", "3", "--no-plot", "--output", "again")
    test("the same numbers with other threads", all(read(folder, "again" + end) == read(folder, "nonmonotonicity" + end)
                                                    for end in (".csv", "_boundary.csv")))
    test("--no-plot draws nothing", not os.path.exists(os.path.join(folder, "again.svg")))
    done = run(folder, "--points", "3", "--output", "bare", path="/nonexistent")
    test("without gnuplot it writes the CSV and says so", done.returncode == 0 and "no figure" in done.stderr
         and len(rows(folder, "bare.csv")) == 18, done.stderr)
    check_usage(folder, "05_nonmonotonicity", [["--tau", "1"], ["--points", "x"]])
finish()
