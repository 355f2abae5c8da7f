"""How a long computation runs: its threads, its progress, and how it ends early.

Python handles signals between its own instructions, and there are none during a call of C. So every long call gets a
progress callback, whether or not the caller wants one: there Ctrl-C becomes KeyboardInterrupt, is kept, cancels the
computation, and is raised when the call has returned. The same happens to what the caller's progress function raises.
"""
from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any, Callable, Optional, Type

from ._arguments import integer
from ._handle import Handle
from ._library import library, types

#: Called as progress(done, total), in an arbitrary unit, total None where it is unknown. To cancel, raise an exception.
Progress = Callable[[int, Optional[int]], object]


class Run(Handle):
    """A run of the library, for one call inside a ``with`` statement.

    Parameters
    ----------
    threads : int
        Number of threads; 0 for one per processor.
    progress : callable, optional
        Called as progress(done, total).
    """

    _kind = "icl_run"

    def __init__(self, threads: int, progress: Optional[Progress]) -> None:
        if progress is not None and not callable(progress):
            raise TypeError(f"progress is {progress!r}; a function was expected")
        self._own("icl_run_create")
        library.icl_run_set_threads(self._pointer, integer("threads", threads))
        self._progress = progress
        self._error: Optional[BaseException] = None
        self._hook: Optional[Callable[[Any], Any]] = None

    def _report(self, done: int, total: int, user: Optional[int]) -> int:
        """The library's callback."""
        try:
            if self._error is None and self._progress is not None:
                self._progress(done, None if total < 0 else total)
        except BaseException as error:  # also KeyboardInterrupt and SystemExit: none may pass through C
            self._error = error
        return 0 if self._error is None else 1

    def _unraisable(self, lost: Any) -> None:
        """Keeps what was raised before _report's first instruction.

        Since Python 3.11 that is where most signals are handled: on entering a function, outside its try statement.
        ctypes can only give such an exception to sys.unraisablehook.
        """
        if lost.exc_traceback is not None and lost.exc_traceback.tb_frame.f_code is Run._report.__code__:
            self._error = lost.exc_value
        elif self._hook is not None:
            self._hook(lost)

    def __enter__(self) -> Run:
        self._callback = types["icl_progress_fn"](self._report)
        library.icl_run_set_progress(self._pointer, self._callback, None)
        if threading.current_thread() is threading.main_thread():  # no other one handles signals
            self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], value: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        if self._hook is not None:
            sys.unraisablehook = self._hook
        self.close()
        error, self._error = self._error, None
        del self._callback  # which refers to self
        if error is None:
            return
        context = error.__context__
        try:
            raise error
        finally:
            error.__context__ = context  # and not that the computation was canceled
            del error
