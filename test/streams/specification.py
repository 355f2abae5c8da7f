"""The random streams once more, written from doc/streams.md alone, in integers and Python's floats (IEEE doubles; its
math.sqrt is rounded correctly). The library must give the same bits. usage: specification.py SHARED_LIBRARY"""
import ctypes
import math
import struct
import sys

WORD = 2**64 - 1
POOL_TASK, DATASET, TEST, REPLICATE = 0x0100, 0x0200, 0x0300, 0x0400
INDEX, FRESH, POWER, CONTEXT, QUERY, DIRECTION, TOKEN, DIAGONAL, RIGHT, RESPONSE = range(1, 11)
GAUSSIAN, SPHERE = 1, 2


# --- words ----------------------------------------------------------------------------------------------------------

def philox(key, counter):
    (k0, k1), (c0, c1, c2, c3) = key, counter
    for _ in range(10):
        a, b = 0xD2E7470EE14C6C93 * c0, 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = b >> 64 ^ c1 ^ k0, b & WORD, a >> 64 ^ c3 ^ k1, a & WORD
        k0, k1 = k0 + 0x9E3779B97F4A7C15 & WORD, k1 + 0xBB67AE8584CAA73B & WORD
    return c0, c1, c2, c3


class Stream:
    def __init__(self, seed, purpose, row, item=0, second_seed=0):
        self.key, self.rest = (seed, purpose), (row, item, second_seed)

    def block(self, number):
        return philox(self.key, (number, *self.rest))


# --- numbers --------------------------------------------------------------------------------------------------------

def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def from_bits(word):
    return struct.unpack("<d", struct.pack("<Q", word))[0]


def coefficients(text):
    return [float.fromhex(number) for number in text.split()]


LN2_HIGH, LN2_LOW = coefficients("0x1.62e42fefp-1 0x1.473de6af278edp-34")
LOG = coefficients("""0x1.5555555555558p-1 0x1.99999999952e2p-2 0x1.2492492df148dp-2 0x1.c71c62e5800a1p-3
                      0x1.7462b4ab2ef6bp-3 0x1.39fe606542ddep-3 0x1.2b584aae78a57p-3""")
SINE_0 = float.fromhex("0x1.921fb54442d18p+0")
SINE = coefficients("""-0x1.4abbce625be52p-1 0x1.466bc6775a476p-4 -0x1.32d2cce500387p-8 0x1.50783208843ebp-13
                       -0x1.e3027dea82bd7p-19 0x1.e4a9d9166f052p-25""")
COSINE = coefficients("""-0x1.3bd3cc9be45dep+0 0x1.03c1f081b5ac0p-2 -0x1.55d3c7e3cb241p-6 0x1.e1f5068688d5bp-11
                         -0x1.a6d1eef479be1p-16 0x1.f9ce245cada0bp-22 -0x1.b2f3eb054afcdp-28""")


def horner(ascending, z):
    value = ascending[-1]
    for coefficient in reversed(ascending[:-1]):
        value = value * z + coefficient
    return value


def uniform(word):
    return 2.0 - (1.0 + (word >> 12) * 2.0**-52)


def logarithm(x):
    root = 0x3FE6A09E667F3BCD
    n = bits(x) + 0x3FF0000000000000 - root & WORD
    e = float((n >> 52) - 1023)
    m = from_bits((n & 2**52 - 1) + root)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    return e * LN2_HIGH + (2.0 * s + (s * (z * horner(LOG, z)) + e * LN2_LOW))


def gaussian_pair(a, b):
    r = math.sqrt(-2.0 * logarithm(uniform(a)))
    t = (1.0 + ((b << 2 & WORD) >> 12) * 2.0**-52) - 1.5
    z = t * t
    sine = t * (SINE_0 + z * horner(SINE, z))
    cosine = 1.0 + z * horner(COSINE, z)
    return [(r * cosine, r * sine), (r * -sine, r * cosine), (r * -cosine, r * -sine), (r * sine, r * -cosine)][b >> 62]


