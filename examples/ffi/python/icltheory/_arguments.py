"""Arguments are checked here before they reach C, which cannot see an array's shape and takes numbers modulo 2^64."""
from __future__ import annotations

import operator
from typing import Any, Dict, Optional, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def integer(name: str, value: Any, lower: int = -2**63, upper: int = 2**63 - 1) -> int:
    """An integer that fits the type of C; ranges narrower than that are the library's to check."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; an integer was expected") from None
    if not lower <= number <= upper:
        raise ValueError(f"{name} is {number}; {lower} .. {upper} was expected")
    return number


def seed_number(name: str, value: Any) -> int:
    """A seed: any 64 bits."""
    return integer(name, value, 0, 2**64 - 1)


def real(name: str, value: Any) -> float:
    """A real number."""
    try:
        return float(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; a real number was expected") from None


def _shape_text(shape: Sequence[object]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def _shape_fits(shape: Tuple[int, ...], expected: Sequence[Union[int, str]]) -> bool:
    """Whether sizes are those expected; a text stands for any size, the same text for the same."""
    bound: Dict[str, int] = {}
    return len(shape) == len(expected) and all(
        size == (bound.setdefault(want, size) if isinstance(want, str) else want)
        for size, want in zip(shape, expected))


def input_array(name: str, value: npt.ArrayLike, *shape: Union[int, str]) -> FloatArray:
    """An array to be read by the library: the one given if it is C-contiguous float64, otherwise a copy that is.

    The shape is checked, with a text such as "n" for a size that may be any.
    """
    given = np.asarray(value)
    if given.dtype.kind not in "biuf":
        raise TypeError(f"{name} is an array of {given.dtype}; real numbers were expected")
    if not _shape_fits(given.shape, shape):
        raise ValueError(f"{name} has the shape {_shape_text(given.shape)}; {_shape_text(shape)} was expected")
    return np.require(given, np.float64, ["C_CONTIGUOUS", "ALIGNED"])


def output_array(name: str, out: Optional[npt.NDArray[Any]], shape: Tuple[int, ...], dtype: Any = np.float64,
                 inputs: Sequence[npt.NDArray[Any]] = ()) -> Any:
    """An array to be written by the library: a new one, or the caller's, which then has to be just right.

    It may not share memory with the inputs given, which the library might read after it has written.
    """
    if out is None:
        return np.empty([max(size, 0) for size in shape], dtype)  # the library says what a negative size is
    if not isinstance(out, np.ndarray) or out.dtype != np.dtype(dtype):
        kind = out.dtype if isinstance(out, np.ndarray) else type(out).__name__
        raise TypeError(f"{name} is of {kind}; an array of {np.dtype(dtype)} was expected")
    if out.shape != tuple(shape):
        raise ValueError(f"{name} has the shape {_shape_text(out.shape)}; {_shape_text(shape)} was expected")
    if not (out.flags.c_contiguous and out.flags.writeable and out.flags.aligned):
        raise ValueError(f"{name} was expected to be C-contiguous, aligned and writeable")
    if any(np.may_share_memory(out, other) for other in inputs):
        raise ValueError(f"{name} shares memory with an input")
    return out
