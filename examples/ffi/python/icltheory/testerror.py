"""The test error of any Gamma, exactly, at finite size. As the library's testerror.h."""
from __future__ import annotations

import ctypes
from typing import NamedTuple, Optional

import numpy as np
import numpy.typing as npt

from ._arguments import FloatArray, input_array, integer, output_array, real, seed_number
from ._constants import Distribution
from ._handle import Handle
from ._library import library
from ._run import Progress, Run
from .data import Estimate, TaskPool


class Moments(NamedTuple):
    """A = E[w h'], B = E[h h'], c = E|w|^2/d + rho: the error of Gamma is c + tr(Gamma B Gamma' - 2 Gamma A')/d."""

    A: FloatArray
    B: FloatArray
    c: float


class TestLaw(Handle):
    """A law of test sequences, made by `fresh`, `gaussian` or `pool`; it never changes.

    Attributes
    ----------
    d : int
        The token dimension.
    """

    _kind = "icl_test_law"
    d: int

    def __init__(self) -> None:
        raise TypeError("a TestLaw is made by TestLaw.fresh, TestLaw.gaussian or TestLaw.pool")

    @classmethod
    def fresh(cls, d: int, l: int, rho: float, *, distribution: Distribution = Distribution.GAUSSIAN) -> TestLaw:
        """Fresh tasks, never seen in pretraining: the ICL error."""
        dimension = integer("d", d)
        law = cls._create("icl_test_law_create_fresh", dimension, integer("l", l), real("rho", rho),
                          Distribution(distribution))
        law.d = dimension
        return law

    @classmethod
    def gaussian(cls, l: int, rho: float, covariance: npt.ArrayLike) -> TestLaw:
        """Fresh tasks w ~ N(0, C) with a covariance of shape (d, d)."""
        matrix = input_array("covariance", covariance, "d", "d")
        law = cls._create("icl_test_law_create_gaussian", len(matrix), integer("l", l), real("rho", rho), matrix)
        law.d = len(matrix)
        return law

    @classmethod
    def pool(cls, pool: TaskPool, l: int, rho: float) -> TestLaw:
        """The tasks of a pool, each as likely as the others: the IDG error."""
        law = cls._create("icl_test_law_create_pool", pool._pointer, integer("l", l), real("rho", rho))
        law.d = pool.d
        return law

    def error(self, gamma: npt.ArrayLike) -> float:
        """The exact test error of Gamma, shape (d, d+1)."""
        value = ctypes.c_double()
        library.icl_test_error(self._pointer, input_array("gamma", gamma, self.d, self.d + 1), ctypes.byref(value))
        return value.value

    def error_sampled(self, gamma: npt.ArrayLike, count: int, *, seed: int = 0, threads: int = 1,
                      progress: Optional[Progress] = None) -> Estimate:
        """The same error, estimated from `count` drawn test sequences."""
        matrix = input_array("gamma", gamma, self.d, self.d + 1)
        mean, error = ctypes.c_double(), ctypes.c_double()
        with Run(threads, progress) as run:
            library.icl_test_error_sampled(self._pointer, matrix, integer("count", count), seed_number("seed", seed),
                                           run._pointer, ctypes.byref(mean), ctypes.byref(error))
        return Estimate(mean.value, error.value)

    def moments(self) -> Moments:
        """The moments that the error is made of."""
        A, B, c = np.empty((self.d, self.d + 1)), np.empty((self.d + 1, self.d + 1)), ctypes.c_double()
        library.icl_test_law_moments(self._pointer, A, B, ctypes.byref(c))
        return Moments(A, B, c.value)

    def optimal_gamma(self, lambda_: float = 0.0, out: Optional[FloatArray] = None) -> FloatArray:
        """The Gamma, shape (d, d+1), that infinitely many sequences of this law give: A (B + lambda I)^-1."""
        gamma: FloatArray = output_array("out", out, (self.d, self.d + 1))
        library.icl_test_law_optimal_gamma(self._pointer, real("lambda_", lambda_), gamma)
        return gamma
