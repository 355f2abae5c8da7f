"""Benchmark of the closed-form theory beside SciPy. usage: theory.py LIBRARY [--quick]

The same random points for all: tau in [0.1, 20], alpha in [0.1, 1000], kappa in [0.1, 30], rho in [0, 1], lambda in
[1e-6, 1]. The peers solve xi M(q + xi) = 1 - tau + tau lambda/xi as it is written: by SciPy's brentq, with a function
of `math` and with one of NumPy's scalars, and by fsolve from 100 starting points. One thread, processor time, medians
of several runs."""
import ctypes
import math
import statistics
import sys
import time

import numpy as np
from scipy.optimize import brentq, fsolve

QUICK = "--quick" in sys.argv
library = ctypes.CDLL(sys.argv[1])
COUNT = 20000 if QUICK else 200000
RUNS = 5
generator = np.random.default_rng(1)


def logarithmic(low, high):
    return 10.0 ** generator.uniform(math.log10(low), math.log10(high), COUNT)


tau, alpha, kappa = logarithmic(0.1, 20), logarithmic(0.1, 1000), logarithmic(0.1, 30)
rho, ridge, none = generator.uniform(0, 1, COUNT), logarithmic(1e-6, 1), np.zeros(COUNT)
values = np.empty(COUNT)


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def check(status):
    if status:
        library.icl_last_error_message.restype = ctypes.c_char_p
        sys.exit(library.icl_last_error_message().decode())


def nanoseconds(run, count=COUNT):
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        run()
        times.append((time.process_time() - start) / count * 1e9)
    return statistics.median(times)


def batch(lambdas):
    check(library.icl_theory_batch(ctypes.c_int64(COUNT), *map(pointer, (tau, alpha, kappa, rho, lambdas)), 1,
                                   pointer(values)))


theory = ctypes.c_void_p()
check(library.icl_theory_create(*map(ctypes.c_double, (1.7, 10.0, 0.7, 0.1, 0.01)), ctypes.byref(theory)))


def curve():
    check(library.icl_theory_curve(theory, 1, 1, ctypes.c_int64(COUNT), pointer(tau), pointer(values)))


def derivative():
    slope = ctypes.c_double()
    for _ in range(1000):
        check(library.icl_theory_derivative(theory, 1, 2, ctypes.byref(slope)))


def minimum():
    at, least = ctypes.c_double(), ctypes.c_double()
    for _ in range(20):
        check(library.icl_theory_minimum(theory, 1, 5, ctypes.c_double(0), ctypes.c_double(math.inf), ctypes.byref(at),
                                         ctypes.byref(least)))


def stieltjes(x, k, sqrt):
    b = x + 1 - 1 / k
    return 2 / (b + sqrt(b * b + 4 * x / k))


def icl(xi, t, q, k, r, lam, sqrt):
    nu = q + xi
    m = stieltjes(nu, k, sqrt)
    s = 1 / m - nu
    d = s * s + nu
    m2, t1, r2 = m / d, s * s * m / d, s * m * (s * s + nu * (1 - s)) / d
    idg = (r + nu * nu * t1 + q * r2) / (lam / xi + xi / t * (t1 + q * m2))
    return r + nu * nu * m2 + q * r2 + idg / t * (1 + q) * (t1 + q * m2)


def by_brentq(i, number, sqrt):
    t, a, k, r, lam = (number(array[i]) for array in (tau, alpha, kappa, rho, ridge))
    q = (1 + r) / a
    xi = brentq(lambda x: x * stieltjes(q + x, k, sqrt) - (1 - t + t * lam / x), lam * (1 - 1e-12),
                lam + (1 + q) / t * (1 + 1e-9), xtol=1e-300, rtol=1e-14)
    return icl(xi, t, q, k, r, lam, sqrt)


def by_fsolve(i):
    t, a, k, r, lam = (array[i] for array in (tau, alpha, kappa, rho, ridge))
    q = (1 + r) / a
    for start in np.linspace(1e-3, 10, 100):
        root = fsolve(lambda x: x * stieltjes(q + x, k, np.sqrt) - (1 - t + t * lam / x), start, full_output=True)[0][0]
    return icl(root, t, q, k, r, lam, np.sqrt)


batch(ridge)
worst = max(abs(by_brentq(i, float, math.sqrt) / values[i] - 1) for i in range(1000))
few = 300 if QUICK else 3000
rows = [("icl_theory_batch, lambda > 0", nanoseconds(lambda: batch(ridge))),
        ("icl_theory_batch, lambda = 0", nanoseconds(lambda: batch(none))),
        ("icl_theory_curve along tau, lambda > 0", nanoseconds(curve)),
        ("icl_theory_derivative (with the call from Python)", nanoseconds(derivative, 1000)),
        ("icl_theory_minimum over lambda", nanoseconds(minimum, 20)),
        ("SciPy brentq, math", nanoseconds(lambda: [by_brentq(i, float, math.sqrt) for i in range(few)], few)),
        ("SciPy brentq, NumPy scalars", nanoseconds(lambda: [by_brentq(i, np.float64, np.sqrt) for i in range(few)],
                                                    few))]
RUNS = 1
rows.append(("SciPy fsolve from 100 starts", nanoseconds(lambda: [by_fsolve(i) for i in range(10)], 10)))
own = rows[0][1]
print("| ICL error at a point | ns | of icl_theory_batch |\n|---|---|---|")
for name, time_ in rows:
    print(f"| {name} | {time_:.0f} | {time_ / own:.3g} |")
print(f"\nLargest relative difference of brentq's answers from the library's on 1000 points: {worst:.1e}")
