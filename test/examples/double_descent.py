"""The double-descent example, run as a user runs it. usage: double_descent.py PROGRAM"""
import csv
import math
import os
import pty
import re
import shutil
import subprocess
import tempfile

from example import PROGRAM, finish, read, rows, run, skip, test

QUICK = ["--d", "12", "--replicates", "6", "--tau", "0.4,1,3", "--lambda", "1e-3", "--seed", "5"]


def check_points(folder):
    points = rows(folder, "double_descent.csv")
    test("one row a sample size", len(points) == 3, str(points))
    sizes = [(p["d"], p["l"], p["k"], p["n"]) for p in points]
    test("integers realise the ratios", sizes == [(12, 120, 6, 58), (12, 120, 6, 144), (12, 120, 6, 432)], str(sizes))
    test("ratios are the realised ones", all((p["tau"], p["alpha"], p["kappa"]) == (p["n"] / 144, 10, 0.5)
         for p in points), str(points))
    test("the run is described", all((p["rho"], p["lambda"], p["seed"], p["replicates"]) == (0.01, 1e-3, 5, 6)
         for p in points), str(points))
    finite = all(math.isfinite(v) and v >= 0 for p in points for v in p.values())
    test("every number is finite", finite, str(points))
    # At d = 12 the theory is off by tens of per cent; a factor 2 tells a wrong column or formula from that.
    near = all(0.5 < p[e + "_mean"] / p[e + "_theory"] < 2 for p in points for e in ("icl", "idg"))
    test("simulation and theory belong together", near, str(points))
    test("both errors peak at tau = 1", all(points[1][e] > points[0][e] and points[1][e] > points[2][e]
         for e in ("icl_theory", "icl_mean", "idg_theory", "idg_mean")), str(points))


def check_curve(folder):
    curve = rows(folder, "double_descent_theory.csv")
    peak = max(curve, key=lambda row: row["icl"])
    test("the theory's curve peaks next to tau = 1", abs(peak["tau"] - 1) < 0.05, str(peak))
    points = rows(folder, "double_descent.csv")
    at_one = next(row for row in curve if row["tau"] == 1)
    test("curve and points are one theory", at_one["icl"] == points[1]["icl_theory"], f"{at_one} {points[1]}")


def check_figures(folder):
    svg, png = read(folder, "double_descent.svg"), read(folder, "double_descent.png", "rb")
    labels = ("ICL, theory", "IDG, simulation", "d = 12 (6", "τ = n/d²", "α = l/d = 10", "κ = k/d = 0.5", "ρ = 0.01",
              "λ = 0.001")
    missing = [text for text in labels if text not in svg]
    test("SVG is one and has its labels", svg.lstrip().startswith("<?xml") and not missing, str(missing))
    test("PNG is one", png.startswith(b"\x89PNG") and len(png) > 5000, str(png[:20]))


def check_names(folder):
    """Names that a shell or gnuplot would take for something else."""
    for name in ("it's", "|cat >trap", "<trap", "-", "a b"):
        done = run(folder, *QUICK, "--output=" + name)
        made = all(os.path.exists(os.path.join(folder, name + end)) for end in (".csv", "_theory.csv", ".svg", ".png"))
        test(f"files named {name}", done.returncode == 0 and made and "no figure" not in done.stderr, done.stderr)
    test("and no others", not [name for name in os.listdir(folder) if name.startswith("trap")], str(os.listdir(folder)))


def check_shortest(folder):
    """Numbers read back as printed, with no digit too many."""
    with open(os.path.join(folder, "double_descent.csv"), newline="") as file:
        texts = [text for row in csv.DictReader(file) for text in row.values()]
    long = [text for text in texts for digits in (15, 16) if len(text) > len(f"{float(text):.{digits}g}")
            and float(f"{float(text):.{digits}g}") == float(text)]
    test("numbers are as short as they can be", texts and not long, str(long))


def check_seeds(folder):
    """Neighbouring seeds share no replicate: with two a point, the seeds s and s + 1 once shared one of them."""
    means = []
    for seed in ("5", "6"):
        run(folder, "--d", "6", "--replicates", "2", "--tau", "2,2,2", "--seed", seed, "--no-plot", "--output", "seed")
        points = rows(folder, "seed.csv")
        means += [p["icl_mean"] + sign * p["icl_standard_error"] for p in points for sign in (1, -1)]  # both errors
    close = [(a, b) for j, a in enumerate(means) for b in means[:j] if math.isclose(a, b, rel_tol=1e-9)]
    test("no two replicates are the same, in neighbouring seeds neither", len(means) == 12 and not close, str(means))


