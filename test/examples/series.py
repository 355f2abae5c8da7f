"""A figure with simulated points, run as a user runs it, at sizes that take a second. usage: series.py PROGRAM"""
import math
import os
import shutil
import signal
import subprocess
import tempfile
import time

from example import PROGRAM, finish, read, rows, run, skip, test, theory

NAME = os.path.basename(PROGRAM)
TINY = ["--d", "10", "--replicates", "2"]
COLUMNS = ["kind", "series", "x", "theory", "mean", "standard_error", "replicates", "d", "l", "k", "n", "z"]


def scaling_ridge(series):
    return {"A": (0.1, 1e-3), "B": (0.1, 1e-3), "C": (0.01, 0.1)}[series[-1]]


# Of each figure: which of its series are errors of icl_experiment; their noise and ridge; the number of simulated
# points of the tiny run; and labels.
FIGURES = {
    "06_learning_curves": (
        lambda series: True, lambda series: (0.01, float(series.split("lambda=")[1]) if "lambda" in series else 1e-5),
        57, ("ICL", "10", "α", "pretraining sample size", "IDG")),
    "07_context_length": (
        lambda series: True, lambda series: (0.1 if series.startswith("ICL tau=0.5") else 0.5, 1e-6),
        90, ("context length", "κ", "ICL", "IDG")),
    "11_scaling": (
        lambda series: "peak" not in series, scaling_ridge, 6 + 18 + 2, ("Position of the peak", "theory|")),
}
COMPARED, PARAMETERS, POINTS, LABELS = FIGURES[NAME]


def expected(point):
    """The theory at the ratios that the integers realise."""
    d, rho_ridge = point["d"], PARAMETERS(point["series"])
    kappa = point["k"] / d if point["k"] else math.inf
    errors = theory(point["n"] / d ** 2, point["l"] / d, kappa, *rho_ridge)
    return errors[0 if point["series"].startswith("ICL") else 1]


def check_points(points):
    test("as many points as it has", len(points) == POINTS, len(points))
    test("of these sizes", all(p["d"] <= 10 and p["replicates"] == 2 and p["l"] > 0 and p["n"] > 0 for p in points),
         points)
    compared = [p for p in points if COMPARED(p["series"])]
    # The formulas of example.py lose digits next to tau = 1 and at long contexts, where they cancel.
    wrong = [(p, expected(p)) for p in compared if not math.isclose(p["theory"], expected(p), rel_tol=1e-6)]
    test("the theory is the library's", compared and not wrong, wrong)
    wrong = [p for p in compared if not (math.isfinite(p["z"]) and p["standard_error"] > 0 and math.isclose(
        p["z"], (p["mean"] - p["theory"]) / p["standard_error"], rel_tol=1e-6, abs_tol=1e-6))]
    test("z is finite, and what it is", not wrong, wrong)
    # At d = 10 and the peak the theory is off by a factor of ten.
    wrong = [p for p in compared if not 0.05 < p["mean"] / p["theory"] < 20]
    test("simulation and theory belong together", not wrong, wrong)


def check_curves(points, curves):
    for name in {p["series"] for p in points if COMPARED(p["series"])}:
        curve = [c for c in curves if c["series"] == name]
        rising = all(a["x"] < b["x"] for a, b in zip(curve, curve[1:]))
        if NAME != "11_scaling" and not (len(curve) == 401 and rising and all(c["theory"] > 0 for c in curve)):
            test(f"the curve of {name}", False, curve[:3])
            return
    test("curves are dense and rising in x", True)


