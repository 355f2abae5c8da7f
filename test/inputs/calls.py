"""Writes calls.h: every public function as one that takes an array of arguments, from the table of the interface.

usage: calls.py INTERFACE.TSV CALLS.H
"""
import pathlib
import sys

FIELDS = {"int64_t": "integer", "int32_t": "integer", "uint64_t": "integer", "icl_status": "integer",
          "double": "number", "icl_progress_fn": "callback"}


def split(parameter):
    """`const double *x` is ("const double *", "x")."""
    cut = max(parameter.rfind(" "), parameter.rfind("*")) + 1
    return parameter[:cut].strip(), parameter[cut:]


def call(name, result, parameters):
    arguments = []
    for i, (kind, _) in enumerate(parameters):
        cast = "" if kind in ("double", "icl_progress_fn") else f"({kind})"
        arguments.append(f"{cast}a[{i}].{FIELDS.get(kind, 'pointer')}")
    expression = f"{name}({', '.join(arguments)})"
    body = {"void": f"{expression};\n  return 0;",
            "const char *": f"return {expression} != NULL;"}.get(result, f"return {expression};")
    unused = "" if parameters else "  (void)a;\n"
    return f"static int64_t call_{name}(const argument *a) {{\n{unused}  {body}\n}}\n"


def main(table, out):
    text, rows = "", ""
    for line in pathlib.Path(table).read_text(encoding="utf-8").splitlines():
        kind, name, *rest = line.split("\t")
        if kind != "function":
            continue
        result, parameters = rest[0], [split(parameter) for parameter in rest[1:]]
        text += call(name, result, parameters) + "\n"
        listed = ", ".join(f'{{"{kind}", "{parameter}"}}' for kind, parameter in parameters)
        rows += f'  {{"{name}", "{result}", call_{name}, {len(parameters)}, {{{listed or "{NULL, NULL}"}}}}},\n'
    pathlib.Path(out).write_text(f"{text}static const public_function functions[] = {{\n{rows}}};\n", encoding="utf-8")


main(*sys.argv[1:])
