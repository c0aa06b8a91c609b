"""Ctrl-C and SIGTERM for a node's process, from its first moment on. Imports nothing heavy, for that reason."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class StopRequest:
    """Set by SIGINT or SIGTERM.

    While `at_once` is true (imports, loading a bundle: seconds in which nothing moves), the signal ends the
    process by SystemExit. Otherwise it only sets the request, so that a stop can still be commanded.
    """

    def __init__(self) -> None:
        self.at_once = True
        self._event = threading.Event()

    def install(self) -> None:
        """Take over both signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle)

    def is_set(self) -> bool:
        """Return whether the process was asked to end."""
        return self._event.is_set()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._event.set()
        if self.at_once:
            raise SystemExit(0)
