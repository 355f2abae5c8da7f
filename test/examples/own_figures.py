"""Figures with simulations of their own, run as a user runs them, at sizes that take a second.

usage: own_figures.py PROGRAM
"""
import math
import os
import shutil
import tempfile

from example import PROGRAM, finish, read, rows, run, skip, test, theory

NAME = os.path.basename(PROGRAM)
LABELS = {"08_task_diversity": ("linear attention", "dMMSE", "task diversity"),
          "09_transition": ("The task diversity at which memorising ends", "label noise", "ridge"),
          "10_robustness": ("Rademacher", "AR(1)", "excess over Gaussian")}
SIZES = {"08_task_diversity": 10, "09_transition": 16, "10_robustness": 8}
TINY = ["--d", str(SIZES[NAME]), "--replicates", "2"]


def of(table, series):
    return [row for row in table if row["series"] == series]


def gap(tau, alpha, kappa, rho, ridge):
    icl, idg = theory(tau, alpha, kappa, rho, ridge)
    return icl - idg


def gap_of_few(tau, alpha, rho, ridge):
    """The gap for kappa -> 0, where xi is the root of tau xi^2 + (tau q - q - tau lambda) xi - tau lambda q."""
    q = (1 + rho) / alpha
    b = q * (tau - 1) - tau * ridge
    root = math.sqrt(b * b + 4 * tau * tau * ridge * q)
    xi = 2 * tau * ridge * q / (b + root) if b > 0 else (root - b) / (2 * tau)
    nu = q + xi
    return 1 + rho * q / (tau * nu * nu - q * q)


def check_task_diversity(points, curves):
    attention = [p for p in points if p["series"].startswith("attention")]
    test("points of linear attention", len(attention) == 30 and all(p["replicates"] == 2 for p in attention), points)
    wrong = [p for p in attention if not math.isclose(
        p["theory"], gap(p["n"] / 100, p["l"] / 10, p["k"] / 10, 0.01, 1e-6), rel_tol=1e-6)]
    test("their theory is the library's", not wrong, wrong)
    test("n is 0.2 alpha d^2", all(p["n"] == 0.2 * p["l"] * 10 for p in attention), attention)
    limit = [c for c in curves if c["series"] == "attention limit"]
    test("the limit of linear attention ends at kappa = 1", limit and all(
        math.isclose(c["theory"], max(0, 1 - c["x"]) * (1 + 0.05 / 1.01), abs_tol=1e-12) for c in limit), limit)
    for alpha in (6, 10, 20, 40):
        dmmse = of(points, f"dMMSE alpha={alpha}")
        # Pools are nested and the contexts share random numbers, but d = 10 is small.
        test(f"dMMSE falls slowly at alpha = {alpha}", len(dmmse) == 31 and all(p["l"] == 10 * alpha for p in dmmse)
             and all(p["theory"] == p["z"] == "" for p in dmmse)
             and dmmse[0]["mean"] > 2 * dmmse[-1]["mean"] > 0, dmmse)
    nearest = [c["theory"] for c in curves if c["series"] == "dMMSE limit"]
    # One task: E |w - w_1|^2/d = 2, from 2 pools whose |w_1|^2/d scatters by sqrt(2/10).
    test("its limit is the nearest task's distance", abs(nearest[0] - 2) < 5 * math.sqrt(0.1) and nearest == sorted(
        nearest, reverse=True), nearest)


def check_transition(points, curves):
    test("points", len(points) == 30 and all(p["standard_error"] > 0 and p["mean"] > 0 for p in points), points)
    wrong = [p for p in points if not 0.3 < p["mean"] / p["theory"] < 3]
    test("simulation and theory belong together", not wrong, wrong)
    cases = {"tau alpha=10 rho=0.01": lambda x: (x, 10, 0.01), "alpha tau=2": lambda x: (2, x, 0.01),
             "rho tau=0.5": lambda x: (0.5, 100, x)}
    for series, parameters in cases.items():
        for row in of(curves, series)[5::79]:
            tau, alpha, rho = parameters(row["x"])
            few = gap_of_few(tau, alpha, rho, 1e-6)
            half = gap(tau, alpha, row["theory"], rho, 1e-6)
            if not math.isclose(half, few / 2, rel_tol=1e-6):
                test(f"the gap at kappa_half is half of that for few tasks, {series}", False, (row, half, few))
                return
    test("the gap at kappa_half is half of that for few tasks", True)
    last = of(curves, "tau alpha=10 rho=0.01")[-1]
    test("half of d tasks for many data", abs(last["theory"] - 0.5) < 0.01, last)


