"""No function of the library or of the package is left out by the tests before this one."""
import ast
import pathlib

import pytest
from conftest import FUNCTIONS, PACKAGE, executed

TESTS = {path.name for path in pathlib.Path(__file__).parent.glob("test_*.py")}


@pytest.fixture(autouse=True)
def all_tests(request):
    if {item.path.name for item in request.session.items} != TESTS or request.config.getoption("-k"):
        pytest.skip("only some of the tests were asked for")


def test_each_function_of_the_library_was_called(library):
    assert len(FUNCTIONS) >= 80
    assert [name for name in FUNCTIONS if getattr(library, name).arguments is None] == []


def is_overload(function):
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in function.decorator_list)


def functions_of(path):
    """Each function that is defined in a file: its name, and the line that Python counts as its first."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and not is_overload(node):
            yield node.name, min([node.lineno, *(mark.lineno for mark in node.decorator_list)])


def test_each_function_of_the_package_was_called():
    defined = [(str(path), line, name) for path in PACKAGE.glob("*.py") for name, line in functions_of(path)]
    assert len(defined) > 80
    assert [(path, name) for path, line, name in defined if (path, line) not in executed] == []
