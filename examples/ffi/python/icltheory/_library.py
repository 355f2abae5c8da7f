"""The shared library: found, loaded, and each of its functions declared to ctypes.

The declarations are not written down once more. ``interface.tsv`` beside this file is the table of the public interface
that the library's own tests read from its headers (``test/abi/interface.tsv``); it is read here at import. A tenth of
the lines that prototypes would take, nothing transcribed by hand, and a test that compares two files keeps it current.

=====================================  ==============================================================================
in the table                           in ctypes
=====================================  ==============================================================================
``int64_t``, ``double``, ...           ``c_int64``, ``c_double``, ...
``icl_theory *``, ``icl_theory **``    a pointer to an opaque structure of that name, and a pointer to that: one handle
                                       cannot be taken for another
``const double *``, ``double *``, ...  `ArrayPointer`: a NumPy array as it is, a pointer of ctypes, or None
``icl_progress_fn``                    ``CFUNCTYPE``
``icl_status`` as a result             an exception, where it is not 0
=====================================  ==============================================================================
"""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import pathlib
import re
import subprocess
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np

from ._errors import error_of

#: The version whose interface the table is, as the library numbers it: 10000 major + 100 minor + patch.
OLDEST_VERSION = 100


class ArrayPointer:
    """What stands for ``double *`` and the like in ``argtypes``: a last line of defence behind the shapes' checks."""

    def __init__(self, element: Any, constant: bool) -> None:
        self.element = element
        self.constant = constant
        self.dtype = np.dtype(element)
        self.pointer: Any = ctypes.POINTER(element)

    def from_param(self, value: Any) -> Any:
        """Called by ctypes for each argument."""
        if not isinstance(value, np.ndarray):
            return self.pointer.from_param(value)
        if value.dtype != self.dtype or not value.flags.c_contiguous:
            raise TypeError(f"a C-contiguous array of {self.dtype} was expected")
        if not (self.constant or value.flags.writeable):
            raise TypeError("a writeable array was expected")
        return ctypes.c_void_p(value.ctypes.data)


def _raise_for_status(status: int, function: Any, arguments: Tuple[Any, ...]) -> None:
    if status:
        raise error_of(status, library.icl_last_error_message().decode(errors="backslashreplace"))


def _split(parameter: str) -> Tuple[str, str]:
    """A parameter's type and name."""
    found = re.fullmatch(r"(.*\W)(\w+)", parameter)
    assert found
    return found[1].strip(), found[2]


def _pointer_types(name: str, element: Any) -> Dict[str, Any]:
    """The types of C that point to numbers."""
    return {f"const {name} *": ArrayPointer(element, True), f"{name} *": ArrayPointer(element, False)}


def _read_types(table: List[List[str]]) -> Dict[str, Any]:
    """Each type of C that the table uses, in ctypes."""
    numbers = {"int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "double": ctypes.c_double}
    types: Dict[str, Any] = {**numbers, "uint64_t": ctypes.c_uint64, "void": None, "void *": ctypes.c_void_p,
                             "const char *": ctypes.c_char_p}
    for name, element in numbers.items():
        types.update(_pointer_types(name, element))
    for kind, name, *rest in table:
        if kind == "handle":
            pointer: Any = ctypes.POINTER(type(name, (ctypes.Structure,), {}))
            types.update({f"{name} *": pointer, f"const {name} *": pointer, f"{name} **": ctypes.POINTER(pointer)})
        elif kind == "type":
            types[name] = types[rest[0]]
    for kind, name, *rest in table:
        if kind == "callback":
            types[name] = ctypes.CFUNCTYPE(types[rest[0]], *(types[_split(parameter)[0]] for parameter in rest[1:]))
    return types


def _candidates() -> Iterator[str]:
    """Names to load the library by, in this order; the later ones cost a process, and are made only when needed."""
    yield "libicltheory.so.0"
    try:
        found = subprocess.run(["pkg-config", "--variable=libdir", "icltheory"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, check=False, encoding="utf-8").stdout.strip()
    except OSError:
        found = ""  # there is no pkg-config
    if found:
        yield str(pathlib.Path(found) / "libicltheory.so.0")
    yield ctypes.util.find_library("icltheory") or "libicltheory.so"


def _load() -> ctypes.CDLL:
    """The library, of a version that will do."""
    chosen = os.environ.get("ICLTHEORY_LIBRARY")
    failures = []
    for name in [chosen] if chosen else _candidates():
        try:
            loaded = ctypes.CDLL(name)
            number = loaded.icl_version_number()
        except (OSError, AttributeError) as error:
            failures.append(f"\n  {name}: {error}")
            continue
        if number >= OLDEST_VERSION:
            return loaded
        failures.append(f"\n  {name}: is of version {number}; at least {OLDEST_VERSION} was expected")
    raise ImportError("libicltheory was not found; name its file in the environment variable ICLTHEORY_LIBRARY:"
                      + "".join(failures))


def _declare(table: List[List[str]]) -> None:
    """Gives each function its result and its arguments."""
    for kind, name, *rest in table:
        if kind != "function":
            continue
        try:
            function = getattr(library, name)
        except AttributeError as error:
            raise ImportError(f"libicltheory lacks {name}, which its version should have: {error}") from None
        function.restype = types[rest[0]]
        function.argtypes = [types[_split(parameter)[0]] for parameter in rest[1:]]
        if rest[0] == "icl_status":
            function.errcheck = _raise_for_status


_table = [line.split("\t")
          for line in pathlib.Path(__file__).with_name("interface.tsv").read_text(encoding="utf-8").splitlines()]
types = _read_types(_table)
library = _load()
_declare(_table)


def library_version() -> str:
    """The version of the library that was loaded, "major.minor.patch"."""
    return str(library.icl_version_string().decode())


def status_string(status: int) -> str:
    """A short English description of a status, e.g. "number outside its range"."""
    return str(library.icl_status_string(status).decode())
