"""Code in Markdown pages.

As a program it prints a fenced block: blocks.py PAGE LANGUAGE [NUMBER, from 0].
"""
import pathlib
import re
import sys
from typing import NamedTuple


class Block(NamedTuple):
    language: str
    line: int
    text: str


def pages(root):
    """README.md and doc/*.md."""
    root = pathlib.Path(root)
    return [root / "README.md", *sorted((root / "doc").glob("*.md"))]


def readmes(root):
    """What the folders of examples, and that of packages, say of themselves."""
    root = pathlib.Path(root)
    return sorted([*(root / "examples").rglob("README.md"), *(root / "subprojects").glob("packaging/README.md")])


def fenced(page):
    """All blocks between ``` lines, in order."""
    found = []
    language = None
    for number, line in enumerate(pathlib.Path(page).read_text(encoding="utf-8").splitlines(keepends=True), 1):
        fence = re.match(r"```(\S*)\s*$", line)
        if language is not None and fence:
            found.append(Block(language, start, "".join(lines)))
            language = None
        elif fence:
            language, start, lines = fence[1], number, []
        elif language is not None:
            lines.append(line)
    if language is not None:
        raise SystemExit(f"{page}: the block of line {start} does not end")
    return found


def indented(page):
    """Line numbers and lines of code that is indented by four spaces; such a block follows an empty line."""
    found, may_begin = [], True
    for number, line in enumerate(outside(page).splitlines(), 1):
        if line.startswith("    ") and may_begin:
            found.append((number, line[4:]))
        else:
            may_begin = not line.strip()
    return found


def outside(page):
    """The page without the contents of its fenced blocks, line numbers unchanged."""
    text = pathlib.Path(page).read_text(encoding="utf-8")
    return re.sub(r"^```.*?^```$", lambda block: "\n" * block[0].count("\n"), text, flags=re.DOTALL | re.MULTILINE)


if __name__ == "__main__":
    chosen = [block for block in fenced(sys.argv[1]) if block.language == sys.argv[2]]
    sys.stdout.write(chosen[int(sys.argv[3]) if len(sys.argv) > 3 else 0].text)
