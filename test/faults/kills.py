"""Kills at random moments, a full disk and a second process: what is resumed ends with the numbers of an undisturbed
run, to the bit, and nothing that was finished is computed again.

usage: kills.py WORKER [KILLS]    5 kills if not said otherwise; worker.c is the experiment
"""
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import finish, skip, test  # noqa: E402

WORKER = sys.argv[1]
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
POINTS, REPLICATES = 4, 250
HEADER = RECORD = 128
CANCELED, FAILED = 3, 4


def command(threads, checkpoint=None, cancel_at=0):
    return [WORKER, str(threads), str(REPLICATES), str(cancel_at)] + ([str(checkpoint)] if checkpoint else [])


def start(*arguments, **options):
    return subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def run(*arguments, **options):
    """Status, output and message."""
    return ended(start(*arguments, **options))


def ended(process, timeout=None):
    try:
        output, message = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, message = process.communicate()
    return process.returncode, output, message


def results(output):
    return [line for line in output.splitlines() if not line.startswith("done")]


def finished(output):
    """Replicates that the progress callback was told of; a line that the kill cut off says nothing."""
    lines = [line for line in output.split("\n")[:-1] if line.startswith("done")]
    return int(lines[-1].split()[1]) if lines else 0


def records(path):
    return max(path.stat().st_size - HEADER, 0) // RECORD if path.exists() else 0


def is_whole(path):
    return path.stat().st_size == HEADER + POINTS * REPLICATES * RECORD


def kill_and_resume(folder, expected, duration):
    choose = random.Random(20240607)
    kills, runs, lost, wrong = 0, 0, [], []
    while kills < KILLS and not wrong:
        path, known, status = folder / f"killed{runs}", 0, None
        runs += 1
        while status != 0 and not wrong:
            delay = choose.uniform(0.0, 0.4 * duration) if kills < KILLS else None
            status, output, message = ended(start(1 + kills % 2, path), delay)
            before, known = known, records(path)
            if known < max(before, finished(output)):
                lost.append(f"{finished(output)} were finished, {before} on file before, {known} after")
            if status == -signal.SIGKILL:
                kills += 1
            elif status != 0 or results(output) != expected or not is_whole(path):
                wrong.append(f"status {status}, {path.stat().st_size} bytes, {message}{output[-500:]}")
    test(f"{kills} kills in {runs} runs: no finished replicate is lost", not lost, "\n".join(lost))
    test("and the results are those of an undisturbed run, to the bit, with no replicate on file twice", not wrong,
         "\n".join(wrong))


def resume(name, path, expected):
    status, output, message = run(2, path)
    same = status == 0 and results(output) == expected and is_whole(path)
    test(f"{name}: resumed to the bit", same, message + output)


def cancel_and_resume(folder, expected):
    choose = random.Random(20240608)
    path = folder / "canceled"
    for at in sorted(choose.sample(range(1, POINTS * REPLICATES), 3)):
        status, output, message = run(2, path, at)
        kept = status == CANCELED and at <= records(path) and finished(output) <= records(path)
        test(f"canceled at replicate {at}, which is kept", kept, f"{status}, {records(path)} records, {message}")
    resume("canceled", path, expected)


def two_at_once(folder, expected):
    """Both begin together, on one file; the one that is refused tries again."""
    path, refused, wrong = folder / "shared", 0, []
    waiting = [start(1, path), start(2, path)]
    while waiting:
        process = waiting.pop()
        status, output, message = ended(process)
        if status == FAILED and "is in use by another process" in message:
            refused += 1
            time.sleep(0.05)
            waiting.insert(0, start(1, path))
        elif status != 0 or results(output) != expected:
            wrong.append(f"{status}, {message}{output[-500:]}")
    test("two processes, one file: one is refused, and both end with the same numbers",
         refused > 0 and not wrong and is_whole(path), f"{refused} refused; " + "\n".join(wrong))


def limited_file(folder, expected):
    """The signal goes to the thread that writes. The library's own threads block it and see the error; so one thread,
    the program's."""
    for name, disposition, reason in (("ignored", signal.SIG_IGN, "File too large"),
                                      ("not ignored", signal.SIG_DFL, "")):
        path = folder / f"limited, {name}"

        def limit(handler=disposition):
            signal.signal(signal.SIGXFSZ, handler)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

        status, output, message = run(1, path, preexec_fn=limit)
        wanted = FAILED if reason else -signal.SIGXFSZ
        test(f"a file limited to 20000 bytes, SIGXFSZ {name}: it has all that fits",
             status == wanted and reason in message and records(path) == (20000 - HEADER) // RECORD and
             finished(output) <= records(path), f"{status}, {records(path)} records, {message}")
        resume(f"SIGXFSZ {name}", path, expected)


FULL_DISK = """
mount -t tmpfs -o size=16k none "$1" || exit 9
"$2" 2 "$3" 0 "$1/checkpoint" >"$4/full" 2>"$4/message"
echo $? "$(stat -c %s "$1/checkpoint")"
mount -o remount,size=1m "$1" && "$2" 1 "$3" 0 "$1/checkpoint" >"$4/resumed" && stat -c %s "$1/checkpoint"
"""


def full_disk(folder, expected):
    """On a file system of four pages, in a name space of its own."""
    name = "a full disk: the failure says so, and with space the run is resumed to the bit"
    if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        skip(name, "mounting a small file system needs root")
        return
    disk = folder / "disk"
    disk.mkdir()
    done = subprocess.run(["unshare", "-m", "sh", "-c", FULL_DISK, "sh", disk, WORKER, str(REPLICATES), folder],
                          capture_output=True, text=True)
    if done.returncode == 9:
        skip(name, done.stderr.strip() or "no tmpfs")
        return
    message = (folder / "message").read_text()
    sizes = done.stdout.split()
    resumed = (folder / "resumed").read_text()
    on_file = (16384 - HEADER) // RECORD
    test(name, sizes == [str(FAILED), "16384", str(HEADER + POINTS * REPLICATES * RECORD)] and
         "No space left on device" in message and results(resumed) == expected and
         finished((folder / "full").read_text()) <= on_file and f"done {on_file}\n" in resumed,
         f"{sizes} {message} {done.stderr} {resumed[-500:]}")


def main():
    with tempfile.TemporaryDirectory(dir=".") as scratch:
        folder = pathlib.Path(scratch)
        begun = time.monotonic()
        status, output, message = run(1)
        duration = time.monotonic() - begun
        expected = results(output)
        print(f"# an undisturbed run takes {duration:.2f} s", flush=True)
        test("undisturbed", status == 0 and len(expected) == 2 * POINTS and
             finished(output) == POINTS * REPLICATES, message + output)
        kill_and_resume(folder, expected, duration)
        cancel_and_resume(folder, expected)
        two_at_once(folder, expected)
        limited_file(folder, expected)
        full_disk(folder, expected)
    finish()


main()