def gaussians(stream, count):
    values = []
    for number in range((count + 3) // 4):
        w0, w1, w2, w3 = stream.block(number)
        values += [*gaussian_pair(w0, w1), *gaussian_pair(w2, w3)]
    return values[:count]


def acceptance(b, y):
    if abs(y) >= 0.125:
        return 3.0 * b * (logarithm(1.0 + y) - y + y * y * 0.5 - y * y * y / 3.0)
    t = 1.0 / 17.0
    for power in range(16, 3, -1):
        t = (1.0 if power % 2 else -1.0) / power + y * t
    return 3.0 * b * (y * y) * (y * y) * t


def chi_squared(stream, m):
    b = float(m) * 0.5 - 1.0 / 3.0
    a = 1.0 / (3.0 * math.sqrt(b))
    attempt = 0
    while True:
        w0, w1, w2, _ = stream.block(attempt)
        x = gaussian_pair(w0, w1)[0]
        if m == 1:
            return x * x
        y = x * a
        v = 1.0 + y
        if y > -1.0 and logarithm(uniform(w2)) <= acceptance(b, y):
            return 2.0 * b * (v * v * v)
        attempt += 1


def index(stream, k):
    attempt = 0
    while True:
        word = stream.block(attempt)[0]
        if word < 2**64 - 2**64 % k:
            return word % k
        attempt += 1


def dot(a, b):
    s = [0.0] * 8
    for j, (one, other) in enumerate(zip(a, b)):
        s[j % 8] += one * other
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))


# --- tasks, rows, tokens --------------------------------------------------------------------------------------------

def task(stream, d, distribution):
    g = gaussians(stream, d)
    if distribution == GAUSSIAN:
        return g
    if dot(g, g) == 0.0:
        g = [1.0] + [0.0] * (d - 1)
    scale = math.sqrt(float(d) / dot(g, g))
    return [x * scale for x in g]


def pool(d, k, distribution, seed):
    return [task(Stream(seed, POOL_TASK, j), d, distribution) for j in range(k)]


def root_of_product(rho, c):
    s = 1.0
    if 0.0 < rho and rho * c < 2.0**-1022:
        s = 2.0**600
    elif rho * c == math.inf:
        s = 2.0**-600
    return math.sqrt((rho * s) * (c * s)) * (1.0 / s)


class Sequence:
    """Sequence i; tasks is a finite pool, or (distribution, pool seed) of an infinite one."""

    def __init__(self, d, l, rho, tasks, seed, i, family=DATASET):
        self.d, self.l, self.rho, self.seed, self.i, self.family = d, l, rho, seed, i, family
        if isinstance(tasks, list):
            self.index = index(self.stream(INDEX), len(tasks))
            self.w = tasks[self.index]
        else:
            self.index = -1
            self.w = task(Stream(tasks[1], family + FRESH, i, 0, seed), d, tasks[0])
        self.c = dot(self.w, self.w) / float(d) + rho
        self.power = chi_squared(self.stream(POWER), l)
        self.z = gaussians(self.stream(CONTEXT), d + 1)
        scale = 1.0 / math.sqrt(float(d))
        self.q = [x * scale for x in gaussians(self.stream(QUERY), d)]
        self.y = dot(self.q, self.w) + math.sqrt(rho) * self.z[d]

    def stream(self, role, item=0):
        return Stream(self.seed, self.family + role, self.i, item)

    def b(self, z):
        if self.c == 0.0:
            return 0.0
        d = float(self.d)
        return dot(self.w, z[:self.d]) / (d * self.c + d * root_of_product(self.rho, self.c))

    def row(self):
        f = math.sqrt(float(self.d) * (self.c * self.power)) / float(self.l)
        g = self.power / float(self.l) - f * self.b(self.z)
        h = [g * w + f * z for w, z in zip(self.w, self.z)]
        return self.q, [*h, self.c * self.power / float(self.l)], self.y

    def tokens(self):
        d, w, scale = self.d, self.w, 1.0 / math.sqrt(float(self.d))
        total = self.c * self.power
        v = gaussians(self.stream(DIRECTION), self.l)
        if dot(v, v) == 0.0:
            v = [1.0] + [0.0] * (self.l - 1)
        factor = math.sqrt(total) / math.sqrt(dot(v, v))
        y = [x * factor for x in v]
        p = 1.0 / math.sqrt(total) if total > 0.0 else 0.0
        a = 1.0 / (float(d) * self.c) if any(self.w) else 0.0

        def across(z):
            b = self.b(z)
            return [(z[j] - b * w[j]) * scale for j in range(d)]

        g, u = across(self.z), []
        for i in range(self.l):
            u.append(across(gaussians(self.stream(TOKEN, i), d)))
            g = [g[j] - (y[i] * p) * u[i][j] for j in range(d)]
        x = [[u[i][j] + ((y[i] * p) * g[j] + (y[i] * a) * w[j]) for j in range(d)] for i in range(self.l)]
        return x + [self.q], y + [self.y]

    def context(self):
        """The factor F, min(l, d) rows of d numbers, and the noise of its rotated labels."""
        d, rank, scale = self.d, min(self.l, self.d), 1.0 / math.sqrt(float(self.d))
        factor = []
        for i in range(rank):
            diagonal = math.sqrt(chi_squared(self.stream(DIAGONAL, i), self.l - i)) * scale
            factor.append([0.0] * i + [diagonal] + [x * scale for x in gaussians(self.stream(RIGHT, i), d - i - 1)])
        return factor, [x * math.sqrt(self.rho) for x in gaussians(self.stream(RESPONSE), rank)]


