"""When a motion is over, judged by joint states alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vinn_training.kinematics import joints

MotionEnd = Literal["reached", "settled", "timed out"]

_FINGERS = (joints.FINGER_LEFT, joints.FINGER_RIGHT)
_SLIDES = (joints.BASE, joints.LIFT, joints.EXTENSION)


@dataclass(frozen=True)
class MotionTolerances:
    """What counts as reached, as still and as too late.

    Attributes:
        slide_m: A slide this near its target has reached it.
        turn_rad: A wrist joint this near its target has reached it.
        still_m: A slide that moves less than this is still.
        still_rad: A wrist joint or finger that turns less than this is still.
        settle_s: Still for this long is at rest.
        start_s: Time that the driver may take to begin.
        timeout_s: A motion is over after this long, whatever the joints do.
    """

    slide_m: float = 0.005
    turn_rad: float = 0.03
    still_m: float = 0.0015
    still_rad: float = 0.01
    settle_s: float = 0.25
    start_s: float = 0.3
    timeout_s: float = 3.0


class RestDetector:
    """Remembers when a joint was last seen to move.

    Args:
        tolerances: What counts as still.
    """

    def __init__(self, tolerances: MotionTolerances) -> None:
        self._tolerances = tolerances
        self._anchor: dict[str, float] = {}
        self._moved_s = -math.inf

    @property
    def moved_s(self) -> float:
        """When a joint was last seen to move."""
        return self._moved_s

    def update(self, positions: Mapping[str, float], now_s: float) -> None:
        """Take measured positions, the base's included, in metres and radians."""
        for name in (*_SLIDES, *joints.WRIST, *_FINGERS):
            if name not in positions:
                continue
            still = self._tolerances.still_m if name in _SLIDES else self._tolerances.still_rad
            if abs(positions[name] - self._anchor.get(name, math.inf)) > still:
                self._anchor[name] = positions[name]
                self._moved_s = now_s


class MotionMonitor:
    """Watches one commanded motion.

    A gripper that closes on something, or an arm that meets a door, never reaches its target: at rest is over too.

    Args:
        targets: Absolute targets by joint name, the base's included; the fingers need only come to rest.
        begin_s: When the command was sent.
        tolerances: What counts as reached.
    """

    def __init__(self, targets: Mapping[str, float], begin_s: float, tolerances: MotionTolerances) -> None:
        self._targets = {name: value for name, value in targets.items() if name in (*_SLIDES, *joints.WRIST)}
        self._finger_rad = targets.get(joints.FINGER_LEFT)
        self._begin_s = begin_s
        self._tolerances = tolerances

    def end(self, positions: Mapping[str, float], moved_s: float, now_s: float) -> MotionEnd | None:
        """Return how the motion ended, or None while it goes on.

        Args:
            positions: Measured, the base's included.
            moved_s: When a joint was last seen to move.
            now_s: Time of the measurement.
        """
        tolerances = self._tolerances
        started = now_s - self._begin_s >= tolerances.start_s
        at_rest = started and now_s - moved_s >= tolerances.settle_s
        if self._arrived(positions) and (at_rest or self._fingers_arrived(positions)):
            return "reached"
        if at_rest:
            return "settled"
        if now_s - self._begin_s >= tolerances.timeout_s:
            return "timed out"
        return None

    def remaining(self, positions: Mapping[str, float]) -> dict[str, float]:
        """Return how far each joint that is not at its target is from it, metres or radians."""
        distances = {name: target - positions[name] for name, target in self._targets.items() if name in positions}
        return {name: value for name, value in distances.items() if abs(value) > self._tolerance(name)}

    def shortfall(self, positions: Mapping[str, float]) -> str:
        """Return the same as text, empty where nothing is missing."""
        return ", ".join(f"{name} {value:+.3f} short" for name, value in self.remaining(positions).items())

    def _arrived(self, positions: Mapping[str, float]) -> bool:
        return not self.remaining(positions)

    def _fingers_arrived(self, positions: Mapping[str, float]) -> bool:
        if self._finger_rad is None or joints.FINGER_LEFT not in positions:
            return True
        return abs(positions[joints.FINGER_LEFT] - self._finger_rad) <= self._tolerances.turn_rad

    def _tolerance(self, name: str) -> float:
        return self._tolerances.slide_m if name in _SLIDES else self._tolerances.turn_rad
