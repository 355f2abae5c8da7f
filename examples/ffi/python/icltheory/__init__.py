"""In-context learning of linear regression by linear attention: libicltheory for Python.

The names are those of the library's C headers, which remain the manual of each function: ``icl_theory_curve`` is
``Theory.curve``, ``ICL_QUANTITY_GAP`` is ``Quantity.GAP``. Where Python has a way of its own it is taken: arrays carry
their shapes, failures are exceptions, long functions take ``threads`` and ``progress``, settings are attributes.

The library is the file that the environment variable ICLTHEORY_LIBRARY names; without it, the one that the dynamic
linker, pkg-config or the C compiler find.
"""
from ._constants import Distribution, Level, Method, Parameter, Quantity, Status
from ._errors import (ArgumentError, CanceledError, DomainError, IclError, InputOutputError, NonfiniteError,
                      NotConvergedError, OutOfMemoryError, SingularError, SizeError, StateError, UnsupportedError)
from ._library import library_version, status_string
from ._run import Progress
from .attention import attention_predict, attention_reduce, features, gamma_predict
from .baseline import bayes_ridge_error, dmmse_error
from .data import Dataset, Estimate, Rows, Sequences, TaskPool, sequences_draw
from .estimator import Estimator, FitReport
from .experiment import Curve, Experiment, Sizes
from .finite import FiniteTheory
from .testerror import Moments, TestLaw
from .theory import Minimum, Theory, theory_batch

__version__ = "0.1.0"

__all__ = [
    "ArgumentError", "CanceledError", "Curve", "Dataset", "Distribution", "DomainError", "Estimate", "Estimator",
    "Experiment", "FiniteTheory", "FitReport", "IclError", "InputOutputError", "Level", "Method", "Minimum", "Moments",
    "NonfiniteError", "NotConvergedError", "OutOfMemoryError", "Parameter", "Progress", "Quantity", "Rows", "Sequences",
    "SingularError", "SizeError", "Sizes", "StateError", "Status", "TaskPool", "TestLaw", "Theory", "UnsupportedError",
    "attention_predict", "attention_reduce", "bayes_ridge_error", "dmmse_error", "features", "gamma_predict",
    "library_version", "sequences_draw", "status_string", "theory_batch",
]
