"""The model itself: linear attention on one prompt, and its reduced form. As the library's attention.h."""
from __future__ import annotations

import ctypes
from typing import Optional, Tuple

import numpy.typing as npt

from ._arguments import FloatArray, input_array, output_array
from ._library import library
from .data import Rows, rows_output


def features(x: npt.ArrayLike, y: npt.ArrayLike,
             out: Optional[Tuple[FloatArray, FloatArray, FloatArray]] = None) -> Rows:
    """Reduces raw sequences to rows: query, context summary [(d/l) sum y_i x_i, (1/l) sum y_i^2], target.

    Parameters
    ----------
    x : array_like, shape (n, l+1, d)
        Tokens; the last one of a sequence is its query.
    y : array_like, shape (n, l+1)
        Labels; the last one of a sequence is its target.
    out : tuple of ndarray, optional
        Where to write: queries (n, d), context summaries (n, d+1), targets (n,).
    """
    tokens = input_array("x", x, "n", "l+1", "d")
    n, length, d = tokens.shape
    labels = input_array("y", y, n, length)
    rows = rows_output(out, n, d, inputs=(tokens, labels))
    library.icl_features(d, length - 1, n, tokens, labels, *rows)
    return rows


def gamma_predict(gamma: npt.ArrayLike, query: npt.ArrayLike, context: npt.ArrayLike,
                  out: Optional[FloatArray] = None) -> FloatArray:
    """Predictions q' Gamma h of the reduced model.

    Parameters
    ----------
    gamma : array_like, shape (d, d+1)
        The attention matrix.
    query, context : array_like, shapes (n, d) and (n, d+1)
        The rows.
    out : ndarray, shape (n,), optional
        Where to write.
    """
    queries = input_array("query", query, "n", "d")
    n, d = queries.shape
    contexts = input_array("context", context, n, d + 1)
    matrix = input_array("gamma", gamma, d, d + 1)
    prediction: FloatArray = output_array("out", out, (n,), inputs=(queries, contexts, matrix))
    library.icl_gamma_predict(d, n, matrix, queries, contexts, prediction)
    return prediction


def attention_predict(V: npt.ArrayLike, M: npt.ArrayLike, x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """The prediction of full linear attention on one prompt.

    Parameters
    ----------
    V, M : array_like, shape (d+1, d+1)
        Value matrix, and product K'Q of keys and queries.
    x : array_like, shape (l+1, d)
        Tokens; the last one is the query.
    y : array_like, shape (l,)
        Labels of the context.
    """
    tokens = input_array("x", x, "l+1", "d")
    length, d = tokens.shape
    labels = input_array("y", y, length - 1)
    prediction = ctypes.c_double()
    library.icl_attention_predict(d, length - 1, input_array("V", V, d + 1, d + 1), input_array("M", M, d + 1, d + 1),
                                  tokens, labels, ctypes.byref(prediction))
    return prediction.value


def attention_reduce(V: npt.ArrayLike, M: npt.ArrayLike, out: Optional[FloatArray] = None) -> FloatArray:
    """The Gamma, shape (d, d+1), of a linear attention whose v21 (the first d entries of V's last row) is 0."""
    value = input_array("V", V, "d+1", "d+1")
    size = len(value)
    product = input_array("M", M, size, size)
    gamma: FloatArray = output_array("out", out, (size - 1, size), inputs=(value, product))
    library.icl_attention_reduce(size - 1, value, product, gamma)
    return gamma
