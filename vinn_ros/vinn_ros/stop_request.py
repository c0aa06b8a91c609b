"""Ctrl-C, SIGTERM and a closed terminal, from a process's first moment on. Imports nothing heavy, for that reason."""

from __future__ import annotations

import signal
import threading
from types import FrameType

#: SIGHUP comes when the terminal is closed, or the connection to the robot breaks.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequest:
    """Set by one of STOP_SIGNALS.

    While `at_once` is true (imports, loading a bundle: seconds in which nothing moves), the signal ends the
    process by SystemExit. Otherwise it only sets the request, so that a stop can still be commanded.
    """

    def __init__(self) -> None:
        self.at_once = True
        self._event = threading.Event()

    def install(self) -> None:
        """Take over the signals; with `nohup`, SIGHUP stays ignored."""
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._handle)

    def is_set(self) -> bool:
        """Return whether the process was asked to end."""
        return self._event.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the request; return whether it is set."""
        return self._event.wait(timeout_s)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._event.set()
        if self.at_once:
            raise SystemExit(0)