# --- the library ----------------------------------------------------------------------------------------------------

LIBRARY = ctypes.CDLL(sys.argv[1])
LIBRARY.icl_last_error_message.restype = ctypes.c_char_p
NUMBERS = {int: ctypes.c_int64, float: ctypes.c_double}
SEED = ctypes.c_uint64


def call(name, *arguments):
    """Python's int stands for int64_t and float for double; all else is given as a ctypes object."""
    status = getattr(LIBRARY, name)(*[NUMBERS[type(a)](a) if type(a) in NUMBERS else a for a in arguments])
    if status:
        raise RuntimeError(f"{name}: {LIBRARY.icl_last_error_message().decode()}")


def create(name, *arguments):
    handle = ctypes.c_void_p()
    call(name, *arguments, ctypes.byref(handle))
    return handle


def destroy(kind, handle):
    getattr(LIBRARY, f"icl_{kind}_destroy")(handle)


def doubles(count):
    return (ctypes.c_double * count)()


def flat(value):
    """The bits of all numbers in nested sequences; -0.0 and 0.0 differ."""
    return [bits(value)] if isinstance(value, float) else [word for part in value for word in flat(part)]


RESULTS = []


def same(name, found, expected):
    found, expected = flat(found), flat(expected)
    wrong = [j for j, (one, other) in enumerate(zip(found, expected)) if one != other]
    passed = found != [] and len(found) == len(expected) and not wrong
    RESULTS.append(passed)
    print(f"{'ok' if passed else 'not ok'} {len(RESULTS)} - {name}", flush=True)
    if not passed:
        print(f"# {len(found)} and {len(expected)} numbers, {len(wrong)} differ, the first at {wrong[:1]}")


def check_pool(d, k, distribution, seed):
    handle, tasks = create("icl_task_pool_create", d, k, ctypes.c_int32(distribution), SEED(seed)), doubles(k * d)
    call("icl_task_pool_copy", handle, tasks)
    same(f"pool of kind {distribution}, d {d}, k {k}, seed {seed}", tasks, pool(d, k, distribution, seed))
    destroy("task_pool", handle)


def check_rows(name, handle, sequences, d, l, n, rho, seed):
    dataset = create("icl_dataset_create", handle, l, n, rho, SEED(seed))
    query, context, target = doubles(n * d), doubles(n * (d + 1)), doubles(n)
    call("icl_dataset_copy_rows", dataset, 0, n, query, context, target)
    rows = [sequence.row() for sequence in sequences]
    expected = [[row[j] for row in rows] for j in range(3)]
    same(f"rows: {name}, d {d}, l {l}, rho {rho}", [query, context, target], expected)
    destroy("dataset", dataset)


def check_tokens(name, handle, sequences, d, l, n, rho, seed):
    x, y, indices = doubles(n * (l + 1) * d), doubles(n * (l + 1)), (ctypes.c_int64 * n)()
    call("icl_sequences_draw", handle, l, n, rho, SEED(seed), None, x, y, indices)
    tokens = [sequence.tokens() for sequence in sequences]
    same(f"tokens: {name}, d {d}, l {l}, rho {rho}", [x, y], [[pair[j] for pair in tokens] for j in range(2)])
    same(f"tasks: {name}, d {d}, l {l}, rho {rho}", [float(j) for j in indices], [float(s.index) for s in sequences])


