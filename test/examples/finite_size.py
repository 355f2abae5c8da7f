"""Simulation beside the theories of finite size, run as a user runs it. usage: finite_size.py PROGRAM"""
import math
import os
import shutil
import tempfile

from example import check_usage, finish, read, rows, run, skip, test, theory

SMALL = ["--d", "10", "--pools", "8", "--samples", "1000"]

with tempfile.TemporaryDirectory() as folder:
    done = run(folder, *SMALL, "--threads", "1")
    test("runs", done.returncode == 0 and "wrote finite_size.csv and finite_size_deviation.csv" in done.stdout,
         done.stderr)
    points, deviations = rows(folder, "finite_size.csv"), rows(folder, "finite_size_deviation.csv")
    test("one row a tau, in its columns", len(points) == 19 and len(deviations) == 1 and list(points[0]) == [
        "d", "tau", "pools", "simulation", "standard_error", "limit", "limit_difference", "limit_error", "pool",
        "pool_difference", "pool_error", "corrected", "corrected_difference", "corrected_error"], points[:1])
    wrong = [p for p in points if abs(p["limit"] / theory(p["tau"], 10, 1.5, 0.01, 1e-3)[0] - 1) > 1e-8]
    test("the limit is the closed form at the realised ratios", not wrong, wrong)
    wrong = [p for p in points for name in ("limit", "pool", "corrected")
             if not math.isclose(p[name] - p["simulation"], p[name + "_difference"], abs_tol=1e-12)]
    test("differences are differences", not wrong, wrong)
    # (b) is good to 5 % at d = 10 (doc/finite.md, section 7) away from the peak; 5 standard errors of 8 pools, which
    # are themselves known to a quarter. The limit is off by more than 10 % for tau from 1.6 to 4 and cannot hide.
    far = [p for p in points if not 0.7 < p["tau"] < 1.5]
    wrong = [p for p in far if abs(p["corrected_difference"]) > 0.05 * p["simulation"] + 5 * p["corrected_error"]]
    test("the fluctuation-corrected theory agrees with simulation", not wrong, wrong)
    middle = [p for p in points if 1.5 < p["tau"] < 4.1]
    wrong = [p for p in middle if p["limit_difference"] > -0.1 * p["simulation"]]
    test("the limit does not, by far", len(middle) == 5 and not wrong, wrong)
    test("and in the mean over tau neither does the pool's moments alone", deviations[0]["corrected"]
         < deviations[0]["pool"] < deviations[0]["limit"], deviations)
    if shutil.which("gnuplot"):
        svg = read(folder, "finite_size.svg")
        test("SVG has its labels", all(text in svg for text in ("simulation", "error on fresh tasks", "(b)")),
             svg[:500])
        test("PNG is one", read(folder, "finite_size.png", "rb").startswith(b"\x89PNG"))
    else:
        skip("figures", "gnuplot is not installed")
    # What is given counts whatever the mode, before it or after.
    run(folder, *SMALL, "--full", "--threads", "3", "--no-plot", "--output", "again")
    same = all(read(folder, "again" + end) == read(folder, "finite_size" + end) for end in (".csv", "_deviation.csv"))
    test("the same numbers with other threads and in the other mode", same)
    test("--no-plot draws nothing", not os.path.exists(os.path.join(folder, "again.svg")))
    check_usage(folder, "04_finite_size", [["--d", "9"], ["--d", "81"], ["--pools", "1"], ["--samples", "x"]],
                wrong_points=False)
finish()
