"""What README.md and doc/*.md show is run, and prints what they say it prints.

usage: samples.py SOURCE BUILD SANITIZER       SANITIZER: meson's b_sanitize of that build, e.g. none

Rules of the pages [doc/contributing.md, "Pages"]:
- A block c, cpp or python is a complete program; sh is run in the folder of the program before it (program.c ...).
- A block text is what the program or the sh before it prints.
- What is indented is not run; but scripts, programs and options that it names have to exist.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from blocks import fenced, indented, pages  # noqa: E402
from tap import finish, skip, test  # noqa: E402

STRICT = "-Wall -Wextra -pedantic -Werror"
# Language: file name, the tool it needs, how it is built, how it is run. pkg-config finds the library of the build.
RULES = {
    "c": ("program.c", "cc", f"cc -std=c99 {STRICT} program.c $(pkg-config --cflags --libs icltheory) -o program",
          "./program"),
    "cpp": ("program.cpp", "g++",
            f"g++ -std=c++11 {STRICT} program.cpp $(pkg-config --cflags --libs icltheory) -o program", "./program"),
    "python": ("program.py", "python3", "true", "python3 program.py"),
    "sh": ("program.sh", "sh", "true", "sh -eu program.sh"),
}
NOT_RUN = {"text", "bibtex"}


def environment(source, build, sanitizer, scratch):
    """As if the library were installed: pkg-config, the loader, and the system's Python before any other."""
    sanitize = "" if sanitizer == "none" else f" -fsanitize={sanitizer}"
    package = (build / "meson-private" / "icltheory.pc").read_text(encoding="utf-8")
    package = re.sub(r"^includedir=.*", f"includedir={source}/include", package, flags=re.MULTILINE)
    package = re.sub(r"^libdir=.*", f"libdir={build}/lib", package, flags=re.MULTILINE)
    package = re.sub(r"^Libs:.*", lambda line: line[0] + sanitize, package, flags=re.MULTILINE)
    (scratch / "icltheory.pc").write_text(package, encoding="utf-8")
    return {**os.environ, "PKG_CONFIG_PATH": str(scratch), "LD_LIBRARY_PATH": str(build / "lib"),
            "PKG_CONFIG_DISABLE_UNINSTALLED": "1", "OPENBLAS_NUM_THREADS": "1",
            "PATH": "/usr/bin:" + os.environ["PATH"]}


def shell(command, folder, variables):
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=variables, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def run_block(name, block, expected, folder, variables):
    """Builds and runs one block; compares what it prints, if the page says something about that."""
    file, tool, build, run = RULES[block.language]
    if not shutil.which(tool):
        skip(name, f"{tool} was not found")
        return
    (folder / file).write_text(block.text, encoding="utf-8")
    status, _, errors = shell(build, folder, variables)
    if status:
        test(f"{name} compiles", False, errors)
        return
    status, output, errors = shell(run, folder, variables)
    if expected is None:
        test(f"{name} runs", status == 0, output + errors)
    else:
        test(f"{name} prints what the page says", status == 0 and output == expected,
             f"status {status}\n{errors}printed:\n{output}said:\n{expected}")


def run_page(page, name, scratch, variables):
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    blocks = fenced(page)
    for block, following in zip(blocks, [*blocks[1:], None]):
        place = f"{name}, line {block.line}: {block.language}"
        if block.language in RULES:
            expected = following.text if following and following.language == "text" else None
            run_block(place, block, expected, folder, variables)
        elif block.language not in NOT_RUN:
            test(place, False, "no rule in samples.py says how to run this; what is not to be run is indented")
    orphans = [block.line for block, before in zip(blocks, [None, *blocks])
               if block.language == "text" and not (before and before.language in RULES)]
    if blocks:
        test(f"{name}: every block text belongs to a program", not orphans, orphans)


def known_options(path, source, build):
    """The text in which the options of a script or of an example program occur; None if there is no such file."""
    program = build / path.removeprefix("build/") if path.startswith("build/") else source / path
    if not program.is_file():
        return None
    if program.suffix == ".sh":
        return program.read_text(encoding="utf-8")
    return subprocess.run([program, "--help"], capture_output=True, text=True, timeout=60).stdout


def check_commands(page, name, source, build):
    """Indented commands: sh SCRIPT ..., build/examples/PROGRAM ...; apt-get install only what packages.sh installs."""
    packages = re.search(r'^build="(.*)"', (source / "test" / "packages.sh").read_text(encoding="utf-8"), re.MULTILINE)
    number, wrong = 0, []
    for line, command in indented(page):
        found = re.match(r"(?:sh )?((?:build/)?(?:examples|test)/[\w./]+)(.*)", command)
        if found and ((build / "examples").is_dir() or not found[1].startswith("build/")):
            number += 1
            options = known_options(found[1], source, build)
            unknown = [option for option in re.findall(r"--[a-z-]+", found[2]) if option not in (options or "")]
            if options is None or unknown:
                wrong.append(f"line {line}: {command}: {'no such file' if options is None else unknown}")
        if command.startswith("apt-get install"):
            number += 1
            wrong += [f"line {line}: {word}" for word in command.split()[2:] if word not in packages[1].split()]
    if number:
        test(f"{name}: its commands name files, options and packages that exist", not wrong, "\n".join(wrong))


def main(source, build, sanitizer):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        variables = environment(source, build, sanitizer, scratch)
        if sanitizer != "none":
            RULES["python"] = ("program.py", "a library without sanitizers", "", "")
        for page in pages(source):
            name = str(page.relative_to(source))
            run_page(page, name, scratch, variables)
            check_commands(page, name, source, build)
    finish()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3])
