"""The policy's side of `bank_worker`: starts the process when it is needed, asks it, and ends it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from vinn_ros.policy.bank_work import Recipe
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.exceptions import VinnError

_END_S = 2.0


class WorkerProcess:
    """A `Worker` in a process of low priority, so that neither its threads nor its work delay the answers.

    It is started by the first request, and again where it has ended. One request at a time.

    Args:
        bundle: The bundle's folder.
        bank_id: Of the bank that was loaded from it.
    """

    def __init__(self, bundle: Path, bank_id: str) -> None:
        # The same session as ours: Linux's automatic groups would make "nice" count within a session of its own only.
        self._command = [sys.executable, "-m", "vinn_ros.policy.bank_worker", str(bundle.absolute()), bank_id]
        self._process: subprocess.Popen[str] | None = None
        self._starting = threading.Lock()
        self._closed = False

    def add(self, recipe: Recipe, source: Path, name: str, folder: Path) -> DistanceCalibration:
        """As `BankWork.add`.

        Raises:
            VinnError: If it cannot be done; the text says why.
        """
        answer = self._ask(do="add", recipe=recipe.to_dict(), source=str(source), name=name, folder=str(folder))
        return DistanceCalibration.from_dict(answer)

    def save(self, recipe: Recipe, target: Path, command: str) -> str:
        """As `BankWork.save`.

        Raises:
            VinnError: If it cannot be done; the text says why.
        """
        return str(self._ask(do="save", recipe=recipe.to_dict(), target=str(target), command=command))

    def close(self) -> None:
        """End the process; a request that is under way fails."""
        with self._starting:
            self._closed = True
            process = self._process
        if process is None:
            return
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(timeout=_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _ask(self, **request: Any) -> Any:
        line = json.dumps(request) + "\n"
        was_there = self._process is not None
        answer = self._exchange(line)
        if not answer and was_there and not self._closed and self._status() == 0:
            answer = self._exchange(line)  # it had been idle, and left just then
        if not answer:
            raise VinnError(self._death())
        values = json.loads(answer)
        if "problem" in values:
            raise VinnError(values["problem"])
        return values["done"]

    def _exchange(self, line: str) -> str:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            return process.stdout.readline()
        except (BrokenPipeError, ValueError):  # it has ended, or `close` has closed its input
            return ""

    def _running(self) -> subprocess.Popen[str]:
        with self._starting:
            if self._closed:
                raise VinnError("the policy was cleaned up meanwhile; nothing was changed")
            if self._process is None or self._process.poll() is not None:
                self._release()
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            return self._process

    def _release(self) -> None:
        """Close the pipes of a process that has ended, or is to end."""
        for pipe in (self._process.stdin, self._process.stdout) if self._process else ():
            with suppress(OSError):  # what it was never told
                pipe.close()  # type: ignore[union-attr]

    def _status(self) -> int:
        assert self._process is not None
        return self._process.wait()

    def _death(self) -> str:
        if self._closed:
            return "the policy was cleaned up meanwhile; nothing was changed"
        status = self._status()
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return (
            f"the process that embeds and saves {how}; nothing was changed: see the policy's output, and look at "
            "free memory"
        )
