"""Pretraining data: the pool of tasks, and sequences in reduced form. As the library's tasks.h and dataset.h."""
from __future__ import annotations

import ctypes
from typing import NamedTuple, Optional, Tuple

import numpy as np
import numpy.typing as npt

from ._arguments import FloatArray, IntArray, input_array, integer, output_array, real, seed_number
from ._constants import Distribution
from ._handle import Handle, Setting
from ._library import library
from ._run import Progress, Run


class Estimate(NamedTuple):
    """A mean and its standard error."""

    mean: float
    standard_error: float


class Rows(NamedTuple):
    """Sequences in reduced form: queries n x d, context summaries n x (d+1), targets n."""

    query: FloatArray
    context: FloatArray
    target: FloatArray


class Sequences(NamedTuple):
    """Raw sequences: tokens n x (l+1) x d, labels n x (l+1), the index of each one's task (-1: infinite pool)."""

    x: FloatArray
    y: FloatArray
    task: IntArray


def rows_output(out: Optional[Tuple[FloatArray, FloatArray, FloatArray]], count: int, d: int,
                inputs: Tuple[FloatArray, ...] = ()) -> Rows:
    """New arrays for rows, or the caller's."""
    query, context, target = (None, None, None) if out is None else out
    return Rows(output_array("out.query", query, (count, d), inputs=inputs),
                output_array("out.context", context, (count, d + 1), inputs=inputs),
                output_array("out.target", target, (count,), inputs=inputs))


class TaskPool(Handle):
    """A pool of `k` tasks w in R^d, drawn from their law; it never changes.

    Parameters
    ----------
    d, k : int
        Token dimension and number of tasks.
    distribution : Distribution
        The law of a task.
    seed : int
        Any number of 64 bits. Task j depends on (seed, j) only.
    """

    _kind = "icl_task_pool"

    def __init__(self, d: int, k: int, *, distribution: Distribution = Distribution.GAUSSIAN, seed: int = 0) -> None:
        self._own("icl_task_pool_create", integer("d", d), integer("k", k), Distribution(distribution),
                  seed_number("seed", seed))

    @classmethod
    def infinite(cls, d: int, *, distribution: Distribution = Distribution.GAUSSIAN, seed: int = 0) -> TaskPool:
        """The infinite pool: every sequence has a fresh task."""
        return cls._create("icl_task_pool_create_infinite", integer("d", d), Distribution(distribution),
                           seed_number("seed", seed))

    @classmethod
    def from_tasks(cls, tasks: npt.ArrayLike) -> TaskPool:
        """A pool of tasks of the caller's, shape (k, d), which the library copies."""
        array = input_array("tasks", tasks, "k", "d")
        return cls._create("icl_task_pool_create_from", array.shape[1], array.shape[0], array)

    @property
    def d(self) -> int:
        """The token dimension."""
        return int(library.icl_task_pool_dimension(self._pointer))

    @property
    def k(self) -> int:
        """The number of tasks; 0 for the infinite pool."""
        return int(library.icl_task_pool_size(self._pointer))

    def tasks(self, out: Optional[FloatArray] = None) -> FloatArray:
        """The tasks, shape (k, d), in `out` or a new array."""
        values: FloatArray = output_array("out", out, (self.k, self.d))
        library.icl_task_pool_copy(self._pointer, values)
        return values


