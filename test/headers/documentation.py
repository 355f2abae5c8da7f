"""The comments of the public headers are complete: documentation.py SOURCE_ROOT. Speaks TAP, one check for each item.

The comment of a function has
- a first sentence;
- each parameter once, in @param NAME or @param NAME, NAME..., with [out] where the function writes, and no others;
- @return, with ICL_OK and what else a status may be, or "as icl_other_function";
- "Thread-safe", unless it changes a handle, which a thread has to have alone;
- "Since" and a release, last: that of its node in lib/icltheory.map.

Constants have a comment each; handles, callbacks and other types have one before them.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(ROOT / "test" / "abi"))
sys.dont_write_bytecode = True
import interface  # noqa: E402 (beside the table that it makes)

PARAMETER = re.compile(r"@param(?P<out>\[out\])?\s+(?P<names>\w+(?:,\s+\w+)*)\s+(?P<text>[^@]*)")
# Handles that the library can read while other threads use them are const; these are changed.
CHANGED_HANDLE = re.compile(r"icl_\w+ \*\w+$")
WRITTEN = re.compile(r"(?!const )(?:(?:double|int32_t|int64_t) \*|icl_\w+ \*\*)\w+$")


def comments(text):
    """The text of each doc comment, without its asterisks, and what is declared after it."""
    for found in re.finditer(r"/\*\*(?!<)(.*?)\*/\s*(.*?)(?=/\*\*(?!<)|\Z)", text, re.DOTALL):
        yield re.sub(r"\n *\* ?", "\n", found[1]).strip(), re.sub(r"/\*.*?\*/", "", found[2], flags=re.DOTALL)


def releases():
    """Of each function, the release that lib/icltheory.map says it is in since."""
    release, since = None, {}
    for line in (ROOT / "lib" / "icltheory.map").read_text(encoding="utf-8").splitlines():
        node, name = re.match(r"ICLTHEORY_(\S+)", line), re.match(r" *(icl_\w+);", line)
        release = node[1] if node else release
        if name:
            since[name[1]] = release
    return since


def flaws(comment, result, parameters, release):
    """What is missing from the comment of a function."""
    prose = comment.split("@")[0].strip()
    if not re.match(r"[A-Z].*[.:\]]", prose, re.DOTALL):
        yield "no sentence at the beginning"
    named = {}
    for tag in PARAMETER.finditer(comment):
        for name in re.split(r",\s+", tag["names"]):
            if name in named:
                yield f"{name} is there twice"
            named[name] = bool(tag["out"])
        if not tag["text"].strip():
            yield f"nothing is said of {tag['names']}"
    expected = {re.search(r"\w+$", parameter)[0]: bool(WRITTEN.match(parameter)) for parameter in parameters}
    for name in sorted(expected.keys() ^ named.keys()):
        yield f"@param {name} is " + ("missing" if name in expected else "of no parameter")
    for name in sorted(expected.keys() & named.keys()):
        if expected[name] != named[name]:
            yield f"[out] of {name}"
    returned = re.search(r"@return\s+(.*)", comment, re.DOTALL)
    if result != "void" and not returned:
        yield "no @return"
    elif result == "icl_status" and not re.match(r"ICL_OK\b.*ICL_ERR_ARGUMENT|as icl_\w+", returned[1], re.DOTALL):
        yield "no statuses in @return"
    safe = bool(re.search(r"[Tt]hread-safe\b", comment))
    if safe == any(CHANGED_HANDLE.match(parameter) for parameter in parameters):
        yield "says it is thread-safe" if safe else "does not say that it is thread-safe"
    if not comment.endswith(f"Since {release}."):
        yield f"does not end with Since {release}."


def checks(text, since):
    """Names of the items of one header, with what is missing."""
    documented = {}
    for comment, declarations in comments(text):
        # The first declaration after a comment is the one it is about.
        for item in interface.items(declarations.split(";")[0] + ";"):
            documented.setdefault(item[1], comment)
    for item in interface.items(text):
        kind, name = item[:2]
        if kind == "constant":
            yield name, [] if re.search(rf"\b{name} = -?\d+,? +/\*\*< \S", text) else ["no comment after it"]
        elif name not in documented:
            yield name, ["no comment before it"]
        elif kind == "function":
            yield name, list(flaws(documented[name], item[2], item[3:], since.get(name)))
        else:
            yield name, [] if re.match(r"[A-Z]", documented[name]) else ["no sentence"]


def main():
    number, failures, since = 0, 0, releases()
    for header in sorted((ROOT / "include" / "icltheory").glob("*.h")):
        for name, missing in checks(header.read_text(encoding="utf-8"), since):
            number += 1
            failures += bool(missing)
            print(f"{'not ok' if missing else 'ok'} {number} - {header.name}: {name}")
            for flaw in missing:
                print(f"# {flaw}")
    print(f"1..{number}")
    return 1 if failures or not number else 0


if __name__ == "__main__":
    sys.exit(main())
