"""What could be known from one context: the errors of two optimal predictors. As the library's baseline.h."""
from __future__ import annotations

import ctypes
from typing import Optional

from ._arguments import integer, seed_number
from ._library import library
from ._run import Progress, Run
from .data import Estimate, TaskPool
from .testerror import TestLaw


def dmmse_error(pool: TaskPool, law: TestLaw, count: int, *, seed: int = 0, threads: int = 1,
                progress: Optional[Progress] = None) -> Estimate:
    """The error of dMMSE, the posterior mean over a pool's tasks, on `count` contexts drawn from a law.

    With a law of the same pool it is the IDG error, which no predictor undercuts; with fresh tasks the ICL error.
    """
    mean, error = ctypes.c_double(), ctypes.c_double()
    with Run(threads, progress) as run:
        library.icl_dmmse_error(pool._pointer, law._pointer, integer("count", count), seed_number("seed", seed),
                                run._pointer, ctypes.byref(mean), ctypes.byref(error))
    return Estimate(mean.value, error.value)


def bayes_ridge_error(law: TestLaw, count: int, *, seed: int = 0, threads: int = 1,
                      progress: Optional[Progress] = None) -> Estimate:
    """The error of ridge regression on the context with the ridge rho, the posterior mean for w ~ N(0, I)."""
    mean, error = ctypes.c_double(), ctypes.c_double()
    with Run(threads, progress) as run:
        library.icl_bayes_ridge_error(law._pointer, integer("count", count), seed_number("seed", seed), run._pointer,
                                      ctypes.byref(mean), ctypes.byref(error))
    return Estimate(mean.value, error.value)
