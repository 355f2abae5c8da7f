"""The Fortran module's interfaces and constants against test/abi/interface.tsv. Output: TAP.

fortran_signatures.py FILE...

Each C type has one Fortran declaration (see declaration below). `optional`, which stands for NULL, is allowed where C
has a pointer to numbers or text; and whether there is one number or an array of them, C does not say.
"""
import pathlib
import re
import sys

import interface_table

NUMBERS = {"double": "real(c_double)", "int32_t": "integer(c_int32_t)", "int64_t": "integer(c_int64_t)",
           "uint64_t": "integer(c_int64_t)", "char": "character(kind=c_char)"}
PROCEDURE = re.compile(r"""
    (?P<result>subroutine|[\w()]+[ ]function)[ ](?P<name>icl_\w+)\((?P<dummies>[^()]*)\)[ ]bind\(c\)\n
    import\n
    (?P<declarations>(?:.*::.*\n)*)
    end[ ](?:function|subroutine)\n
""", re.VERBOSE)


def declaration(interface, kind):
    """What the Fortran attributes of a dummy argument have to be."""
    kind = interface.resolved(kind)
    if kind.base in interface.callbacks:
        return "type(c_funptr), value"
    if kind.base in interface.handles or kind.base == "void":
        return "type(c_ptr), value" if kind.depth == 1 else "type(c_ptr), intent(inout)"
    if kind.depth == 0:
        return NUMBERS[kind.base] + ", value"
    return NUMBERS[kind.base] + (", intent(in)" if kind.constant else ", intent(out)")


def result(interface, kind):
    kind = interface.resolved(kind)
    if kind.depth:
        return "type(c_ptr) function"
    return "subroutine" if kind.base == "void" else NUMBERS[kind.base] + " function"


def expected(interface):
    items = {**interface.functions, **interface.callbacks}
    return {name: (result(interface, item.result),
                   [(parameter.name, declaration(interface, parameter.type)) for parameter in item.parameters], {})
            for name, item in items.items()}


def tidied(text):
    """Without comments, continued lines, indentation and empty lines."""
    text = re.sub(r"!.*", "", text)
    text = re.sub(r"&\s*\n\s*", "", text)
    return "".join(line.strip() + "\n" for line in text.splitlines() if line.strip())


def dummies(declarations):
    """name: attributes, from lines like `real(c_double), intent(in) :: x(*), y(*)`."""
    attributes = {}
    for line in declarations.splitlines():
        kind, names = line.split(" :: ")
        if "intent" in kind:
            kind = kind.replace(", optional", "")
        for name in names.split(", "):
            attributes[name.replace("(*)", "")] = kind
    return attributes


def procedures(text):
    """name: its result, its dummies with their attributes in order, and what is declared besides."""
    found = {}
    for match in PROCEDURE.finditer(tidied(text)):
        attributes = dummies(match["declarations"])
        names = [name for name in match["dummies"].split(", ") if name]
        known = [(name, attributes.pop(name, "not declared")) for name in names]
        found[match["name"]] = (match["result"], known, attributes)
    return found


def constants(text):
    return {name: int(number) for name, number in re.findall(r"\b(ICL_[A-Z_]+) = (-?\d+)", tidied(text))}


def main(files):
    text = "\n".join(pathlib.Path(file).read_text(encoding="utf-8") for file in files)
    interface = interface_table.read()
    tap = interface_table.Tap()
    wanted = expected(interface)
    tap.compare(f"{len(wanted)} interfaces are those of C", wanted, procedures(text))
    tap.compare(f"{len(interface.constants)} constants are those of C", interface.constants, constants(text))
    tap.notices("a changed kind, attribute, name, order or result is noticed", wanted, procedures, text, [
        ("real(c_double), value :: tau", "real(c_float), value :: tau"),
        ("type(c_ptr), value :: theory", "type(c_ptr) :: theory"),
        ("integer(c_int64_t), value :: done", "integer(c_int64_t) :: done"),
        ("real(c_double), intent(in) :: at(*)", "real(c_double), intent(out) :: at(*)"),
        ("type(c_ptr), intent(inout) :: out", "type(c_ptr), value :: out"),
        ("icl_theory_clear(theory, parameter)", "icl_theory_clear(parameter, theory)"),
        ("icl_theory_clear(theory, parameter)", "icl_theory_clear(theory)"),
        ("integer(c_int64_t) function icl_dataset_size", "integer(c_int32_t) function icl_dataset_size"),
        ("icl_dataset_size", "icl_dataset_length"),
    ])
    tap.notices("and a changed number", interface.constants, constants, text, [
        ("ICL_ERR_STATE = -5", "ICL_ERR_STATE = 5"), ("QUANTITY_XI = 5", "QUANTITY_XI = 6"),
        ("ICL_METHOD_CG", "ICL_METHOD_C"),
    ])
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