def check_sequences(name, handle, tasks, d, l, n, rho, seed):
    """Rows, and tokens where there are not too many. Destroys the pool."""
    sequences = [Sequence(d, l, rho, tasks, seed, i) for i in range(n)]
    check_rows(name, handle, sequences, d, l, n, rho, seed)
    if l <= 100:
        check_tokens(name, handle, sequences, d, l, n, rho, seed)
    destroy("task_pool", handle)


def check_finite(d, k, l, n, rho, pool_seed=7, seed=2**63 + 5):
    handle = create("icl_task_pool_create", d, k, ctypes.c_int32(GAUSSIAN), SEED(pool_seed))
    check_sequences(f"{k} tasks", handle, pool(d, k, GAUSSIAN, pool_seed), d, l, n, rho, seed)


def check_infinite(distribution, d, l, n, rho, pool_seed=7, seed=7):
    handle = create("icl_task_pool_create_infinite", d, ctypes.c_int32(distribution), SEED(pool_seed))
    check_sequences(f"fresh tasks of kind {distribution}", handle, (distribution, pool_seed), d, l, n, rho, seed)


def check_given(name, tasks, l, n, rho, seed=11):
    d, k = len(tasks[0]), len(tasks)
    array = doubles(k * d)
    array[:] = [x for w in tasks for x in w]
    check_sequences(name, create("icl_task_pool_create_from", d, k, array), tasks, d, l, n, rho, seed)


def check_test_family(d, l, rho, count, seed):
    """With Gamma = 0 the errors are the squared targets, of which the library gives the mean."""
    law = create("icl_test_law_create_fresh", d, l, rho, ctypes.c_int32(SPHERE))
    mean = ctypes.c_double()
    call("icl_test_error_sampled", law, doubles(d * (d + 1)), count, SEED(seed), None, ctypes.byref(mean), None)
    targets = [Sequence(d, l, rho, (SPHERE, 0), seed, i, TEST).y for i in range(count)]
    expected = math.fsum(y * y for y in targets) / count
    # A sum of `count` positive terms, in whatever order: count roundings of 1e-16.
    near = abs(mean.value - expected) < 1e-14 * expected
    same(f"test sequences, d {d}, l {l}", [1.0], [1.0 if near else 0.0])
    destroy("test_law", law)


def check_replicate(name, replicates, d, distribution, seed, number, tau, kappa, expected_k, rho=0.25, alpha=2.0):
    """A replicate of an experiment is the one of the pool and dataset whose seeds are the words of its block."""
    experiment = create("icl_experiment_create", d)
    for parameter, value in enumerate((tau, alpha, kappa, rho, 0.1), 1):
        call("icl_experiment_set", experiment, ctypes.c_int32(parameter), value)
    call("icl_experiment_set_distribution", experiment, ctypes.c_int32(distribution))
    call("icl_experiment_set_replicates", experiment, replicates)
    call("icl_experiment_set_seed", experiment, SEED(seed))
    call("icl_experiment_run", experiment, None)
    values, expected = doubles(replicates), doubles(1)
    call("icl_experiment_replicates", experiment, ctypes.c_int32(1), values)
    destroy("experiment", experiment)
    pool_seed, dataset_seed = Stream(seed, REPLICATE, number, d).block(0)[:2]
    kind, l, n, gamma = ctypes.c_int32(distribution), int(alpha * d), int(tau * d * d), doubles(d * (d + 1))
    if expected_k:
        tasks = create("icl_task_pool_create", d, expected_k, kind, SEED(pool_seed))
    else:
        tasks = create("icl_task_pool_create_infinite", d, kind, SEED(pool_seed))
    dataset = create("icl_dataset_create", tasks, l, n, rho, SEED(dataset_seed))
    estimator, law = create("icl_estimator_create"), create("icl_test_law_create_fresh", d, l, rho, kind)
    call("icl_estimator_set_lambda", estimator, 0.1)
    call("icl_estimator_fit", estimator, dataset, None)
    call("icl_estimator_gamma", estimator, gamma)
    call("icl_test_error", law, gamma, expected)
    for kind, handle in (("task_pool", tasks), ("dataset", dataset), ("estimator", estimator), ("test_law", law)):
        destroy(kind, handle)
    same(f"replicate {number}: {name}, d {d}, seed {seed}", values[number], expected[0])
