"""The manual page: its form, its functions and statuses, its example. usage: man.py SOURCE BUILD SANITIZER"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from samples import environment, shell  # noqa: E402
from tap import finish, skip, test  # noqa: E402


def check_form(page, name, command):
    """A formatter that reads the page without a word of complaint."""
    if not shutil.which(command[0]):
        skip(name, f"{command[0]} is not installed")
        return
    done = subprocess.run([*command, str(page)], capture_output=True, text=True)
    test(name, done.returncode == 0 and not done.stderr.strip(), done.stderr or done.stdout)


def interface(source):
    lines = (source / "test" / "abi" / "interface.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def check_names(text, source):
    functions = [item[1] for item in interface(source) if item[0] == "function"]
    listed = re.findall(r"^\.It Fn (\w+)$", text, re.MULTILINE)
    test("every public function is listed, once, and no other", functions and sorted(listed) == sorted(functions),
         sorted(set(listed) ^ set(functions)) or listed)
    statuses = {(item[1], item[2]) for item in interface(source)
                if item[0] == "constant" and re.match(r"ICL_(OK|ERR_)", item[1])}
    listed = set(re.findall(r"^\.It Dv (ICL_\w+)\n\\?(-?\d+),", text, re.MULTILINE))
    test("every status with its number, and no other", statuses and listed == statuses, listed ^ statuses)
    headers = {path.name for path in (source / "include" / "icltheory").glob("*.h")}
    named = set(re.findall(r"icltheory/(\w+\.h)", text))
    test("every header has its section", headers == named, headers ^ named)
    pages = re.findall(r"\b(\w+\.md)\b", text)
    missing = [page for page in pages if not (source / "doc" / page).exists()]
    test("the pages that it names exist", pages and not missing, missing)


def check_example(text, source, build, sanitizer):
    blocks = re.findall(r"^\.Bd -literal\n(.*?)^\.Ed$", text, re.DOTALL | re.MULTILINE)
    program, printed = (block.replace("\\e", "\\") for block in [*blocks, "", ""][:2])
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "program.c").write_text(program, encoding="utf-8")
        command = "cc -std=c99 -Wall -Wextra -Werror program.c $(pkg-config --cflags --libs icltheory) && ./a.out"
        status, output, errors = shell(command, scratch, environment(source, build, sanitizer, scratch))
    test("the example compiles and prints what the page says", status == 0 and output == printed, errors + output)


def main(source, build, sanitizer):
    page = source / "doc" / "icltheory.3"
    text = page.read_text(encoding="utf-8")
    check_form(page, "groff reads it without a warning", ["groff", "-mdoc", "-ww", "-Tutf8", "-z"])
    check_form(page, "mandoc finds nothing to warn of", ["mandoc", "-Tlint", "-Wwarning"])
    check_names(text, source)
    check_example(text, source, build, sanitizer)
    finish()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3])
