"""Records what the tests reach: the last arguments of each function of the library, and what ran of the package."""
import pathlib
import sys
import threading

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parents[1] / "icltheory"
ROOT = PACKAGE.parents[3]
executed = set()  # (file, line) of each function of the package that was called


def note_call(frame, event, argument):
    if event == "call" and frame.f_code.co_filename.startswith(str(PACKAGE)):
        executed.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))


sys.setprofile(note_call)
threading.setprofile(note_call)
import icltheory  # noqa: E402 - what runs at import counts
from icltheory import _library  # noqa: E402


class Recorder:
    """Stands for a function of the library, and keeps the arguments of its last call."""

    def __init__(self, function):
        self.function = function
        self.arguments = None

    def __call__(self, *arguments):
        self.arguments = arguments
        return self.function(*arguments)


FUNCTIONS = [fields[1] for fields in _library._table if fields[0] == "function"]
for name in FUNCTIONS:
    setattr(_library.library, name, Recorder(getattr(_library.library, name)))


@pytest.fixture(autouse=True)
def profiled():
    """Once more for each test: Python drops a profiler in which the exception of a signal's handler came up."""
    sys.setprofile(note_call)


@pytest.fixture
def library():
    """The library, whose functions have ``arguments``."""
    return _library.library


def pytest_collection_modifyitems(items):
    """What asks whether everything was called comes last."""
    items.sort(key=lambda item: item.path.name == "test_everything_is_called.py")


@pytest.fixture
def pool():
    return icltheory.TaskPool(4, 6, seed=1)


@pytest.fixture
def dataset(pool):
    """60 rows for the 20 unknowns of d = 4."""
    return icltheory.Dataset(pool, 8, 60, 0.1, seed=2)


@pytest.fixture
def gamma(dataset):
    return icltheory.Estimator(0.1).fit(dataset).gamma()
