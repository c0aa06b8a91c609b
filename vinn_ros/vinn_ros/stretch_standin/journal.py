"""What the stand-in was told and what it did, with times: the measure of every stop."""

from __future__ import annotations

from collections import deque
from typing import Any

#: About ten minutes at the rates of a trial.
_CAPACITY = 50_000


class Journal:
    """Events since the last `clear`, and when the robot moved.

    Times are those of the machine's monotonic clock, in seconds: every process of one machine shares it, and no
    time server moves it.
    """

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=_CAPACITY)
        self._motions: list[list[float]] = []

    def note(self, time_s: float, kind: str, **facts: Any) -> None:
        """Add one event.

        Args:
            time_s: When it was.
            kind: `command`, `velocity`, `service` and `fault` for what the stand-in was told; `image`, `joint_states`,
                `odometry` and `status` for what it published of the truth.
            facts: What belongs to it; plain values.
        """
        self._events.append({"time_s": time_s, "kind": kind, **facts})

    def moved(self, begin_s: float, end_s: float) -> None:
        """Note that the robot moved between two moments; motion without a gap is one motion."""
        if self._motions and begin_s - self._motions[-1][1] < 1e-6:
            self._motions[-1][1] = end_s
        else:
            self._motions.append([begin_s, end_s])

    def clear(self) -> None:
        """Forget everything."""
        self._events.clear()
        self._motions.clear()

    def content(self) -> dict[str, Any]:
        """Return events, the oldest first, and motions as pairs of begin and end."""
        return {"events": list(self._events), "motions": [list(motion) for motion in self._motions]}
