"""Exceptions: one for each status of the library, which is also the built-in exception that fits."""
from __future__ import annotations

from typing import Dict, Tuple, Type

from ._constants import Status


class IclError(Exception):
    """A call of the library failed.

    Parameters
    ----------
    status : int
        The library's status.
    message : str
        The library's message, which names the argument, its value and what was expected.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def __reduce__(self) -> Tuple[Type[IclError], Tuple[int, str]]:
        return type(self), (self.status, self.message)


class ArgumentError(IclError, ValueError):
    """An unknown code, or sizes that contradict each other."""


class DomainError(IclError, ValueError):
    """A number outside its range, or NaN."""


class NonfiniteError(IclError, ValueError):
    """Array data with NaN or infinity, or results that overflow."""


class SizeError(IclError, ValueError):
    """Too large: a product of sizes overflows or exceeds what the BLAS can index."""


class StateError(IclError, RuntimeError):
    """A result asked for before it was computed, or after a failure."""


class NotConvergedError(IclError, RuntimeError):
    """The accuracy asked for was not reached."""


class SingularError(IclError, ArithmeticError):
    """The answer does not exist here."""


class OutOfMemoryError(IclError, MemoryError):
    """Out of memory, or a thread could not be started."""


class InputOutputError(IclError, OSError):
    """A file could not be opened, locked, read or written."""


class CanceledError(IclError, RuntimeError):
    """The computation was canceled. What a progress function raised is raised instead of this."""


class UnsupportedError(IclError, RuntimeError):
    """Not possible for this kind of object."""


_CLASSES: Dict[int, Type[IclError]] = {
    Status.ARGUMENT: ArgumentError,
    Status.DOMAIN: DomainError,
    Status.NONFINITE: NonfiniteError,
    Status.SIZE: SizeError,
    Status.STATE: StateError,
    Status.NOT_CONVERGED: NotConvergedError,
    Status.SINGULAR: SingularError,
    Status.MEMORY: OutOfMemoryError,
    Status.IO: InputOutputError,
    Status.CANCELED: CanceledError,
    Status.UNSUPPORTED: UnsupportedError,
}


def error_of(status: int, message: str) -> IclError:
    """The exception for a status; a plain IclError for one that a newer library may have."""
    return _CLASSES.get(status, IclError)(status, message)
