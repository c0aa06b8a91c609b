"""Calls a function in a process of its own: its memory and thread pools end with it, and so does a crash."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from vinn_training.child_process import end_with_parent
from vinn_training.exceptions import InvalidInput, MissingDependency

_Result = TypeVar("_Result")


def in_fresh_process(function: Callable[..., _Result], *arguments: object) -> _Result:
    """Return `function(*arguments)`, called in a new interpreter; what it raises is raised here.

    Args:
        function: Of a module that can be imported.
        arguments: Whatever can be pickled.

    Raises:
        InvalidInput: If the process died before it answered.
    """
    with FreshProcess() as process:
        return process.call(function, *arguments)


class FreshProcess:
    """A new interpreter that lives until the end of a `with` block."""

    def __enter__(self) -> FreshProcess:
        context = multiprocessing.get_context("spawn")
        # Killed: a long call in a library would go on without us.
        self._pool = ProcessPoolExecutor(1, context, end_with_parent, (signal.SIGKILL,))
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def call(self, function: Callable[..., _Result], *arguments: object) -> _Result:
        """As `in_fresh_process`; what a call leaves in its module is there for the next one."""
        try:
            return self._pool.submit(function, *arguments).result()
        except BrokenProcessPool as error:
            raise InvalidInput(
                "the measuring process was killed, perhaps for the memory it took; close other programs, or measure "
                "smaller sizes"
            ) from error


def resident_mib() -> float:
    """Return this process's memory in RAM, mapped files included, MiB.

    Raises:
        MissingDependency: If the system does not tell, as only Linux does.
    """
    return _status_mib("VmRSS")


def private_mib() -> float:
    """Return this process's memory that the system cannot drop without swapping it out, MiB.

    Raises:
        MissingDependency: If the system does not tell, as only Linux does.
    """
    return _status_mib("RssAnon")


def peak_mib() -> float:
    """Return the largest memory this process ever held, MiB; getrusage would count its parent's before the start, too.

    Raises:
        MissingDependency: If the system does not tell, as only Linux does.
    """
    return _status_mib("VmHWM")


def _status_mib(key: str) -> float:
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith(f"{key}:"):
            return float(line.split()[1]) / 1024.0
    raise MissingDependency(f"measuring memory needs Linux: /proc/self/status has no {key}")
