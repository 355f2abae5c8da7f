"""The double-descent example, run as a user runs it. usage: double_descent.py PROGRAM"""
import csv
import math
import os
import shutil
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
QUICK = ["-d", "12", "--replicates", "6", "--tau", "0.4,1,3", "--lambda", "1e-3", "--seed", "5"]
results = []


def test(name, passed, detail=""):
    results.append(passed)
    print(f"{'ok' if passed else 'not ok'} {len(results)} - {name}")
    if not passed:
        print("# " + detail.replace("\n", "\n# "))


def run(folder, *arguments, path=None):
    environment = dict(os.environ)
    if path is not None:
        environment["PATH"] = path
    return subprocess.run([PROGRAM, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def rows(folder, name):
    with open(os.path.join(folder, name), newline="") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def check_points(folder):
    points = rows(folder, "double_descent.csv")
    test("one row a sample size", len(points) == 3, str(points))
    sizes = [(p["d"], p["l"], p["k"], p["n"]) for p in points]
    test("integers realise the ratios", sizes == [(12, 120, 6, 58), (12, 120, 6, 144), (12, 120, 6, 432)], str(sizes))
    test("tau is the realised one", all(p["tau"] == p["n"] / 144 for p in points), str(points))
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
    with open(os.path.join(folder, "double_descent.svg")) as file:
        svg = file.read()
    with open(os.path.join(folder, "double_descent.png"), "rb") as file:
        png = file.read()
    test("SVG is one and has its labels", svg.lstrip().startswith("<?xml") and "ICL, theory" in svg, svg[:200])
    test("PNG is one", png.startswith(b"\x89PNG") and len(png) > 5000, str(png[:20]))


with tempfile.TemporaryDirectory() as folder:
    done = run(folder, *QUICK, "--threads", "1")
    test("runs", done.returncode == 0, done.stderr)
    check_points(folder)
    check_curve(folder)
    if shutil.which("gnuplot"):
        check_figures(folder)
    else:
        print(f"ok {len(results) + 1} - figures # SKIP gnuplot is not installed")
        results.append(True)

    run(folder, *QUICK, "--threads", "3", "--no-plot", "--output", "again")
    with open(os.path.join(folder, "double_descent.csv")) as one, open(os.path.join(folder, "again.csv")) as other:
        test("the same numbers with other threads", one.read() == other.read())
    test("--no-plot draws nothing", not os.path.exists(os.path.join(folder, "again.svg")))

    done = run(folder, *QUICK, "--output", "bare", path="/nonexistent")
    test("without gnuplot it writes the CSV and says so", done.returncode == 0 and "no figure" in done.stderr
         and os.path.exists(os.path.join(folder, "bare.csv")), done.stderr)

    done = run(folder, *QUICK, "--kappa", "inf", "--lambda", "0", "--no-plot", "--output", "ridgeless")
    points = rows(folder, "ridgeless.csv") if done.returncode == 0 else []
    test("ridgeless with fresh tasks: ICL is IDG, infinite at tau = 1", len(points) == 3 and
         all(p["icl_theory"] == p["idg_theory"] and p["icl_mean"] == p["idg_mean"] for p in points) and
         points[1]["icl_theory"] == math.inf and math.isfinite(points[1]["icl_mean"]), done.stderr + str(points))

    test("--help", "--replicates" in run(folder, "--help").stdout)
    wrong = [["--tau", "0"], ["--tau", "1,x"], ["--tau", ","], ["-d", "0"], ["-d", "9999999"], ["--rho", "-1"],
             ["--lambda", "nan"], ["--alpha", "0"], ["--replicates", "1"], ["--nonsense"], ["extra"]]
    codes = [run(folder, *arguments).returncode for arguments in wrong]
    test("wrong usage exits with 2", codes == [2] * len(wrong), str(codes))
    done = run(folder, *QUICK, "--output", "missing/folder/x")
    test("a file that cannot be written is an error", done.returncode == 1 and "missing" in done.stderr, done.stderr)

print(f"1..{len(results)}")
sys.exit(not all(results))
