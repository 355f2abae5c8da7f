"""Runs the compiled test programs of a build, as a sanitizer, a coverage run or valgrind wants them: in TAP, one check
for each program.

usage: programs.py BUILD LABEL [--only NAME]... [--without NAME=REASON]... [--slower FACTOR] [--wrap COMMAND]

The programs are those tests of Meson's list whose program was built there; so a new one is taken by itself. They run
one at a time, each with its environment of Meson's list, its arguments and its time limit times FACTOR. Times shown are
of the processor.
"""
import argparse
import json
import os
import pathlib
import resource
import shlex
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import count
import tap


def programs(build):
    """Meson's tests whose program lies in the build folder."""
    listing = subprocess.run(["meson", "introspect", "--tests", build], check=True, capture_output=True, text=True)
    inside = build + os.sep
    return [one for one in json.loads(listing.stdout) if os.path.realpath(one["cmd"][0]).startswith(inside)]


def run(program, wrap, limit):
    """Its exit status, what it printed and what it complained about. What it started ends with it."""
    process = subprocess.Popen(wrap + program["cmd"], env=os.environ | program["env"], cwd=program["workdir"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                               start_new_session=True)
    try:
        output, complaints = process.communicate(timeout=limit)
        return process.returncode, output, complaints
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, complaints = process.communicate()
        return -signal.SIGKILL, output, complaints + f"\nnot done after {limit:.0f} s"


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check(label, program, arguments):
    begin = processor_time()
    limit = program["timeout"] * arguments.slower
    status, output, complaints = run(program, shlex.split(arguments.wrap), limit)
    result = "ERROR" if status else "SKIP" if output.startswith("1..0 # SKIP") else "OK"
    passed, failed, skipped = count.count_program(result, output)
    seconds = processor_time() - begin
    shown = [line for line in output.splitlines() if not line.startswith("ok ")]
    tap.test(f"{label}: {program['name']}, {passed} checks, {skipped} skipped, {seconds:.1f} s",
             status == 0 and failed == 0 and passed + skipped > 0,
             f"exit status {status}\n" + "\n".join(shown) + "\n" + complaints[-3000:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("label")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--slower", type=float, default=1)
    parser.add_argument("--wrap", default="")
    arguments = parser.parse_args()
    without = dict(one.split("=", 1) for one in arguments.without)
    found = programs(os.path.realpath(arguments.build))
    unknown = (set(arguments.only) | set(without)) - {program["name"] for program in found}
    tap.test(f"{arguments.label}: the build has the programs named", found and not unknown, sorted(unknown))
    for program in found:
        name = program["name"]
        if arguments.only and name not in arguments.only:
            continue
        if name in without:
            tap.skip(f"{arguments.label}: {name}", without[name])
        else:
            check(arguments.label, program, arguments)
    tap.finish()


if __name__ == "__main__":
    main()
