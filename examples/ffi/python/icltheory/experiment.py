"""Replicated experiments at finite size, beside the theory. As the library's experiment.h."""
from __future__ import annotations

import ctypes
import os
from typing import NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt

from ._arguments import FloatArray, IntArray, input_array, integer, output_array, real, seed_number
from ._constants import Distribution, Parameter, Quantity
from ._handle import Handle, Setting
from ._library import library
from ._run import Progress, Run
from .data import Estimate

Path = Union[str, "os.PathLike[str]"]


class Sizes(NamedTuple):
    """Token dimension, context length, tasks (0: infinite pool), sequences (0: the population Gamma)."""

    d: int
    l: int
    k: int
    n: int


class Curve(NamedTuple):
    """Means, standard errors and theory, each (points, quantities); and sizes d, l, k, n, shape (points, 4)."""

    mean: FloatArray
    standard_error: FloatArray
    theory: FloatArray
    sizes: IntArray


class Experiment(Handle):
    """Replicates of pool -> dataset -> fit -> exact test errors, at sizes that follow from ratios.

    Parameters
    ----------
    d : int
        Token dimension.
    tau, alpha, kappa : float, optional
        Ratios n/d^2, l/d and k/d, which the sizes are rounded from. `run` needs all of them, a curve not the one along
        which it goes.
    rho, lambda_ : float
        Variance of the label noise, and ridge.
    distribution : Distribution
        The law of tasks.
    replicates : int
        Their number.
    seed : int
        Any number of 64 bits.
    checkpoint : path, optional
        A file that keeps finished replicates: what is in it is not computed again.

    Attributes
    ----------
    tau, alpha, kappa, rho, lambda_, distribution, replicates, seed, checkpoint
        The same; they may be changed, which drops the results of an earlier run, but for `checkpoint`.
    """

    _kind = "icl_experiment"
    tau = Setting("icl_experiment_set", real, Parameter.TAU)
    alpha = Setting("icl_experiment_set", real, Parameter.ALPHA)
    kappa = Setting("icl_experiment_set", real, Parameter.KAPPA)
    rho = Setting("icl_experiment_set", real, Parameter.RHO)
    lambda_ = Setting("icl_experiment_set", real, Parameter.LAMBDA)
    distribution = Setting("icl_experiment_set_distribution", lambda name, value: Distribution(value))
    replicates = Setting("icl_experiment_set_replicates", integer)
    seed = Setting("icl_experiment_set_seed", seed_number)

    def __init__(self, d: int, *, tau: Optional[float] = None, alpha: Optional[float] = None,
                 kappa: Optional[float] = None, rho: float = 0.0, lambda_: float = 0.0,
                 distribution: Distribution = Distribution.GAUSSIAN, replicates: int = 10, seed: int = 0,
                 checkpoint: Optional[Path] = None) -> None:
        self._own("icl_experiment_create", integer("d", d))
        for name, value in (("tau", tau), ("alpha", alpha), ("kappa", kappa)):
            if value is not None:
                setattr(self, name, value)
        self.rho = rho
        self.lambda_ = lambda_
        self.distribution = distribution
        self.replicates = replicates
        self.seed = seed
        self.checkpoint = checkpoint

    @property
    def checkpoint(self) -> Optional[Path]:
        """The file that keeps finished replicates, or None."""
        return self._checkpoint

    @checkpoint.setter
    def checkpoint(self, path: Optional[Path]) -> None:
        name = None if path is None else os.fsencode(path)
        if name is not None and b"\0" in name:  # where C would end it
            raise ValueError(f"checkpoint is {path!r}; a name without null characters was expected")
        library.icl_experiment_set_checkpoint(self._pointer, name)
        self._checkpoint = path

    def run(self, *, threads: int = 1, progress: Optional[Progress] = None) -> Experiment:
        """Computes the replicates, and returns itself. Results do not depend on the number of threads."""
        with Run(threads, progress) as run:
            library.icl_experiment_run(self._pointer, run._pointer)
        return self

    def result(self, quantity: Quantity) -> Estimate:
        """The mean over replicates and its standard error, after a run; of ICL, IDG or GAP."""
        mean, error = ctypes.c_double(), ctypes.c_double()
        library.icl_experiment_result(self._pointer, Quantity(quantity), ctypes.byref(mean), ctypes.byref(error))
        return Estimate(mean.value, error.value)

    def values(self, quantity: Quantity, out: Optional[FloatArray] = None) -> FloatArray:
        """The replicates one by one, after a run, in `out` or a new array; of ICL, IDG or GAP."""
        values: FloatArray = output_array("out", out, (self.replicates,))
        library.icl_experiment_replicates(self._pointer, Quantity(quantity), values)
        return values

    def sizes(self) -> Sizes:
        """The sizes that the ratios stand for."""
        sizes = [ctypes.c_int64() for _ in Sizes._fields]
        library.icl_experiment_sizes(self._pointer, *map(ctypes.byref, sizes))
        return Sizes(*(size.value for size in sizes))

    def theory(self, quantity: Quantity) -> float:
        """The theory, in the limit of large d, at the ratios that the sizes realise."""
        value = ctypes.c_double()
        library.icl_experiment_theory(self._pointer, Quantity(quantity), ctypes.byref(value))
        return value.value

    def curve(self, vary: Parameter, at: npt.ArrayLike, quantities: Sequence[Quantity] = (Quantity.ICL,), *,
              threads: int = 1, progress: Optional[Progress] = None) -> Curve:
        """The experiment at each of several values of one parameter, the others as they are.

        Parameters
        ----------
        vary : Parameter
            TAU, ALPHA, KAPPA, RHO or LAMBDA.
        at : array_like, shape (points,)
            Its values.
        quantities : sequence of Quantity
            ICL, IDG, GAP.
        """
        points, codes = input_array("at", at, "points"), _codes(quantities)
        mean, error, theory = (np.empty((len(points), len(codes))) for _ in range(3))
        sizes = np.empty((len(points), 4), np.int64)
        with Run(threads, progress) as run:
            library.icl_experiment_curve(self._pointer, Parameter(vary), len(points), points, len(codes), codes,
                                         run._pointer, mean, error, theory, sizes)
        return Curve(mean, error, theory, sizes)

    def theory_curve(self, vary: Parameter, at: npt.ArrayLike,
                     quantities: Sequence[Quantity] = (Quantity.ICL,)) -> Tuple[FloatArray, IntArray]:
        """The theory and the sizes of `curve`, of any quantities, without simulation."""
        points, codes = input_array("at", at, "points"), _codes(quantities)
        theory, sizes = np.empty((len(points), len(codes))), np.empty((len(points), 4), np.int64)
        library.icl_experiment_curve(self._pointer, Parameter(vary), len(points), points, len(codes), codes, None,
                                     None, None, theory, sizes)
        return theory, sizes


def _codes(quantities: Sequence[Quantity]) -> npt.NDArray[np.int32]:
    return np.array([Quantity(quantity) for quantity in quantities], np.int32)
