"""Brings the driver into the state that commands need, in whatever order the two were started."""

from __future__ import annotations

from typing import Literal

from vinn_ros.stretch_bridge.driver_needs import STREAMING_NEEDS, DriverNeeds
from vinn_ros.stretch_bridge.inputs import DriverStatus

Service = Literal["switch_to_position_mode", "activate_streaming_position"]

#: Modes that we leave by ourselves; homing, stowing and a runstop are somebody's decision and are waited for.
_OURS_TO_LEAVE = ("navigation", "trajectory")


class DriverSetup:
    """Says which service to call next until the driver takes commands.

    Done once at the start, after the driver was lost, and when a person enables the bridge. In between, a mode that
    changes is somebody's wish and is not undone.

    Args:
        needs: What the way of sending motions needs of the driver.
        may_call: Whether the bridge may call the driver's services; otherwise it says which one a person must call.
        retry_s: Time between two calls of a service that did not help.
        patience_s: After this long without success the reason is an error.
    """

    def __init__(
        self,
        needs: DriverNeeds = STREAMING_NEEDS,
        may_call: bool = True,
        retry_s: float = 1.0,
        patience_s: float = 10.0,
    ) -> None:
        self._needs = needs
        self._may_call = may_call
        self._retry_s = retry_s
        self._patience_s = patience_s
        self._begin_s: float | None = None
        self._called_s: dict[Service, float] = {}
        self.is_done = True

    def begin(self, now_s: float) -> None:
        """Start over."""
        self.is_done = not self._needs.topics
        self._begin_s = now_s
        self._called_s = {}

    def next_call(self, status: DriverStatus, now_s: float) -> Service | None:
        """Return the service to call now, or None; sets `is_done` when nothing is left to do."""
        if self.is_done or status.unheard():
            return None
        wanted = self._wanted(status)
        if wanted is None:
            self.is_done = not self._needs.position_mode or status.mode == "position"
            return None
        if not self._may_call or now_s - self._called_s.get(wanted, float("-inf")) < self._retry_s:
            return None
        self._called_s[wanted] = now_s
        return wanted

    def problem(self, status: DriverStatus, now_s: float) -> str | None:
        """Return what the set-up waits for, or None when it is done."""
        if self.is_done:
            return None
        waited_s = now_s - self._begin_s if self._begin_s is not None else 0.0
        reason = status.problem() or "the driver has not answered yet"
        if not self._may_call and not status.unheard():
            wanted = self._wanted(status)
            reason += f"; call /{wanted} (set_up_driver is false: the bridge may not)" if wanted else ""
        if waited_s > self._patience_s:
            called = f" (called: {', '.join(self._called_s)})" if self._called_s else ""
            return f"the driver is not ready after {waited_s:.0f} s: {reason}{called}"
        return f"setting up the driver: {reason}"

    def _wanted(self, status: DriverStatus) -> Service | None:
        """Return the service that brings the driver nearer, or None where it is ready or must be waited for."""
        if self._needs.position_mode and status.mode in _OURS_TO_LEAVE:
            return "switch_to_position_mode"
        if self._needs.position_mode and status.mode != "position":
            return None
        return "activate_streaming_position" if self._needs.streaming and not status.is_streaming else None