def dmmse_excess(sequence, known):
    factor, noise = sequence.context()
    shifts = [[a - b for a, b in zip(task_, sequence.w)] for task_ in known]
    energies = [sum((e - sum(f * u for f, u in zip(row, shift)))**2 for row, e in zip(factor, noise))
                for shift in shifts]
    weights = [math.exp((min(energies) - e) / (2.0 * sequence.rho)) for e in energies]
    mean = [sum(p * shift[i] for p, shift in zip(weights, shifts)) / sum(weights) for i in range(sequence.d)]
    return sum(x * x for x in mean) / sequence.d


def ridge_excess(sequence):
    """rho tr (F'F + rho I)^-1/d, by Gauss and Jordan."""
    factor, _ = sequence.context()
    d, rho = sequence.d, sequence.rho
    rows = [[sum(line[i] * line[j] for line in factor) + (rho if i == j else 0.0) for j in range(d)] +
            [1.0 if i == j else 0.0 for j in range(d)] for i in range(d)]
    for i in range(d):
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for j in range(d):
            if j != i:
                rows[j] = [x - rows[j][i] * y for x, y in zip(rows[j], rows[i])]
    return rho * sum(rows[i][d + i] for i in range(d)) / d


def check_baselines(d, l, k, rho, count, seed):
    """The factors and the noise of contexts are not handed out; the errors made of them are."""
    law = create("icl_test_law_create_fresh", d, l, rho, ctypes.c_int32(GAUSSIAN))
    handle = create("icl_task_pool_create", d, k, ctypes.c_int32(GAUSSIAN), SEED(7))
    sequences = [Sequence(d, l, rho, (GAUSSIAN, 0), seed, i, TEST) for i in range(count)]
    known = pool(d, k, GAUSSIAN, 7)
    dmmse, ridge = ctypes.c_double(), ctypes.c_double()
    call("icl_dmmse_error", handle, law, count, SEED(seed), None, ctypes.byref(dmmse), None)
    call("icl_bayes_ridge_error", law, count, SEED(seed), None, ctypes.byref(ridge), None)
    # Some d^2 operations of numbers of order 1, in another order, and exponents of up to 1e3 that rho divides.
    for name, found, expected in (("dMMSE", dmmse.value, [dmmse_excess(s, known) for s in sequences]),
                                  ("Bayes ridge", ridge.value, [ridge_excess(s) for s in sequences])):
        near = abs(found - rho - math.fsum(expected) / count) < 1e-11
        same(f"contexts: {name}, d {d}, l {l}", [1.0], [1.0 if near else 0.0])
    destroy("test_law", law)
    destroy("task_pool", handle)


def main():
    for distribution in (GAUSSIAN, SPHERE):
        for d, k, seed in ((1, 5, 0), (13, 9, 2**64 - 1), (300, 2, 1)):
            check_pool(d, k, distribution, seed)
    for d, l, rho in ((11, 1, 0.25), (11, 2, 0.25), (11, 20, 0.25), (20, 20, 0.0), (1, 20, 3.0), (40, 3, 0.01),
                       (5, 10**12, 0.1)):
        check_finite(d, 7, l, 25, rho)
        check_infinite(GAUSSIAN, d, l, 10, rho)
        check_infinite(SPHERE, d, l, 10, rho)
    check_finite(3, 5, 1, 2000, 0.5)  # enough for every branch of the rejection
    check_finite(3, 5, 2, 2000, 0.5)
    check_given("tasks 0 without noise", [[0.0] * 3, [1.0, -2.0, 0.5]], 4, 20, 0.0)
    check_given("tasks 0 with noise", [[0.0] * 3], 4, 20, 0.7)
    check_given("tasks 0 with next to no noise", [[0.0] * 3], 4, 20, 1e-310)
    for exponent in (-500, -300, 340, 500):
        scale = 2.0**exponent
        check_given(f"tasks of 2^{exponent}", [[scale, 2.0 * scale], [scale, -scale]], 4, 20, 0.3 * scale * scale)
    check_test_family(9, 5, 0.3, 50, 3)
    check_replicate("finite pool", 3, 6, GAUSSIAN, 2**64 - 1, 2, 1.5, 0.5, 3)
    check_replicate("fresh tasks", 2, 5, SPHERE, 0, 1, 0.6, math.inf, 0)
    for l in (1, 4, 7, 8, 40):
        check_baselines(7, l, 5, 0.3, 20, 3)
    check_baselines(35, 40, 5, 30.0, 4, 3)
    print(f"1..{len(RESULTS)}")
    return 0 if all(RESULTS) else 1


if __name__ == "__main__":
    sys.exit(main())
