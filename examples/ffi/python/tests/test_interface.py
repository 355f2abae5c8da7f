"""The declarations against test/abi/interface.tsv, the table that is read from the headers."""
import ctypes
import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import PACKAGE, ROOT

import icltheory as icl
from icltheory import _library

TABLE = ROOT / "test" / "abi" / "interface.tsv"
ITEMS = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()]
# Another way from C to ctypes than the package's: by what ctypes itself shows of a type.
NUMBERS = {"double": "d", "int32_t": "i", "icl_status": "i", "int64_t": "l", "uint64_t": "L"}
ENUMS = {"ICL_ERR_": icl.Status, "ICL_QUANTITY_": icl.Quantity, "ICL_TASKS_": icl.Distribution,
         "ICL_METHOD_": icl.Method, "ICL_FINITE_": icl.Level, "ICL_": icl.Parameter}


def test_the_package_has_the_table_of_the_headers():
    assert (PACKAGE / "interface.tsv").read_bytes() == TABLE.read_bytes()


def describe(declared):
    """A type of ctypes in words of C, without const."""
    if declared is None:
        return "void"
    if isinstance(declared, _library.ArrayPointer):
        return next(name for name, code in NUMBERS.items() if code == declared.element._type_) + " *"
    if declared is ctypes.c_char_p:
        return "char *"
    if isinstance(declared._type_, str):
        return next(name for name, code in NUMBERS.items() if code == declared._type_)
    inner = declared._type_
    return f"{inner.__name__} *" if issubclass(inner, ctypes.Structure) else f"{describe(inner)}*"


def in_words(c_type):
    """A type of the table, in the words of ``describe``."""
    return c_type.replace("const ", "").replace("icl_status", "int32_t")


@pytest.mark.parametrize("item", [item for item in ITEMS if item[0] == "function"], ids=lambda item: item[1])
def test_a_function_is_declared_as_in_the_table(item, library):
    _, name, result, *parameters = item
    function = getattr(library, name).function
    assert describe(function.restype) == in_words(result)
    assert (function.errcheck is not None) == (result == "icl_status")
    kinds = [parameter.rpartition(" ")[0] + " " + "*" * parameter.count("*") for parameter in parameters]
    assert len(function.argtypes) == len(parameters)
    for kind, declared in zip(kinds, function.argtypes):
        if kind.strip() == "icl_progress_fn":
            assert declared is _library.types["icl_progress_fn"]
        elif kind == "void *":
            assert declared is ctypes.c_void_p
        else:
            assert describe(declared) == in_words(kind.strip())
            assert getattr(declared, "constant", None) in (None, kind.startswith("const "))


def test_the_callback_is_declared_as_in_the_table():
    callback = _library.types["icl_progress_fn"]
    assert callback._restype_ is ctypes.c_int32
    assert callback._argtypes_ == (ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
    assert ["callback", "icl_progress_fn", "int32_t", "int64_t done", "int64_t total", "void *user"] in ITEMS


def test_each_constant_is_in_an_enumeration_and_the_other_way_round():
    expected = {}
    for name, number in (item[1:] for item in ITEMS if item[0] == "constant"):
        if name == "ICL_OK":
            expected[icl.Status, "OK"] = 0
            continue
        prefix = next(prefix for prefix in ENUMS if name.startswith(prefix))
        expected[ENUMS[prefix], name[len(prefix):]] = int(number)
    assert expected == {(kind, member.name): member.value for kind in ENUMS.values() for member in kind}


def test_each_status_has_its_own_exception():
    failures = [status for status in icl.Status if status]
    classes = [type(_library.error_of(status, "")) for status in failures]
    assert len(set(classes)) == len(failures) and icl.IclError not in classes


def test_arrays_of_another_type_or_layout_are_refused(library):
    law, matrix = icl.TestLaw.fresh(2, 3, 0.1), np.zeros((2, 3))
    read_only = np.zeros((2, 3))
    read_only.flags.writeable = False
    for wrong in (matrix.astype(np.float32), np.zeros((3, 2)).T, [0.0] * 6):
        with pytest.raises(ctypes.ArgumentError):
            library.icl_test_error(law._pointer, wrong, ctypes.byref(ctypes.c_double()))
    with pytest.raises(ctypes.ArgumentError, match="writeable"):
        library.icl_test_law_optimal_gamma(law._pointer, 0.1, read_only)
    library.icl_test_error(law._pointer, read_only, ctypes.byref(ctypes.c_double()))


def test_a_handle_is_not_taken_for_another(library, pool):
    with pytest.raises(ctypes.ArgumentError):
        library.icl_theory_get(pool._pointer, icl.Parameter.TAU, ctypes.byref(ctypes.c_double()))


def test_versions_agree():
    major, minor, patch = map(int, icl.library_version().split("."))
    assert _library.library.icl_version_number() == 10000 * major + 100 * minor + patch
    assert _library.OLDEST_VERSION == 10000 * major + 100 * minor  # functions come with minor versions
    assert icl.__version__ == icl.library_version()
    assert icl.status_string(icl.Status.DOMAIN) == "number outside its range"


def import_with(**environment):
    """What importing the package says in a new process."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), **environment}
    return subprocess.run([sys.executable, "-c", "import icltheory; print(icltheory.library_version())"],
                          env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")


def test_a_library_that_is_none_is_an_import_error_that_says_so(tmp_path):
    for path in ("/nowhere/libicltheory.so.0", "libc.so.6"):
        error = import_with(ICLTHEORY_LIBRARY=path).stderr
        assert "ImportError: libicltheory was not found" in error and path in error and "ICLTHEORY_LIBRARY" in error


def test_the_dynamic_linker_and_pkg_config_find_the_library(tmp_path):
    chosen = os.environ.get("ICLTHEORY_LIBRARY")
    if not chosen:
        pytest.skip("ICLTHEORY_LIBRARY is not set")
    (tmp_path / "libicltheory.so.0").symlink_to(os.path.abspath(chosen))
    assert import_with(ICLTHEORY_LIBRARY="", LD_LIBRARY_PATH=str(tmp_path)).stdout.strip() == icl.library_version()
    (tmp_path / "icltheory.pc").write_text(f"libdir={tmp_path}\nName: icltheory\nDescription: test\nVersion: 0.1.0\n")
    found = import_with(ICLTHEORY_LIBRARY="", PKG_CONFIG_PATH=str(tmp_path)).stdout.strip()
    assert found == icl.library_version()


def test_names_to_load_by(monkeypatch):
    assert next(_library._candidates()) == "libicltheory.so.0"
    monkeypatch.setenv("PATH", "/nowhere")  # without pkg-config
    assert "libicltheory.so.0" in list(_library._candidates())


def test_an_older_library_is_refused(monkeypatch):
    monkeypatch.setattr(_library, "OLDEST_VERSION", 10**6)
    monkeypatch.setattr(_library, "_candidates", lambda: iter([_library.library._name]))
    with pytest.raises(ImportError, match="is of version [0-9]+; at least 1000000 was expected"):
        _library._load()


def test_a_library_that_lacks_a_function_is_refused():
    with pytest.raises(ImportError, match="lacks icl_no_such_function"):
        _library._declare([["function", "icl_no_such_function", "icl_status"]])
