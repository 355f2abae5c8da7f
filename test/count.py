"""Counts the checks in meson's log of a run, one JSON object for each program: count.py LOG STATUS.

Every test speaks TAP. A program that crashed, ran out of time or announced more checks than it made counts as a failure
besides those it wrote down itself; one that skipped all it has ("1..0 # SKIP") as one skipped. Ends with one line,
"N passed, N failed, N skipped", and fails where meson did (STATUS), where anything failed or where nothing was checked.
"""
import json
import re
import sys

GOOD = ("OK", "SKIP", "EXPECTEDFAIL")


def count_program(result, output):
    """Passed, failed and skipped checks of one program."""
    passed = failed = skipped = 0
    planned = None
    for line in output.splitlines():
        plan = re.match(r"1\.\.(\d+)", line)
        if plan:
            planned = int(plan.group(1))
        elif re.match(r"ok\b.*# *SKIP", line, re.IGNORECASE):
            skipped += 1
        elif re.match(r"ok\b", line):
            passed += 1
        elif re.match(r"not ok\b", line):
            failed += 1
    if planned == 0 and result == "SKIP":
        skipped += 1
    elif planned != passed + failed + skipped or (result not in GOOD and not failed):
        failed += 1
    return passed, failed, skipped


def main(path, status):
    try:
        with open(path, encoding="utf-8") as log:
            programs = [json.loads(line) for line in log if line.strip()]
    except OSError:
        programs = []
    counts = [count_program(program["result"], program.get("stdout", "")) for program in programs]
    passed, failed, skipped = (sum(column) for column in zip(*counts)) if counts else (0, 0, 0)
    if not failed and (status or not passed + skipped):
        failed = 1  # meson failed, or nothing ran
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return status or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
