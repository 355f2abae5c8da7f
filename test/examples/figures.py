"""figures.sh, with programs that only pretend to compute. usage: figures.py FIGURES_SH"""
import os
import re
import subprocess
import tempfile

from example import PROGRAM as SCRIPT, finish, read, test

# What a program looks like to the script: help, files, and a line in a log of its calls.
PROGRAM = """#!/bin/sh
if [ "$1" = --help ]; then printf '%s\\n' "$HELP"; exit 0; fi
echo "$(basename "$0") $*" >> "$CALLS"
while [ "$1" != --output ]; do shift; done
BODY
"""
KEEPS = 'HELP="Usage: x --quick --full --threads N\n\nCurves. Writes PREFIX.txt, PREFIX.checkpoint."'
FORGETS = 'HELP="Usage: x\n\nThe <first> figure,\nin two lines. Writes PREFIX.csv.\n\nMore."'


def put(build, name, help_text, body):
    path = os.path.join(build, "examples", name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(PROGRAM.replace("\nif", "\n" + help_text + "\nif", 1).replace("BODY", body))
    os.chmod(path, 0o755)


def run(folder, *arguments):
    calls = os.path.join(folder, "calls")
    if os.path.exists(calls):
        os.remove(calls)
    done = subprocess.run(["sh", SCRIPT, "--build", os.path.join(folder, "build"), "--output",
                           os.path.join(folder, "out put"), *arguments], capture_output=True, text=True,
                          env=dict(os.environ, CALLS=calls))
    lines = []
    if os.path.exists(calls):
        lines = [line.split(" --output")[0].split() for line in read(folder, "calls").splitlines()]
    return done, lines


def page(folder):
    return read(os.path.join(folder, "out put"), "index.html")


with tempfile.TemporaryDirectory() as folder:
    build = os.path.join(folder, "build")
    os.makedirs(os.path.join(build, "examples", "06_curves.p"))
    os.makedirs(os.path.join(build, "lib"))
    numbers = 'printf "x,icl_theory,icl_mean,icl_standard_error\\n1,2,2.5,0.25\\n2,inf,3,1\\n3,2,1,1\\n" > "$2.csv"'
    put(build, "01_double_descent", FORGETS, numbers + '; : > "$2.png"')
    put(build, "02_own_data", FORGETS, "exit 1")
    put(build, "06_curves", KEEPS, 'printf "Title & <more>\\nText.\\n" > "$2.txt"; echo done')
    put(build, "09_broken", KEEPS, "exit 1")

    done, calls = run(folder)
    test("a figure that fails does not stop the others, and the status tells", done.returncode == 1
         and re.search(r"09_broken +\d+ s, +\d+ s of processors FAILED", done.stdout), done.stdout + done.stderr)
    test("programs get what their help knows", calls == [["01_double_descent"], ["06_curves", "--quick"],
                                                         ["09_broken", "--quick"]], calls)
    times = re.findall(r"^[\w]+ +\d+ s, +\d+ s of processors", done.stdout, re.M)
    test("each figure's time, and that of all", len(times) == 4, done.stdout)
    html = page(folder)
    test("captions: from text file or help, as HTML", "Title &amp; &lt;more&gt;" in html and "<p>Text.</p>" in html
         and "The &lt;first&gt; figure, in two lines.</p>" in html and "PREFIX" not in html, html)
    test("agreement of columns: z = 2 and -1", "2 points" in html and "mean z +0.50, mean |z| 1.50, largest |z| 2.0"
         in html, html)
    links = re.findall(r'(?:src|href)="([^"]*)"', html)
    test("the page loads nothing from outside", links and not [x for x in links if "/" in x or ":" in x]
         and "url(" not in html and "@import" not in html and "<script" not in html, links)

    done, calls = run(folder, "--threads", "3")
    test("drawn figures without replicates are kept; others may resume",
         calls == [["06_curves", "--quick", "--threads", "3"], ["09_broken", "--quick", "--threads", "3"]], calls)
    done, calls = run(folder, "--full", "curves")
    test("one by name, the others stay on the page", done.returncode == 0 and calls == [["06_curves", "--full"]]
         and "01_double_descent.png" in page(folder), (calls, done.stderr))
    put(build, "01_double_descent", FORGETS, numbers + '; echo again > "$2.png"')
    done, calls = run(folder, "01")
    test("a program that was built again draws again", calls == [["01_double_descent"]], (calls, done.stderr))
    put(build, "01_double_descent", FORGETS.replace("Usage: x", "Usage: x --full"), numbers + '; : > "$2.png"')
    done, calls = run(folder, "--full", "01")
    test("other arguments draw again", calls == [["01_double_descent", "--full"]], (calls, done.stderr))
    done, calls = run(folder, "--nonsense")
    test("an unknown option is refused", done.returncode == 2 and not calls, done.stderr)
    done = subprocess.run(["sh", SCRIPT, "--help"], capture_output=True, text=True)
    test("--help", done.returncode == 0 and "--full" in done.stdout and "#" not in done.stdout, done.stdout)
finish()