def check_robustness(points, _):
    names = ("Gaussian", "Rademacher", "uniform", "Student-t", "AR(1)")
    for axis, count in (("alpha=10", 6), ("alpha=1", 6), ("tau=0.5", 5)):
        laws = [of(points, f"{law} {axis}") for law in names]
        test(f"a point of each law, {axis}", [len(law) for law in laws] == 5 * [count], laws)
        wrong = [p for p in laws[0] if not math.isclose(
            p["theory"], theory(p["n"] / 64, p["l"] / 8, p["k"] / 8, 0.01, 1e-5)[0], rel_tol=1e-6)]
        test("the theory is the library's, and none is given for correlated tokens", not wrong
             and all(p["theory"] == p["z"] == "" for p in laws[4]), wrong)
        wrong = [p for law in laws for p in law if not (0.01 < p["mean"] < 1000 and p["standard_error"] > 0)]
        test("errors are errors", not wrong, wrong)
        for name, law in zip(names[1:], laws[1:]):
            excess = of(points, f"excess {name} {axis}")
            wrong = [(e, p, g) for e, p, g in zip(excess, law, laws[0])
                     if not math.isclose(e["mean"], 100 * (p["mean"] / g["mean"] - 1), abs_tol=1e-6)]
            if wrong or len(excess) != count:
                test(f"the excess of {name} over Gaussian tokens", False, wrong)
    seen = {p["mean"] for law in names for p in of(points, f"{law} alpha=10")}
    test("laws differ", len(seen) == 30, seen)


CHECKS = {"08_task_diversity": check_task_diversity, "09_transition": check_transition,
          "10_robustness": check_robustness}
# Where finished replicates are.
KEPT = {"08_task_diversity": ["checkpoint", "dmmse"], "09_transition": ["checkpoint"], "10_robustness": ["fits"]}


def check_resume(folder):
    """From files that end anywhere, the same numbers, twice; from whole ones, without simulating."""
    for part in (0.3, 0.771, 1.0):
        for ending in KEPT[NAME]:
            whole = read(folder, f"{NAME}.{ending}", "rb")
            with open(os.path.join(folder, "resumed." + ending), "wb") as file:
                file.write(whole[:int(part * len(whole))])
        for attempt in ("", ", and once more"):
            done = run(folder, *TINY, "--no-plot", "--output", "resumed")
            same = read(folder, "resumed.csv") == read(folder, NAME + ".csv")
            test(f"resumes from {part:.0%} of what was kept{attempt}", done.returncode == 0 and same, done.stderr)
    test("a finished run simulates nothing",
         all(read(folder, "resumed." + ending, "rb") == read(folder, f"{NAME}.{ending}", "rb")
             for ending in KEPT[NAME]))


with tempfile.TemporaryDirectory() as folder:
    done = run(folder, *TINY)
    test("runs", done.returncode == 0, done.stderr)
    table = rows(folder, NAME + ".csv")
    CHECKS[NAME]([row for row in table if row["kind"] == "simulation"],
                 [row for row in table if row["kind"] in ("theory", "fit")])
    caption = read(folder, NAME + ".txt").splitlines()
    test("caption: title, what is shown, sizes", len(caption) >= 3 and f"d = {TINY[1]}" in caption[2], caption)
    if shutil.which("gnuplot"):
        svg, png = read(folder, NAME + ".svg"), read(folder, NAME + ".png", "rb")
        missing = [text for text in LABELS[NAME] if text not in svg]
        test("SVG is one and has its labels, and gnuplot says nothing", svg.lstrip().startswith("<?xml")
             and not missing and done.stderr == "", (missing, done.stderr))
        test("PNG is one", png.startswith(b"\x89PNG") and len(png) > 20000, png[:20])
    else:
        skip("figures", "gnuplot is not installed")
    done = run(folder, *TINY, "--threads", "1", "--no-plot", "--output", "again")
    test("the same numbers with other threads", read(folder, "again.csv") == read(folder, NAME + ".csv"), done.stderr)
    done = run(folder, *TINY, "--seed", "2", "--no-plot", "--output", "other")
    test("others with another seed", read(folder, "other.csv") != read(folder, NAME + ".csv"), done.stderr)
    check_resume(folder)
    done = run(folder, "--help")
    test("--help, and it says where replicates are kept", done.returncode == 0 and "--full" in done.stdout
         and all("PREFIX." + ending in done.stdout for ending in KEPT[NAME])
         and max(map(len, done.stdout.splitlines())) <= 120, done.stdout)
finish()
