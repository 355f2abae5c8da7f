"""The phase diagram, run as a user runs it. usage: phase_diagram.py PROGRAM"""
import math
import os
import shutil
import tempfile

from example import check_figures, check_usage, finish, read, rows, run, skip, test, theory

COLUMNS = ["tau", "kappa", "gap", "icl_ridgeless", "optimal_lambda", "icl_optimal", "gain"]


def near(a, b, tolerance):
    return a == b or abs(a - b) <= tolerance * abs(b)


def check_grid(cells):
    test("one row a point, in its columns", len(cells) == 41 * 41 and list(cells[0]) == COLUMNS, cells[:1])
    ratios = sorted({c["tau"] for c in cells})
    test("tau and kappa are one logarithmic grid from 0.05 to 20 that contains 1", len(ratios) == 41
         and ratios == sorted({c["kappa"] for c in cells}) and ratios[0] == 0.05 and ratios[-1] == 20
         and ratios[20] == 1 and all(near(b / a, 400 ** (1 / 40), 1e-12) for a, b in zip(ratios, ratios[1:])), ratios)


def check_values(cells):
    """alpha = 100, rho = 0.01, against the formulas of example.py: they lose digits where the gap is a small
    difference, 1e-16 of the error over 1e-5 of it."""
    wrong = []
    for c in cells[::7]:
        icl, idg = theory(c["tau"], 100, c["kappa"], 0.01)
        if c["tau"] == 1:
            right = c["icl_ridgeless"] == c["gap"] == c["gain"] == math.inf
        else:
            right = near(c["icl_ridgeless"], icl, 1e-10) and near(c["gap"], icl - idg, 1e-8)
        best = theory(c["tau"], 100, c["kappa"], 0.01, c["optimal_lambda"])[0]
        if not right or not near(c["icl_optimal"], best, 1e-9):
            wrong.append((c, icl, idg, best))
    test("gap, ridgeless and optimal error are the theory's", not wrong, wrong)


def check_optimum(cells):
    wrong = [c for c in cells if not (c["gain"] >= 1 and near(c["gain"], c["icl_ridgeless"] / c["icl_optimal"], 1e-14))]
    test("the gain is that of the two errors, and none below 1", not wrong, wrong)
    wrong = []
    for c in cells[::40]:
        least = min(theory(c["tau"], 100, c["kappa"], 0.01, 10 ** (i / 5))[0] for i in range(-30, 16))
        if least < c["icl_optimal"] * (1 - 1e-9):
            wrong.append((c, least))
    test("no ridge does better", not wrong, wrong)
    unneeded = [c for c in cells if c["optimal_lambda"] == 0]
    test("with much data and a few more tasks than dimensions no ridge is best", len(unneeded) > 50
         and all(c["tau"] > 3 and 0.9 < c["kappa"] < c["tau"] and c["gain"] == 1 for c in unneeded), unneeded)


def check_transition(folder, cells):
    memorising = [c["gap"] for c in cells if c["kappa"] < 1]
    test("the gap is positive below kappa = 1", min(memorising) > 0, min(memorising))
    corner = cells[-1]
    test("and nearly closed far above", corner["gap"] < 1e-4, corner)
    run(folder, "--alpha", "1e9", "--rho", "0", "--points", "2", "--no-plot", "--output", "limit")
    limit = {(c["tau"], c["kappa"]): c["gap"] for c in rows(folder, "limit.csv")}
    # ICL for alpha = infinity without noise and ridge, where IDG = 0: (1 - kappa)(tau - 1 + kappa)/(tau - 1).
    test("at long contexts without noise it is the limit's", near(limit[20, 0.05], 0.95 * 19.05 / 19, 1e-6)
         and 0 <= limit[20, 20] < 1e-6, limit)


with tempfile.TemporaryDirectory() as folder:
    done = run(folder, "--quick", "--threads", "1")
    test("runs", done.returncode == 0 and "wrote phase_diagram.csv" in done.stdout, done.stderr)
    cells = rows(folder, "phase_diagram.csv")
    check_grid(cells)
    check_values(cells)
    check_optimum(cells)
    check_transition(folder, cells)
    if shutil.which("gnuplot"):
        test("says what it drew, and gnuplot nothing", "wrote phase_diagram.svg and phase_diagram.png" in done.stdout
             and done.stderr == "", done.stderr)
        check_figures(folder, "phase_diagram", ("task diversity", "sample size", "min(", "optimal ridge", "* = 0",
                                                "= 100", "= 0.01", "gain", "≥10"))
        done = run(folder, "--rho", "2", "--points", "21", "--output", "it's noisy")
        test("a negative gap is labelled", done.returncode == 0 and done.stderr == "" and "&lt; 0" in
             read(folder, "it's noisy.svg") and min(c["gap"] for c in rows(folder, "it's noisy.csv")) < 0, done.stderr)
    else:
        skip("figures", "gnuplot is not installed")
    done = run(folder, "--quick", "--threads", "3", "--no-plot", "--output", "again")
    test("the same numbers with other threads", read(folder, "again.csv") == read(folder, "phase_diagram.csv"))
    test("--no-plot draws nothing", not os.path.exists(os.path.join(folder, "again.svg")))
    done = run(folder, "--points", "3", "--output", "bare", path="/nonexistent")
    test("without gnuplot it writes the CSV and says so", done.returncode == 0 and "no figure" in done.stderr
         and len(rows(folder, "bare.csv")) == 9, done.stderr)
    check_usage(folder, "03_phase_diagram", [["--alpha", "0"], ["--alpha", "inf"], ["--rho", "-1"], ["--rho", "x"]])
finish()
