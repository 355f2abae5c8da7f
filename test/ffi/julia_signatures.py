"""The Julia package's declarations and calls against test/abi/interface.tsv, since it is not run. Output: TAP.

julia_signatures.py FOLDER_OF_ITS_SOURCES
"""
import pathlib
import re
import sys

import interface_table

TYPES = {"double": "Float64", "int32_t": "Int32", "int64_t": "Int64", "uint64_t": "UInt64", "void": "Cvoid"}
DECLARATION = re.compile(r"^(icl_\w+)\(([^()]*)\) =\s+@ccall libicltheory\.(icl_\w+)\(([^()]*)\)::(\w+)$", re.MULTILINE)
CALLBACK = re.compile(r"@cfunction\((\w+), (\w+), \(([^()]*)\)\)")


def julia_type(interface, kind):
    kind = interface.resolved(kind)
    if kind.base in interface.callbacks:
        return "Ptr{Cvoid}"
    if kind.base == "char":
        return "Cstring"
    return "Ptr{" * kind.depth + TYPES.get(kind.base, kind.base) + "}" * kind.depth


def signature(interface, function):
    return (julia_type(interface, function.result),
            [(parameter.name, julia_type(interface, parameter.type)) for parameter in function.parameters])


def uncommented(text):
    return re.sub(r"#.*", "", re.sub(r'"""(?:.|\n)*?"""', "", text))


def pieces(text):
    """The arguments of a call: text between commas outside of brackets."""
    found, depth, begin = [], 0, 0
    for at, character in enumerate(text + ","):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            found.append(" ".join(text[begin:at].split()))
            begin = at + 1
    return [piece for piece in found if piece]


def declarations(text):
    """name: result and parameters, from each @ccall; the function around it has the same name and parameters."""
    found = {}
    for name, names, c_name, parameters, result in DECLARATION.findall(uncommented(text)):
        typed = [tuple(piece.split("::")) for piece in pieces(parameters)]
        around = name == c_name and [pair[0] for pair in typed] == pieces(names)
        found[c_name] = (result, typed) if around else f"differs from {name}({names}) around it"
    return found


def constants(text):
    numbers = re.findall(r"^\s+(ICL_\w+) = (-?\d+)$|^const (ICL_\w+) = Int32\((-?\d+)\)$", text, re.MULTILINE)
    return {a or c: int(b or d) for a, b, c, d in numbers}


def exports(text):
    return re.findall(r"\w+!?", " ".join(re.findall(r"^export (.*)$", text, re.MULTILINE)))


