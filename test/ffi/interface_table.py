"""test/abi/interface.tsv as Python objects, and a comparison with a binding's own declarations, in TAP.

A binding's checker reads its source into the same objects, or into one text for each item, and lets Tap.compare say
what is missing, unknown or different.
"""
import dataclasses
import pathlib

TABLE = pathlib.Path(__file__).resolve().parent.parent / "abi" / "interface.tsv"


@dataclasses.dataclass(frozen=True)
class Type:
    """`const double *` is Type("double", 1, True); `icl_run **` is Type("icl_run", 2, False)."""
    base: str
    depth: int = 0
    constant: bool = False

    def __str__(self):
        return ("const " if self.constant else "") + self.base + (" " + "*" * self.depth if self.depth else "")


@dataclasses.dataclass(frozen=True)
class Parameter:
    name: str
    type: Type

    def __str__(self):
        return f"{self.type} {self.name}"


@dataclasses.dataclass(frozen=True)
class Function:
    """A function, or the type of a callback."""
    name: str
    result: Type
    parameters: tuple

    def __str__(self):
        return f"{self.result} {self.name}({', '.join(map(str, self.parameters))})"


@dataclasses.dataclass
class Interface:
    functions: dict = dataclasses.field(default_factory=dict)  # name: Function
    callbacks: dict = dataclasses.field(default_factory=dict)  # name: Function
    constants: dict = dataclasses.field(default_factory=dict)  # name: number
    handles: list = dataclasses.field(default_factory=list)  # names of opaque structures
    aliases: dict = dataclasses.field(default_factory=dict)  # name: Type, of typedefs of numbers

    def resolved(self, kind):
        """The type with icl_status replaced by the number it is."""
        known = self.aliases.get(kind.base)
        return dataclasses.replace(kind, base=known.base) if known else kind


def parse_type(text):
    words = text.replace("*", " * ").split()
    depth = words.count("*")
    plain = [word for word in words if word not in ("*", "const")]
    if len(plain) != 1:
        raise ValueError(f"not a type: {text}")
    return Type(plain[0], depth, "const" in words)


def parse_parameter(text):
    cut = max(text.rfind(" "), text.rfind("*")) + 1
    return Parameter(text[cut:], parse_type(text[:cut]))


def parse_function(name, result, *parameters):
    return Function(name, parse_type(result), tuple(map(parse_parameter, parameters)))


def read(path=TABLE):
    interface = Interface()
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        kind, name, *rest = line.split("\t")
        if kind == "function":
            interface.functions[name] = parse_function(name, *rest)
        elif kind == "callback":
            interface.callbacks[name] = parse_function(name, *rest)
        elif kind == "constant":
            interface.constants[name] = int(rest[0])
        elif kind == "handle":
            interface.handles.append(name)
        elif kind == "type":
            interface.aliases[name] = parse_type(rest[0])
        else:
            raise ValueError(f"not understood: {line}")
    return interface


def differences(expected, found):
    """One line for each name that is in one of two dictionaries only, or has values in them that differ."""
    lines = []
    for name in sorted(set(expected) | set(found)):
        if name not in found:
            lines.append(f"{name}: missing")
        elif name not in expected:
            lines.append(f"{name}: not in the interface")
        elif expected[name] != found[name]:
            lines.append(f"{name}: expected {expected[name]}, found {found[name]}")
    return lines


class Tap:
    def __init__(self):
        self.number = 0
        self.failures = 0

    def report(self, good, name, log=()):
        self.number += 1
        self.failures += not good
        print(f"{'ok' if good else 'not ok'} {self.number} - {name}")
        for line in () if good else log:
            print(f"# {line}")

    def compare(self, name, expected, found):
        """The two dictionaries agree, and are not empty."""
        lines = differences(expected, found) or ([] if expected else ["nothing to compare"])
        self.report(not lines, name, lines)

    def notices(self, name, expected, read, text, replacements):
        """A comparison that cannot fail shows nothing: each replacement of one text by another makes a difference."""
        lines = [f"{old!r} does not occur" for old, new in replacements if old not in text]
        lines += [f"{old!r} may as well be {new!r}" for old, new in replacements
                  if not differences(expected, read(text.replace(old, new, 1)))]
        self.report(not lines, name, lines)

    def finish(self):
        """The plan; returns the exit status."""
        print(f"1..{self.number}")
        return int(self.failures > 0)
