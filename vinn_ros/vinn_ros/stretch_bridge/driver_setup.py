"""Brings the driver into the state that streaming needs, in whatever order the two were started."""

from __future__ import annotations

from typing import Literal

from vinn_ros.stretch_bridge.inputs import DriverStatus

Service = Literal["switch_to_position_mode", "activate_streaming_position"]

#: Modes that we leave by ourselves; homing, stowing and a runstop are somebody's decision and are waited for.
_OURS_TO_LEAVE = ("navigation", "trajectory")


class DriverSetup:
    """Says which service to call next until the driver streams in position mode.

    Done once at the start, after the driver was lost, and when a person enables the bridge. In between, a mode that
    changes is somebody's wish and is not undone.

    Args:
        retry_s: Time between two calls of a service that did not help.
        patience_s: After this long without success the reason is an error.
    """

    def __init__(self, retry_s: float = 1.0, patience_s: float = 10.0) -> None:
        self._retry_s = retry_s
        self._patience_s = patience_s
        self._begin_s: float | None = None
        self._called_s: dict[Service, float] = {}
        self.is_done = True

    def begin(self, now_s: float) -> None:
        """Start over."""
        self.is_done = False
        self._begin_s = now_s
        self._called_s = {}

    def next_call(self, status: DriverStatus, now_s: float) -> Service | None:
        """Return the service to call now, or None; sets `is_done` when nothing is left to do."""
        if self.is_done or status.unheard():
            return None
        wanted: Service
        if status.mode in _OURS_TO_LEAVE:
            wanted = "switch_to_position_mode"
        elif status.mode != "position":
            return None
        elif not status.is_streaming:
            wanted = "activate_streaming_position"
        else:
            self.is_done = True
            return None
        if now_s - self._called_s.get(wanted, float("-inf")) < self._retry_s:
            return None
        self._called_s[wanted] = now_s
        return wanted

    def problem(self, status: DriverStatus, now_s: float) -> str | None:
        """Return what the set-up waits for, or None when it is done."""
        if self.is_done:
            return None
        waited_s = now_s - self._begin_s if self._begin_s is not None else 0.0
        reason = status.problem() or "the driver has not answered yet"
        if waited_s > self._patience_s:
            called = f" (called: {', '.join(self._called_s)})" if self._called_s else ""
            return f"the driver is not ready after {waited_s:.0f} s: {reason}{called}"
        return f"setting up the driver: {reason}"
