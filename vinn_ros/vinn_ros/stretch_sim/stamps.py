"""When the simulated robot was as it is: stamps that follow simulated time, in the ROS clock's numbers."""

from __future__ import annotations

from collections.abc import Callable

#: Pauses of the process pass; a simulation that was too slow for its wall time stays behind.
_BEHIND_NS = 50_000_000
_STAYS_NS = 500_000_000


class SimulatedStamps:
    """Gives equal stamps to equal moments of the simulation, whatever was done meanwhile.

    A clock that is read while publishing runs ahead of the physics by what that took: at 0.2 m/s, milliseconds
    between the stamps of a joint state and of an image are parts of a millimetre in the camera's pose.

    Args:
        now_ns: The ROS clock.
    """

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._origin_ns: int | None = None
        self._last_ns = 0
        self._behind_since_ns: int | None = None

    def stamp_ns(self, time_s: float) -> int:
        """Return the stamp of a moment of the simulation; never in the future, and never before an earlier one's.

        Args:
            time_s: Simulated time; it may start over.
        """
        now_ns, elapsed_ns = self._now_ns(), round(time_s * 1e9)
        if self._origin_ns is None or elapsed_ns < self._last_ns:
            self._origin_ns = now_ns - elapsed_ns
        self._last_ns = elapsed_ns
        behind_ns = now_ns - self._origin_ns - elapsed_ns
        if behind_ns <= _BEHIND_NS:
            self._behind_since_ns = None
        elif self._behind_since_ns is None:
            self._behind_since_ns = now_ns
        if behind_ns < 0 or (self._behind_since_ns is not None and now_ns - self._behind_since_ns > _STAYS_NS):
            self._origin_ns = now_ns - elapsed_ns
            self._behind_since_ns = None
        return self._origin_ns + elapsed_ns
