"""What the classes have in common: they own a handle of the library."""
from __future__ import annotations

import ctypes
import weakref
from types import TracebackType
from typing import Any, Callable, ClassVar, Generic, NoReturn, Optional, Type, TypeVar, Union, overload

from ._library import library, types

T = TypeVar("T")
Self = TypeVar("Self", bound="Handle")


class Handle:
    """An object of the library.

    It is destroyed with the Python object, or before by `close` or at the end of a ``with`` statement; using it after
    that raises ValueError. What was made from it stays valid. It cannot be copied or pickled.

    Several threads may use one object at a time as long as none changes it: the interpreter's lock is not held during
    calls of the library. A method that changes the object, and `close`, need it alone.
    """

    _kind: ClassVar[str]

    def _own(self, create: str, *arguments: Any) -> None:
        """Creates the handle by one of the library's functions."""
        self._address = types[self._kind + " *"]()
        getattr(library, create)(*arguments, ctypes.byref(self._address))
        self._finalizer = weakref.finalize(self, getattr(library, self._kind + "_destroy"), self._address)
        # At the end of the process a thread may still use it, and the memory goes anyway.
        self._finalizer.atexit = False

    @classmethod
    def _create(cls: Type[Self], create: str, *arguments: Any) -> Self:
        """A new object, made by another function than that of ``__init__``."""
        handle = cls.__new__(cls)
        handle._own(create, *arguments)
        return handle

    @property
    def _pointer(self) -> Any:
        """The handle, for a call of the library."""
        if not self._finalizer.alive:
            raise ValueError(f"this {type(self).__name__} was closed")
        return self._address

    def close(self) -> None:
        """Destroys the library's object now. Further calls do nothing."""
        self._finalizer()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], value: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled")


class Setting(Generic[T]):
    """An attribute that one of the library's set functions stands behind, which also checks its values."""

    def __init__(self, function: str, convert: Callable[[str, Any], T], *codes: int) -> None:
        self._function = function
        self._convert = convert
        self._codes = codes

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, handle: None, owner: type) -> Setting[T]: ...

    @overload
    def __get__(self, handle: Handle, owner: type) -> T: ...

    def __get__(self, handle: Optional[Handle], owner: type) -> Union[T, Setting[T]]:
        if handle is None:
            return self
        try:
            value: T = handle.__dict__["_" + self._name]
        except KeyError:
            raise AttributeError(f"{self._name} was not set") from None
        return value

    def __set__(self, handle: Handle, value: Any) -> None:
        converted = self._convert(self._name, value)
        getattr(library, self._function)(handle._pointer, *self._codes, converted)
        handle.__dict__["_" + self._name] = converted
