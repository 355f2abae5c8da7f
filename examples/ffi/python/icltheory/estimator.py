"""Pretraining: Gamma by ridge regression on a dataset. As the library's estimator.h."""
from __future__ import annotations

import ctypes
from typing import Any, NamedTuple, Optional

import numpy.typing as npt

from ._arguments import FloatArray, input_array, integer, output_array, real
from ._constants import Method, Status
from ._errors import NotConvergedError, StateError
from ._handle import Handle, Setting
from ._library import library
from ._run import Progress, Run
from .data import Dataset


class FitReport(NamedTuple):
    """How a fit went: the method used, its iterations, the relative residual reached, the mean squared error."""

    method: Method
    iterations: int
    relative_residual: float
    training_error: float


class Estimator(Handle):
    """Fits Gamma = argmin sum (y - q' Gamma h)^2 + (n/d) lambda |Gamma|^2.

    Parameters
    ----------
    lambda_ : float
        The ridge; 0 is the limit lambda -> 0+.
    method : Method
        How the problem is solved.
    tolerance : float
        The relative residual that a fit must reach.
    max_iterations : int
        A bound on them.

    Attributes
    ----------
    lambda_, method, tolerance, max_iterations
        The same; they may be changed, for the next fit.
    """

    _kind = "icl_estimator"
    lambda_ = Setting("icl_estimator_set_lambda", real)
    method = Setting("icl_estimator_set_method", lambda name, value: Method(value))
    tolerance = Setting("icl_estimator_set_tolerance", real)
    max_iterations = Setting("icl_estimator_set_max_iterations", integer)

    def __init__(self, lambda_: float = 0.0, *, method: Method = Method.AUTO, tolerance: float = 1e-8,
                 max_iterations: int = 1000) -> None:
        self._own("icl_estimator_create")
        self._d: Optional[int] = None  # of the result, while there is one
        self.lambda_ = lambda_
        self.method = method
        self.tolerance = tolerance
        self.max_iterations = max_iterations

    def _fit(self, function: Any, dataset: Dataset, threads: int, progress: Optional[Progress], before: Any = (),
             after: Any = ()) -> None:
        """Calls a function that fits. Afterwards there is a result only if it succeeded or did not converge.

        Ctrl-C may be raised though the library has finished, and it would be dangerous to mistake the result's size.
        """
        d, self._d = dataset.d, None
        try:
            with Run(threads, progress) as run:
                function(self._pointer, dataset._pointer, *before, run._pointer, *after)
        except NotConvergedError:
            self._d = d
            raise
        self._d = d

    def fit(self, dataset: Dataset, *, threads: int = 1, progress: Optional[Progress] = None) -> Estimator:
        """Fits Gamma to a dataset.

        Returns
        -------
        Estimator
            itself.

        Raises
        ------
        NotConvergedError
            The tolerance was missed; the best Gamma found and its report can be read all the same.
        """
        self._fit(library.icl_estimator_fit, dataset, threads, progress)
        return self

    def fit_path(self, dataset: Dataset, lambdas: npt.ArrayLike, *, out: Optional[FloatArray] = None,
                 threads: int = 1, progress: Optional[Progress] = None) -> FloatArray:
        """Fits Gamma for several ridges at once; the estimator's own ridge is not used.

        Parameters
        ----------
        dataset : Dataset
            The data.
        lambdas : array_like, shape (count,)
            The ridges, in any order.
        out : ndarray, shape (count, d, d+1), optional
            Where to write.

        Returns
        -------
        ndarray, shape (count, d, d+1)
            `out`, or a new array. The estimator's result is then that of the last ridge.
        """
        ridges = input_array("lambdas", lambdas, "count")
        gamma: FloatArray = output_array("out", out, (len(ridges), dataset.d, dataset.d + 1), inputs=(ridges,))
        self._fit(library.icl_estimator_fit_path, dataset, threads, progress, (len(ridges), ridges), (gamma,))
        return gamma

    def gamma(self, out: Optional[FloatArray] = None) -> FloatArray:
        """The fitted Gamma, shape (d, d+1), in `out` or a new array."""
        if self._d is None:  # the library would say so too, but asks for an array of the right size first
            raise StateError(Status.STATE, "estimator has no result; a successful fit was expected")
        values: FloatArray = output_array("out", out, (self._d, self._d + 1))
        library.icl_estimator_gamma(self._pointer, values)
        return values

    def report(self) -> FitReport:
        """How the fit went."""
        method, iterations = ctypes.c_int32(), ctypes.c_int64()
        residual, error = ctypes.c_double(), ctypes.c_double()
        library.icl_estimator_report(self._pointer, ctypes.byref(method), ctypes.byref(iterations),
                                     ctypes.byref(residual), ctypes.byref(error))
        return FitReport(Method(method.value), iterations.value, residual.value, error.value)
