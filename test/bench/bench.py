"""Benchmarks: the library beside what a NumPy user would do, in one go. usage: bench.py BENCH_PROGRAM [--quick]

Prints a Markdown table. The library runs with one BLAS thread and two own threads (or two threads of fits); the peers
with two BLAS threads. Medians of five runs; a peer that takes above a minute runs once, and dense primal at tau = 20 is
measured on a tenth of its rows and scaled, which is said."""
import math
import os
import statistics
import subprocess
import sys
import time

PROGRAM = sys.argv[1]
QUICK = "--quick" in sys.argv

if len(sys.argv) > 2 and sys.argv[2] == "--peer":
    import numpy as np

    def rows(d, n, alpha, kappa, rho, seed=1):
        """Reduced rows of the model; the draw of tokens is not timed, as its cost is NumPy's and not the method's."""
        rng = np.random.default_rng(seed)
        length, tasks = round(alpha * d), rng.normal(size=(round(kappa * d), d))
        w = tasks[rng.integers(len(tasks), size=n)]
        c = (w * w).sum(1) / d + rho
        power = c * rng.chisquare(length, size=n)
        unit = w / np.linalg.norm(w, axis=1, keepdims=True)
        z = rng.normal(size=(n, d))
        g = (z - ((1 - np.sqrt(rho / c)) * (unit * z).sum(1))[:, None] * unit) / math.sqrt(d)
        h = np.empty((n, d + 1))
        h[:, :d] = d / length * ((power / (d * c))[:, None] * w + np.sqrt(power)[:, None] * g)
        h[:, d] = power / length
        q = rng.normal(size=(n, d)) / math.sqrt(d)
        return q, h, (q * w).sum(1) + math.sqrt(rho) * rng.normal(size=n)

    def dense_primal(q, h, y, mu, scale):
        """Features by blocks, P'P, Cholesky solve: what fits in memory."""
        import scipy.linalg
        p = q.shape[1] * h.shape[1]
        gram, right = np.zeros((p, p)), np.zeros(p)
        start = time.perf_counter()
        for first in range(0, len(y), 2000):
            block = slice(first, first + 2000)
            features = (q[block, :, None] * h[block, None, :]).reshape(-1, p)
            gram += features.T @ features
            right += features.T @ y[block]
        seconds = (time.perf_counter() - start) * scale
        start = time.perf_counter()
        gram[np.diag_indices(p)] += mu
        scipy.linalg.solve(gram, right, assume_a="pos", overwrite_a=True)
        return seconds + time.perf_counter() - start

    def dense_dual(q, h, y, mu):
        import scipy.linalg
        start = time.perf_counter()
        features = (q[:, :, None] * h[:, None, :]).reshape(len(y), -1)
        kernel = features @ features.T
        kernel[np.diag_indices(len(y))] += mu
        features.T @ scipy.linalg.solve(kernel, y, assume_a="pos", overwrite_a=True)
        return time.perf_counter() - start

    def hadamard_dual(q, h, y, mu):
        import scipy.linalg
        start = time.perf_counter()
        kernel = (q @ q.T) * (h @ h.T)
        kernel[np.diag_indices(len(y))] += mu
        a = scipy.linalg.solve(kernel, y, assume_a="pos", overwrite_a=True)
        q.T @ (a[:, None] * h)
        return time.perf_counter() - start

    name, d, tau, fraction = sys.argv[3], int(sys.argv[4]), float(sys.argv[5]), float(sys.argv[6])
    n = round(tau * d * d * fraction)
    data = rows(d, n, 10.0, 0.5, 0.01)
    mu = tau * d * 1e-5
    if name == "primal":
        print(dense_primal(*data, mu, 1 / fraction))
    else:
        print({"dual": dense_dual, "hadamard": hadamard_dual}[name](*data, mu))
    sys.exit()


def run(command, blas_threads):
    environment = dict(os.environ, OPENBLAS_NUM_THREADS=str(blas_threads))
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command}: {done.stderr}")
    return [float(value) for value in done.stdout.split()]