def closing(text, begin):
    """The index of the bracket that closes the one before begin."""
    depth = 1
    for at in range(begin, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    raise SystemExit("brackets do not match")


def calls(text):
    text = uncommented(text)
    for match in re.finditer(r"\b(icl_\w+)\(", text):
        yield match[1], pieces(text[match.end():closing(text, match.end())])


def misplaced(interface, text):
    """Calls with another number of arguments than C has, or with one that is named like another parameter."""
    lines = []
    for name, arguments in calls(text):
        names = [parameter.name for parameter in interface.functions[name].parameters]
        if len(arguments) != len(names):
            lines.append(f"{name}: {len(arguments)} arguments, expected {len(names)}")
        for at, argument in enumerate(arguments[:len(names)]):
            inner = re.sub(r"^(?:dense|transposed|bits)\((\w+)\)$", r"\1", argument)
            if inner in names and names[at] != inner:
                lines.append(f"{name}: {argument} in the place of {names[at]}")
    return lines


def check_declarations(tap, interface, text):
    wanted = {name: signature(interface, function) for name, function in interface.functions.items()}
    tap.compare(f"{len(wanted)} declarations are those of C", wanted, declarations(text))
    tap.notices("a changed type, name, order, result or depth is noticed", wanted, declarations, text, [
        ("tau::Float64", "tau::Float32"), ("seed::UInt64", "seed::Int64"), ("at::Ptr{Float64}", "at::Float64"),
        ("out::Ptr{Ptr{icl_run}}", "out::Ptr{icl_run}"), ("pool::Ptr{icl_task_pool}", "pool::Ptr{icl_dataset}"),
        ("icl_theory_clear(theory, parameter)", "icl_theory_clear(parameter, theory)"),
        ("run::Ptr{icl_run}, fn::Ptr{Cvoid}", "fn::Ptr{Cvoid}, run::Ptr{icl_run}"),
        (")::Int64", ")::Int32"), ("path::Cstring", "path::Ptr{Int8}"),
        ("libicltheory.icl_dataset_size", "libicltheory.icl_dataset_dimension"),
    ])


def check_constants(tap, interface, text):
    tap.compare(f"{len(interface.constants)} constants are those of C", interface.constants, constants(text))
    tap.notices("a changed number is noticed", interface.constants, constants, text, [
        ("ICL_RHO = 4", "ICL_RHO = 5"), ("Int32(-301)", "Int32(301)"), ("ICL_FINITE_POOL = 1", "ICL_FINITE = 1")])
    missing = sorted(set(interface.constants) - set(exports(text)))
    tap.report(not missing, "all are exported", missing)


def check_uses(tap, interface, text):
    """Of what the declarations are used for, in the other files."""
    lines = misplaced(interface, text)
    tap.report(not lines, "calls have as many arguments as C, each in its place", lines)
    swapped = text.replace("(pool, l, n, rho,", "(pool, n, l, rho,")
    shorter = text.replace("(estimator, entries)", "(estimator)")
    tap.report(swapped != text and misplaced(interface, swapped) and shorter != text and misplaced(interface, shorter),
               "a call with two arguments swapped, or one less, is noticed")
    unused = sorted(name for name in interface.functions if not re.search(rf"\b{name}\b", uncommented(text)))
    tap.report(not unused, "every function is used", unused)
    structures = re.findall(r"^mutable struct (icl_\w+) end$", text, re.MULTILINE)
    owners = re.findall(r"^    pointer::Ptr\{(icl_\w+)\}$", text, re.MULTILINE)
    destroyed = re.findall(r"^destroy\(pointer::Ptr\{(icl_\w+)\}\) = \1_destroy\(pointer\)$", text, re.MULTILINE)
    tap.report(sorted(structures) == sorted(owners) == sorted(destroyed) == sorted(interface.handles),
               f"{len(interface.handles)} handles each have a type, an owner and a destructor")


def check_names(tap, interface, text):
    code = uncommented(text)
    wanted = signature(interface, interface.callbacks["icl_progress_fn"])
    (name, result, types), = CALLBACK.findall(code)
    header = re.search(rf"^function {name}\((.*)\)::(\w+)$", code, re.MULTILINE)
    declared = (header[2], [tuple(piece.split("::")) for piece in pieces(header[1])])
    tap.report(declared == wanted and (result, pieces(types)) == (wanted[0], [kind for _, kind in wanted[1]]),
               "the callback has C's types where it is defined and where it is handed over", [f"{declared}"])
    defined = set(re.findall(r"^(?:function |struct |mutable struct )?(\w+!?)(?=[(<\s])", code, re.MULTILINE))
    undefined = [name for name in exports(code) if name not in defined and name not in interface.constants]
    tap.report(len(exports(code)) > 50 and not undefined, "what is exported is defined", undefined)


def main(folder):
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(pathlib.Path(folder).glob("*.jl"))}
    declared = "\n".join(text for name, text in texts.items() if name.startswith("library_"))
    uses = "\n".join(text for name, text in texts.items() if not name.startswith("library_"))
    interface = interface_table.read()
    tap = interface_table.Tap()
    check_declarations(tap, interface, declared)
    check_constants(tap, interface, texts["constants.jl"])
    check_uses(tap, interface, uses)
    check_names(tap, interface, uses)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