class Dataset(Handle):
    """A dataset of `n` sequences whose tasks come from a pool. Nothing is drawn before someone needs rows.

    Parameters
    ----------
    pool : TaskPool
        The tasks.
    l, n : int
        Context length and number of sequences.
    rho : float
        Variance of the label noise.
    seed : int
        Any number of 64 bits, independent of the pool's. Row i depends on (pool, l, rho, seed, i) only.

    Attributes
    ----------
    memory_limit : int
        Bytes that a fit may use for drawn rows, 4 GiB at first. Beyond, rows are drawn again at each pass.
    """

    _kind = "icl_dataset"
    memory_limit = Setting("icl_dataset_set_memory_limit", integer)

    def __init__(self, pool: TaskPool, l: int, n: int, rho: float, *, seed: int = 0) -> None:
        self._own("icl_dataset_create", pool._pointer, integer("l", l), integer("n", n), real("rho", rho),
                  seed_number("seed", seed))

    @classmethod
    def empty(cls, d: int) -> Dataset:
        """A dataset to be filled with the caller's sequences or rows."""
        return cls._create("icl_dataset_create_empty", integer("d", d))

    @property
    def d(self) -> int:
        """The token dimension."""
        return int(library.icl_dataset_dimension(self._pointer))

    def __len__(self) -> int:
        return int(library.icl_dataset_size(self._pointer))

    def append_sequences(self, x: npt.ArrayLike, y: npt.ArrayLike) -> None:
        """Appends raw sequences.

        Parameters
        ----------
        x : array_like, shape (count, l+1, d)
            Tokens; the last one of a sequence is its query.
        y : array_like, shape (count, l+1)
            Labels; the last one of a sequence is its target.
        """
        tokens = input_array("x", x, "count", "l+1", self.d)
        labels = input_array("y", y, *tokens.shape[:2])
        library.icl_dataset_append_sequences(self._pointer, tokens.shape[1] - 1, tokens.shape[0], tokens, labels)

    def append_features(self, query: npt.ArrayLike, context: npt.ArrayLike, target: npt.ArrayLike) -> None:
        """Appends rows: queries (count, d), context summaries (count, d+1), targets (count,)."""
        queries = input_array("query", query, "count", self.d)
        contexts = input_array("context", context, len(queries), self.d + 1)
        targets = input_array("target", target, len(queries))
        library.icl_dataset_append_features(self._pointer, len(queries), queries, contexts, targets)

    def rows(self, first: int = 0, count: Optional[int] = None,
             out: Optional[Tuple[FloatArray, FloatArray, FloatArray]] = None) -> Rows:
        """Rows ``first`` .. ``first + count - 1``, or all from `first` on, in `out` or new arrays."""
        start = integer("first", first)
        number = max(len(self) - start, 0) if count is None else integer("count", count)
        if not 0 <= start < start + number <= len(self):  # no room for rows that there are not; the library says so
            library.icl_dataset_copy_rows(self._pointer, start, number, None, None, None)
        rows = rows_output(out, number, self.d)
        library.icl_dataset_copy_rows(self._pointer, start, number, *rows)
        return rows

    def error(self, gamma: npt.ArrayLike, *, threads: int = 1, progress: Optional[Progress] = None) -> Estimate:
        """The mean squared error of Gamma, shape (d, d+1), on the rows; and its standard error."""
        matrix = input_array("gamma", gamma, self.d, self.d + 1)
        mean, error = ctypes.c_double(), ctypes.c_double()
        with Run(threads, progress) as run:
            library.icl_dataset_error(self._pointer, matrix, run._pointer, ctypes.byref(mean), ctypes.byref(error))
        return Estimate(mean.value, error.value)


def sequences_draw(pool: TaskPool, l: int, n: int, rho: float, *, seed: int = 0,
                   out: Optional[Tuple[FloatArray, FloatArray, IntArray]] = None, threads: int = 1,
                   progress: Optional[Progress] = None) -> Sequences:
    """Draws raw sequences: the data of a `Dataset` of the same arguments, whose rows are their features.

    While it draws, the library holds the data a second time, so that canceling leaves `out` as it was.

    Parameters
    ----------
    pool, l, n, rho, seed
        As of `Dataset`.
    out : tuple of ndarray, optional
        Where to write: tokens (n, l+1, d), labels (n, l+1), both float64, and tasks (n,) of int64.
    """
    length, count = integer("l", l), integer("n", n)
    x, y, task = (None, None, None) if out is None else out
    sequences = Sequences(output_array("out.x", x, (count, length + 1, pool.d)),
                          output_array("out.y", y, (count, length + 1)),
                          output_array("out.task", task, (count,), np.int64))
    with Run(threads, progress) as run:
        library.icl_sequences_draw(pool._pointer, length, count, real("rho", rho), seed_number("seed", seed),
                                   run._pointer, *sequences)
    return sequences
