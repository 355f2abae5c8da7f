"""The public interface as a table, read from the headers: interface.py INCLUDE_DIRECTORY.

One line for each item, fields separated by tabs, sorted; types have one space before their asterisks and none between:

    callback   icl_progress_fn  int32_t      int64_t done     int64_t total     void *user
    constant   ICL_TAU          1
    function   icl_run_create   icl_status   icl_run **out
    handle     icl_run
    type       icl_status       int32_t

(name, then result, then parameters in order.) interface.tsv beside this file is its output for the headers as they are;
bindings to other languages are held against it. A header that says anything this does not understand is an error.
"""
import pathlib
import re
import sys

ITEM = re.compile(r"""
    typedef\ struct\ (?P<handle>icl_\w+)\ (?P=handle)
  | typedef\ (?P<type>\w+)\ (?P<alias>icl_\w+)
  | typedef\ (?P<callback_result>[\w\ \*]+?)\(\*(?P<callback>icl_\w+)\)\((?P<callback_parameters>[^()]*)\)
  | enum\ \{(?P<constants>[^{}]*)\}
  | (?P<result>[\w\ ]+?[\ \*]+)(?P<function>icl_\w+)\((?P<parameters>[^()]*)\)
""", re.VERBOSE)


def tidy(declaration):
    """One space between words and before asterisks, none after them."""
    return re.sub(r"\s*(\*+)\s*", r" \1", re.sub(r"\s+", " ", declaration.strip())).strip()


def parameters(text):
    text = text.strip()
    return [] if text == "void" else [tidy(part) for part in text.split(",")]


def constants(text):
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, number = re.fullmatch(r"(ICL_[A-Z0-9_]+) = (-?\d+)", part).groups()
        yield ["constant", name, number]


def items(text):
    """The declarations of one header."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"^#ifdef __cplusplus\n.*?^#endif\n", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    for statement in filter(None, (re.sub(r"\s+", " ", part).strip() for part in text.split(";"))):
        found = ITEM.fullmatch(statement)
        if not found:
            raise SystemExit(f"not understood: {statement}")
        if found["handle"]:
            yield ["handle", found["handle"]]
        elif found["alias"]:
            yield ["type", found["alias"], found["type"]]
        elif found["callback"]:
            yield ["callback", found["callback"], tidy(found["callback_result"]),
                   *parameters(found["callback_parameters"])]
        elif found["function"]:
            yield ["function", found["function"], tidy(found["result"]), *parameters(found["parameters"])]
        else:
            yield from constants(found["constants"])


def table(include):
    headers = sorted((pathlib.Path(include) / "icltheory").glob("*.h"))
    lines = {"\t".join(item) for header in headers for item in items(header.read_text(encoding="utf-8"))}
    return sorted(lines)


if __name__ == "__main__":
    print("\n".join(table(sys.argv[1])))
