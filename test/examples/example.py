"""What the tests of the figures share: running a program, reading its files, and the closed-form theory once more.

The formulas are those of section 6 of doc/theory.md in their shortest form, which cancels: good to about 1e-10 here.
"""
import csv
import math
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import finish, skip, test  # noqa: E402, F401

PROGRAM = os.path.abspath(sys.argv[1])


def run(folder, *arguments, path=None):
    environment = dict(os.environ)
    if path is not None:
        environment["PATH"] = path
    return subprocess.run([PROGRAM, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def read(folder, name, mode="r"):
    with open(os.path.join(folder, name), mode, encoding=None if "b" in mode else "utf-8") as file:
        return file.read()


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def rows(folder, name):
    with open(os.path.join(folder, name), newline="") as file:
        return [{key: number(value) for key, value in row.items()} for row in csv.DictReader(file)]


def check_figures(folder, name, labels):
    svg, png = read(folder, name + ".svg"), read(folder, name + ".png", "rb")
    missing = [text for text in labels if text not in svg]
    test("SVG is one, has its maps and its labels", svg.lstrip().startswith("<?xml") and "<image" in svg
         and not missing, missing)
    test("PNG is one", png.startswith(b"\x89PNG") and len(png) > 20000, png[:20])


def check_usage(folder, name, wrong, wrong_points=True):
    """The ways of being called that all programs have in common."""
    done = run(folder, "--help")
    test("--help", done.returncode == 0 and "--output" in done.stdout and "Exit status" in done.stdout
         and max(map(len, done.stdout.splitlines())) <= 120, done.stdout)
    wrong = wrong + [["--threads", "0"], ["--nonsense"], ["extra"]]
    wrong += [["--points", "1"], ["--points", "1002"]] if wrong_points else []
    done = [run(folder, *arguments, "--output", "wrong") for arguments in wrong]
    bad = [arguments for arguments, one in zip(wrong, done) if one.returncode != 2 or "Try" not in one.stderr
           or one.stdout]
    test("wrong usage exits with 2 and says how it goes on", not bad, bad)
    test("and writes nothing", not os.path.exists(os.path.join(folder, "wrong.csv")))
    done = run(folder, "--output", "missing/folder/x")
    test("a file that cannot be written is an error, before the work", done.returncode == 1 and done.stdout == ""
         and f"{name}: missing/folder/x.csv: No such file" in done.stderr, done.stderr)


def resolvent(nu, inverse_kappa):
    """s and M of eq. 9."""
    b = nu + inverse_kappa - 1
    root = math.sqrt(b * b + 4 * nu)
    s = 2 * nu / (b + root) if b > 0 else (root - b) / 2
    return s, 1 / (s + nu)


def effective_ridge(tau, q, inverse_kappa, ridge):
    """xi of eq. 8 by bisection in its logarithm."""
    if ridge == 0 and tau >= 1:
        return 0.0
    if ridge == 0:
        s, _ = resolvent(q, tau * inverse_kappa)
        return (1 - tau) / tau * (s + q)
    low, high = math.log(ridge), math.log(ridge + 1e3 * (1 + q + 1 / tau))
    for _ in range(200):
        middle = (low + high) / 2
        xi = math.exp(middle)
        if xi * (1 - (1 - xi * resolvent(q + xi, inverse_kappa)[1]) / tau) > ridge:
            high = middle
        else:
            low = middle
    return math.exp((low + high) / 2)


def theory(tau, alpha, kappa, rho, ridge=0.0):
    """ICL and IDG, eq. 13 and 12."""
    q = (1 + rho) / alpha
    xi = effective_ridge(tau, q, 1 / kappa, ridge)
    nu = q + xi
    s, m = resolvent(nu, 1 / kappa)
    d = s * s + nu
    m2, t1 = m / d, s * s * m / d
    r2 = s * m * (s * s + nu * (1 - s)) / d
    residual = ridge / xi + xi / tau * (t1 + q * m2) if xi > 0 else 1 - 1 / tau
    if residual == 0:
        return math.inf, math.inf
    idg = (rho + nu * nu * t1 + q * r2) / residual
    return rho + nu * nu * m2 + q * r2 + idg / tau * (1 + q) * (t1 + q * m2), idg
