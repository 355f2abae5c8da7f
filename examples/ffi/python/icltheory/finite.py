"""The mean test error at finite size, for a given pool. As the library's finite.h."""
from __future__ import annotations

import ctypes
from typing import Optional

from ._arguments import integer, real, seed_number
from ._constants import Level
from ._handle import Handle, Setting
from ._library import library
from ._run import Progress, Run
from .data import Estimate, TaskPool
from .testerror import TestLaw


class FiniteTheory(Handle):
    """The theory of one finite model, unsolved.

    Parameters
    ----------
    pool : TaskPool
        The pretraining pool; may be infinite.
    l, n : int
        Context length and number of sequences.
    rho, lambda_ : float
        Variance of the label noise, and ridge.
    level : Level
        POOL: the pool's own moments. CORRECTED: also the fluctuations of the features, from feature samples.

    Attributes
    ----------
    samples, seed : int
        Number and seed of the feature samples. `samples` can be read once it was set. Setting one drops the result.
    """

    _kind = "icl_finite_theory"
    samples = Setting("icl_finite_theory_set_samples", integer)
    seed = Setting("icl_finite_theory_set_seed", seed_number)

    def __init__(self, pool: TaskPool, l: int, n: int, rho: float, lambda_: float, level: Level = Level.CORRECTED, *,
                 samples: Optional[int] = None, seed: int = 0) -> None:
        self._own("icl_finite_theory_create", pool._pointer, integer("l", l), integer("n", n), real("rho", rho),
                  real("lambda_", lambda_), Level(level))
        self.seed = seed
        if samples is not None:
            self.samples = samples

    def solve(self, *, threads: int = 1, progress: Optional[Progress] = None) -> FiniteTheory:
        """Solves, and returns itself. What is done of it is unknown: progress gets None for the total."""
        with Run(threads, progress) as run:
            library.icl_finite_theory_solve(self._pointer, run._pointer)
        return self

    def error(self, law: TestLaw) -> Estimate:
        """The predicted test error, and the standard error that the feature samples leave."""
        error, standard_error = ctypes.c_double(), ctypes.c_double()
        library.icl_finite_theory_error(self._pointer, law._pointer, ctypes.byref(error), ctypes.byref(standard_error))
        return Estimate(error.value, standard_error.value)