def check_progress(folder):
    try:
        main, terminal = pty.openpty()
    except OSError as error:
        skip("progress", f"no pseudo-terminal: {error}")
        return
    subprocess.run([PROGRAM, *QUICK, "--no-plot", "--threads", "4"], cwd=folder, stdout=subprocess.DEVNULL,
                   stderr=terminal)
    os.write(terminal, b"end")
    os.close(terminal)
    shown = b""
    while not shown.endswith(b"end"):
        shown += os.read(main, 4096)
    os.close(main)
    counts = [int(count) for count in re.findall(rb"\r(\d+) of 18 fits", shown)]
    test("progress counts every fit in order", counts == list(range(1, 19)), str(shown))


def check_usage(folder):
    done = run(folder, "--help")
    test("--help", done.returncode == 0 and all(text in done.stdout for text in ("--replicates", "k = 0", "--d D"))
         and max(map(len, done.stdout.splitlines())) <= 120, done.stdout)
    wrong = [["--tau", "0"], ["--tau", "1,x"], ["--tau", ","], ["--d", "0"], ["--d", "9999999"], ["--rho", "-1"],
             ["--lambda", "nan"], ["--alpha", "0"], ["--replicates", "1"], ["--nonsense"], ["extra"], ["-k", "1"],
             ["--kappa", "1e300"], ["--alpha", "1e300"], ["--tau", "1e300"], ["--tau", "1,1e300"],
             ["--kappa", "1e999"], ["--d", " 3"]]
    done = [run(folder, *arguments, "--output", "wrong") for arguments in wrong]
    bad = [arguments for arguments, one in zip(wrong, done) if one.returncode != 2 or "Try" not in one.stderr
           or not one.stderr.startswith("01_double_descent: ") and "option" not in one.stderr or one.stdout]
    test("wrong usage exits with 2 and says how it goes on", not bad, str(bad))
    test("and writes nothing", not os.path.exists(os.path.join(folder, "wrong.csv")))


with tempfile.TemporaryDirectory() as folder:
    done = run(folder, *QUICK, "--threads", "1")
    test("runs", done.returncode == 0, done.stderr)
    check_points(folder)
    check_curve(folder)
    check_shortest(folder)
    if shutil.which("gnuplot"):
        check_figures(folder)
        check_names(folder)
    else:
        skip("figures", "gnuplot is not installed")

    run(folder, *QUICK, "--threads", "3", "--no-plot", "--output", "again")
    test("the same numbers with other threads", read(folder, "double_descent.csv") == read(folder, "again.csv"))
    test("--no-plot draws nothing", not os.path.exists(os.path.join(folder, "again.svg")))
    check_seeds(folder)
    check_progress(folder)

    done = run(folder, *QUICK, "--output", "bare", path="/nonexistent")
    test("without gnuplot it writes the CSV and says so", done.returncode == 0 and "no figure" in done.stderr
         and os.path.exists(os.path.join(folder, "bare.csv")), done.stderr)

    done = run(folder, *QUICK, "--kappa", "inf", "--lambda", "0", "--output", "ridgeless")
    points = rows(folder, "ridgeless.csv") if done.returncode == 0 else []
    test("ridgeless with fresh tasks: ICL is IDG, infinite at tau = 1", len(points) == 3 and
         all(p["icl_theory"] == p["idg_theory"] and p["icl_mean"] == p["idg_mean"] for p in points) and
         all(p["k"] == 0 and p["kappa"] == math.inf for p in points) and
         points[1]["icl_theory"] == math.inf and math.isfinite(points[1]["icl_mean"]), done.stderr + str(points))

    check_usage(folder)
    # The default run takes seconds; a name that cannot be written is known before.
    done = run(folder, "--output", "missing/folder/x")
    test("a file that cannot be written is an error", done.returncode == 1 and done.stdout == ""
         and "01_double_descent: missing/folder/x.csv: No such file" in done.stderr, done.stderr)
finish()
