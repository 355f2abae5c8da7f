"""Test Anything Protocol for the tests in Python: test() and skip() for each check, finish() at the end."""
import sys

results = []


def test(name, passed, detail=""):
    results.append(bool(passed))
    print(f"{'ok' if passed else 'not ok'} {len(results)} - {name}", flush=True)
    if not passed:
        print("# " + str(detail)[:4000].replace("\n", "\n# "), flush=True)


def skip(name, reason):
    results.append(True)
    print(f"ok {len(results)} - {name} # SKIP {reason}", flush=True)


def finish():
    print(f"1..{len(results)}")
    sys.exit(not all(results))
