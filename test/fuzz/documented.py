"""The statuses that the headers document, as a header: documented.py SOURCE_ROOT.

One macro for each function, DOCUMENTED_icl_X: an array of what the @return of its comment names, with what the
functions have that it refers to by "as icl_Y". It ends with 1, which is no status.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
sys.path[:0] = [str(ROOT / "test" / "headers"), str(ROOT / "test" / "abi")]
sys.dont_write_bytecode = True
import documentation  # noqa: E402
import interface  # noqa: E402


def returns():
    """Of each function with a status, the text of its @return but for costs, which name other functions."""
    texts = {}
    for header in sorted((ROOT / "include" / "icltheory").glob("*.h")):
        for comment, declarations in documentation.comments(header.read_text(encoding="utf-8")):
            for kind, name, *rest in interface.items(declarations.split(";")[0] + ";"):
                if kind == "function" and rest[0] == "icl_status":
                    texts[name] = re.search(r"@return\s+(.*)", comment, re.DOTALL)[1].split("Cost:")[0]
    return texts


def statuses(name, texts):
    text = texts[name]
    found = set(re.findall(r"\bICL_(?:OK|ERR_\w+)", text))
    for other in re.findall(r"\bicl_\w+", text) if text.startswith("as ") else []:
        found |= statuses(other, texts)
    return found


def main():
    texts = returns()
    for name in sorted(texts):
        print(f"#define DOCUMENTED_{name} ((const icl_status[]){{{', '.join(sorted(statuses(name, texts)))}, 1}})")


if __name__ == "__main__":
    main()
