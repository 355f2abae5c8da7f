"""Closed-form learning curves in the limit d -> infinity at fixed tau = n/d^2, alpha = l/d, kappa = k/d.

As the library's theory.h: any of tau, alpha, kappa may be ``math.inf``; lambda = 0 is the limit lambda -> 0+; an error
that diverges is ``inf``.
"""
from __future__ import annotations

import ctypes
from typing import Any, NamedTuple, Optional, Union, overload

import numpy as np
import numpy.typing as npt

from ._arguments import FloatArray, input_array, output_array, real
from ._constants import Parameter, Quantity
from ._handle import Handle
from ._library import library


class Minimum(NamedTuple):
    """Where a quantity is least, and how much it is there."""

    at: float
    value: float


class _Coordinate:
    """An attribute of `Theory` that is one of its parameters."""

    def __init__(self, parameter: Parameter) -> None:
        self._parameter = parameter

    @overload
    def __get__(self, theory: None, owner: type) -> _Coordinate: ...

    @overload
    def __get__(self, theory: Theory, owner: type) -> float: ...

    def __get__(self, theory: Optional[Theory], owner: type) -> Union[float, _Coordinate]:
        if theory is None:
            return self
        value = ctypes.c_double()
        library.icl_theory_get(theory._pointer, self._parameter, ctypes.byref(value))
        return value.value

    def __set__(self, theory: Theory, value: float) -> None:
        library.icl_theory_set(theory._pointer, self._parameter, real(self._parameter.name.lower(), value))

    def __delete__(self, theory: Theory) -> None:
        library.icl_theory_clear(theory._pointer, self._parameter)


class Theory(Handle):
    """One point of parameter space.

    Parameters
    ----------
    tau, alpha, kappa, rho, lambda_ : float
        Sample size n/d^2, context length l/d, task diversity k/d, variance of the label noise, ridge.

    Attributes
    ----------
    tau, alpha, kappa, rho, lambda_ : float
        The same; they may be changed.
    test_alpha, test_rho : float
        Of the test sequences. They follow alpha and rho until they are set, and again once they are deleted.
    """

    _kind = "icl_theory"
    tau = _Coordinate(Parameter.TAU)
    alpha = _Coordinate(Parameter.ALPHA)
    kappa = _Coordinate(Parameter.KAPPA)
    rho = _Coordinate(Parameter.RHO)
    lambda_ = _Coordinate(Parameter.LAMBDA)
    test_alpha = _Coordinate(Parameter.TEST_ALPHA)
    test_rho = _Coordinate(Parameter.TEST_RHO)

    def __init__(self, tau: float, alpha: float, kappa: float, rho: float, lambda_: float) -> None:
        self._own("icl_theory_create", real("tau", tau), real("alpha", alpha), real("kappa", kappa), real("rho", rho),
                  real("lambda_", lambda_))

    def value(self, quantity: Quantity) -> float:
        """One quantity here."""
        value = ctypes.c_double()
        library.icl_theory_value(self._pointer, Quantity(quantity), ctypes.byref(value))
        return value.value

    def derivative(self, quantity: Quantity, parameter: Parameter) -> float:
        """The exact derivative of a quantity with respect to a parameter.

        Raises
        ------
        SingularError
            Where the quantity is infinite, or has a kink or an infinite slope.
        """
        value = ctypes.c_double()
        library.icl_theory_derivative(self._pointer, Quantity(quantity), Parameter(parameter), ctypes.byref(value))
        return value.value

    def curve(self, quantity: Quantity, vary: Parameter, at: npt.ArrayLike,
              out: Optional[FloatArray] = None) -> FloatArray:
        """A quantity at each of several values of one parameter.

        Parameters
        ----------
        quantity : Quantity
            What to evaluate.
        vary : Parameter
            The parameter that changes; the others are as they are.
        at : array_like, shape (count,)
            Its values.
        out : ndarray, shape (count,), optional
            Where to write; may be `at` itself.

        Returns
        -------
        ndarray, shape (count,)
            `out`, or a new array.
        """
        points = input_array("at", at, "count")
        values: FloatArray = output_array("out", out, points.shape)
        library.icl_theory_curve(self._pointer, Quantity(quantity), Parameter(vary), points.size, points, values)
        return values

    def minimum(self, quantity: Quantity, vary: Parameter, lower: float, upper: float) -> Minimum:
        """The least value of a quantity along one parameter, from `lower` (may be 0) to `upper` (may be inf)."""
        at, value = ctypes.c_double(), ctypes.c_double()
        library.icl_theory_minimum(self._pointer, Quantity(quantity), Parameter(vary), real("lower", lower),
                                   real("upper", upper), ctypes.byref(at), ctypes.byref(value))
        return Minimum(at.value, value.value)

    def stationary(self, quantity: Quantity, vary: Parameter, lower: float, upper: float) -> FloatArray:
        """Every stationary point of a quantity along one parameter between `lower` and `upper`, ascending."""
        count, capacity = ctypes.c_int64(), 16
        while True:
            points = np.empty(capacity)
            library.icl_theory_stationary(self._pointer, Quantity(quantity), Parameter(vary), real("lower", lower),
                                          real("upper", upper), capacity, points, ctypes.byref(count))
            if count.value <= capacity:
                return points[:count.value].copy()
            capacity = count.value


def theory_batch(tau: npt.ArrayLike, alpha: npt.ArrayLike, kappa: npt.ArrayLike, rho: npt.ArrayLike,
                 lambda_: npt.ArrayLike, quantity: Quantity, out: Optional[FloatArray] = None) -> FloatArray:
    """One quantity at many points, whose parameters are broadcast against each other.

    Parameters
    ----------
    tau, alpha, kappa, rho, lambda_ : array_like
        Of any shapes that broadcast. Those that already have the common one are not copied.
    quantity : Quantity
        What to evaluate.
    out : ndarray, optional
        Where to write, of the common shape; may be one of the inputs.

    Returns
    -------
    ndarray
        `out`, or a new array.
    """
    names = ("tau", "alpha", "kappa", "rho", "lambda_")
    given: Any = [np.asarray(value) for value in (tau, alpha, kappa, rho, lambda_)]
    shape = np.broadcast(*given).shape
    arrays = [input_array(name, np.broadcast_to(value, shape), *shape) for name, value in zip(names, given)]
    values: FloatArray = output_array("out", out, shape)
    library.icl_theory_batch(values.size, *arrays, Quantity(quantity), values)
    return values