def bench(*arguments, runs=1 if QUICK else 5, blas_threads=1):
    """Median of the first number, and the other numbers of the run that had it."""
    results = sorted(run([PROGRAM, *map(str, arguments)], blas_threads) for _ in range(runs))
    return results[len(results) // 2]


def peer(name, d, tau, fraction=1.0):
    command = [sys.executable, __file__, PROGRAM, "--peer", name, str(d), str(tau), str(fraction)]
    times = run(command, 2)
    while times[0] < 60 and len(times) < (1 if QUICK else 5):
        times += run(command, 2)
    return statistics.median(times)


def line(what, value, note=""):
    print(f"| {what} | {value} | {note} |", flush=True)


print("| what | measured | note |\n|---|---|---|")
square = bench("dgemm", 2000)[0]
square2 = bench("dgemm", 2000, blas_threads=2)[0]
line("DGEMM, 2000 x 2000", f"{square:.1f} GFLOP/s", f"1 BLAS thread; {square2:.1f} with 2")
for d, tau in ((100, 2), (300, 0.5)):
    one, two = bench("operator", d, 1, tau)[0], bench("operator", d, 2, tau)[0]
    line(f"operator, d = {d}", f"{one:.1f} GFLOP/s", f"{one / square:.0%} of DGEMM; 2 own threads {two:.1f}")
normals, short, long = bench("draw", 100)
line("Gaussians", f"{normals:.0f} million/s and core", "")
line("row, d = 100", f"{short:.2f} us", f"l = 100; {long:.2f} us at l = 10^8")

SIZE = 40 if QUICK else 100
for tau, peers in ((2, ("primal",)), (0.5, ("primal", "dual", "hadamard")), (20, ("primal",))):
    seconds, method, steps, residual, memory = bench("fit", SIZE, 2, tau, 10, 0.5, 0.01, 1e-5, 0, -1)
    note = f"method {method:.0f}, {steps:.0f} iterations, residual {residual:.1e}, {memory:.0f} MiB"
    line(f"draw + fit, d = {SIZE}, tau = {tau}", f"{seconds:.3f} s", note)
    for name in peers:
        fraction = 0.1 if tau == 20 else 1.0
        other = peer(name, SIZE, tau, fraction)
        scaled = ", from a tenth of the rows" if fraction < 1 else ""
        line(f"NumPy {name}, tau = {tau}", f"{other:.2f} s", f"{other / seconds:.1f} times the library{scaled}")

count = 4 if QUICK else 80
one, two = bench("replicates", count, 1, runs=1)[0], bench("replicates", count, 2, runs=1)[0]
line(f"{3 * count} fits, d = 64, tau = alpha = 10", f"{two:.1f} s in 2 threads",
     f"{one:.1f} s in 1: {one / two:.2f} times")
if not QUICK:
    for limit, name in ((-1, "rows stored"), (64 << 20, "limit 64 MiB")):
        seconds, method, steps, residual, memory = bench("fit", 400, 2, 2, 10, 0.5, 0.01, 1e-5, 0, limit, runs=1)
        line(f"draw + fit, d = 400, tau = 2, {name}", f"{seconds:.0f} s", f"{steps:.0f} iterations, {memory:.0f} MiB")
sizes = (50, 100, 200) if QUICK else (50, 100, 200, 400)
points = [(d, bench("fit", d, 2, 2, 10, 0.5, 0.01, 1e-5, 3, -1, runs=1)[0]) for d in sizes]
logs = [(math.log(d), math.log(t)) for d, t in points]
x0, y0 = (sum(v) / len(logs) for v in zip(*logs))
slope = sum((x - x0) * (y - y0) for x, y in logs) / sum((x - x0) ** 2 for x, _ in logs)
line("time of CG against d, tau = 2", f"d^{slope:.2f}", ", ".join(f"{d}: {t:.2f} s" for d, t in points))

print("\nAUTO against the best method, draw + fit in seconds:\n")
print("| d | tau | lambda | AUTO | primal | dual | CG | AUTO/best |")
print("|---|---|---|---|---|---|---|---|")
for d in (20, 40) if QUICK else (20, 40, 64):
    for tau in (0.2, 0.5, 0.9, 1.1, 2, 10):
        for ridge in (0, 1e-5, 0.1):
            best = {}
            for method in (0, 1, 2, 3):
                if (method == 1 and tau < 1) or (method == 2 and tau > 1):
                    continue  # the larger matrix of the two; at lambda = 0 it is singular besides
                best[method] = bench("fit", d, 1, tau, 10, 0.5, 0.01, ridge, method, -1, runs=1 if QUICK else 3)
            fastest = min(result[0] for method, result in best.items() if method and result[3] <= 1e-8)
            cells = [f"{best[m][0]:.4f}" if m in best else "" for m in (0, 1, 2, 3)]
            print(f"| {d} | {tau} | {ridge:g} | {' | '.join(cells)} | {best[0][0] / fastest:.2f} |", flush=True)
