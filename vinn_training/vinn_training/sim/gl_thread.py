"""A thread for OpenGL, so that any thread may draw."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

from vinn_training.exceptions import SimulationError

_T = TypeVar("_T")


class GlThread:
    """Runs calls on one thread of its own: an OpenGL context belongs to the thread that made it current.

    The thread is a daemon, so that a program may end, or close renderers while it ends, without waiting for it.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="opengl", daemon=True)
        self._thread.start()

    def call(self, function: Callable[..., _T], *args: Any) -> _T:
        """Run a function on the thread and return its result; the caller waits.

        Raises:
            SimulationError: If the thread was closed.
        """
        if self._closed:
            raise SimulationError("the renderer was closed; make a new simulation to go on")
        future: Future[_T] = Future()
        self._calls.put((future, function, args))
        return future.result()

    def close(self) -> None:
        """End the thread; later calls are refused."""
        if not self._closed:
            self._closed = True
            self._calls.put(None)
            self._thread.join()

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            future, function, args = call
            try:
                future.set_result(function(*args))
            except BaseException as error:  # handed to the caller, who waits for it
                future.set_exception(error)
            # Nothing of a call may outlive it here: a forgotten exception would keep a renderer alive.
            del call, future, function, args