def check_finite(points, finite):
    if NAME == "11_scaling":
        test("no finite-size theory here", not finite, finite)
        return
    key = ("series", "x", "mean", "d", "l", "k", "n")
    test("a finite-size theory at each point", [[f[k] for k in key] for f in finite] == [[p[k] for k in key]
         for p in points], finite)
    limit, size = (sorted(abs(p["mean"] / p["theory"] - 1) for p in which)[len(points) // 2]
                   for which in (points, finite))
    # In the median, of two replicates whose own scatter is about a tenth here.
    test("it is closer to the simulation than the limit is", size < limit, (limit, size))


def check_caption(folder, points):
    lines = read(folder, NAME + ".txt").splitlines()
    known = [p["z"] for p in points if p["z"] != ""]
    mean = sum(known) / len(known)
    test("caption: title, what is shown, sizes, agreement", len(lines) >= 4 and "replicates a point" in lines[2]
         and f"Agreement of {len(known)} points" in lines[3] and f"mean z {mean:+.2f}" in lines[3]
         and f"|z| {max(map(abs, known)):.1f}" in lines[3], lines)


def run_again(folder, output, *arguments, **options):
    """Another run, which takes the finite-size theory of the first: it is what costs time."""
    if os.path.exists(os.path.join(folder, NAME + ".finite")):
        shutil.copy(os.path.join(folder, NAME + ".finite"), os.path.join(folder, output + ".finite"))
    return run(folder, *TINY, "--output", output, *arguments, **options)


def check_resume(folder):
    """What a killed run has finished is not done again, and the numbers are the same."""
    whole, checkpoint = read(folder, NAME + ".csv"), os.path.join(folder, NAME + ".checkpoint")
    size = os.path.getsize(checkpoint)
    started = time.time()
    killed = subprocess.Popen([PROGRAM, *TINY, "--no-plot", "--output", "killed"], cwd=folder,
                              stdout=subprocess.DEVNULL)
    other = os.path.join(folder, "killed.checkpoint")
    while killed.poll() is None and time.time() < started + 60:
        if os.path.exists(other) and os.path.getsize(other) > size / 3:
            killed.send_signal(signal.SIGKILL)
            break
        time.sleep(0.0005)
    killed.wait()
    left = os.path.getsize(other)
    done = run_again(folder, "killed", "--no-plot")
    test(f"resumes after a kill ({left} of {size} bytes were left) with the same numbers", done.returncode == 0
         and read(folder, "killed.csv") == whole and os.path.getsize(other) == size, (done.stderr, killed.returncode))
    changed = os.stat(checkpoint).st_mtime_ns
    done = run(folder, *TINY, "--no-plot")
    test("a finished run simulates nothing", done.returncode == 0 and os.stat(checkpoint).st_mtime_ns == changed
         and read(folder, NAME + ".csv") == whole, done.stderr)


def check_usage(folder):
    done = run(folder, "--help")
    test("--help", done.returncode == 0 and all(text in done.stdout for text in ("--quick", "--full", ".checkpoint"))
         and max(map(len, done.stdout.splitlines())) <= 120, done.stdout)
    wrong = [["--replicates", "1"], ["--d", "0"], ["--d", "1001"], ["--threads", "0"], ["--nonsense"], ["extra"],
             ["--seed", "-1"]]
    done = [run(folder, *arguments, "--output", "wrong") for arguments in wrong]
    bad = [arguments for arguments, one in zip(wrong, done) if one.returncode != 2 or "Try" not in one.stderr
           or one.stdout]
    test("wrong usage exits with 2 and says how it goes on", not bad, bad)
    test("and writes nothing", not [name for name in os.listdir(folder) if name.startswith("wrong")])
    done = run(folder, "--output", "missing/folder/x")
    test("a file that cannot be written is an error, before the work", done.returncode == 1 and done.stdout == ""
         and f"{NAME}: missing/folder/x.csv: No such file" in done.stderr, done.stderr)


with tempfile.TemporaryDirectory() as folder:
    done = run(folder, *TINY)
    test("runs", done.returncode == 0, done.stderr)
    table = rows(folder, NAME + ".csv")
    test("columns", list(table[0]) == COLUMNS, list(table[0]))
    points = [row for row in table if row["kind"] == "simulation"]
    check_points(points)
    check_finite(points, [row for row in table if row["kind"] == "finite"])
    check_curves(points, [row for row in table if row["kind"] in ("theory", "fit")])
    check_caption(folder, points)
    if shutil.which("gnuplot"):
        test("says what it drew, and gnuplot nothing", f"wrote {NAME}.svg and {NAME}.png" in done.stdout
             and done.stderr == "", done.stderr)
        svg, png = read(folder, NAME + ".svg"), read(folder, NAME + ".png", "rb")
        missing = [text for text in LABELS if text not in svg]
        test("SVG is one and has its labels", svg.lstrip().startswith("<?xml") and not missing, missing)
        test("PNG is one", png.startswith(b"\x89PNG") and len(png) > 20000, png[:20])
    else:
        skip("figures", "gnuplot is not installed")
    check_resume(folder)
    done = run_again(folder, "again", "--threads", "1", "--no-plot")
    test("the same numbers with other threads", read(folder, "again.csv") == read(folder, NAME + ".csv"), done.stderr)
    test("--no-plot draws nothing", not os.path.exists(os.path.join(folder, "again.svg")))
    done = run_again(folder, "bare", path="/nonexistent")
    test("without gnuplot it writes the CSV and says so", done.returncode == 0 and "no figure" in done.stderr
         and read(folder, "bare.csv") == read(folder, NAME + ".csv"), done.stderr)
    check_usage(folder)
finish()
