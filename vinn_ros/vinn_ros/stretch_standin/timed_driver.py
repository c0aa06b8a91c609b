"""The stand-in's driver, moved by a clock, and what is measured of the motion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vinn_ros.stretch_standin.driver import StandinDriver
from vinn_ros.stretch_standin.journal import Journal
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import decode

_SLIDES = (joints.LIFT, joints.EXTENSION, joints.BASE)


class TimedDriver:
    """Lets a driver's robot move up to now, in steps of a period, and notes when it moved.

    Args:
        driver: The driver.
        period_s: Longest step: the resolution of the measured motion.
        clock: Monotonic time in seconds.
        journal: Told of every motion.

    Attributes:
        longest_pause_s: How long nothing was asked at the most, since it was set to 0: a machine too busy to run it.
    """

    def __init__(self, driver: StandinDriver, period_s: float, clock: Callable[[], float], journal: Journal) -> None:
        self.longest_pause_s = 0.0
        self._driver = driver
        self._period_s = period_s
        self._clock = clock
        self._journal = journal
        self._advanced_to_s = clock()

    def advance(self) -> float:
        """Move the robot up to now, and return now."""
        now_s = self._clock()
        self.longest_pause_s = max(self.longest_pause_s, now_s - self._advanced_to_s)
        while now_s - self._advanced_to_s > 1e-9:
            begin_s = self._advanced_to_s
            step_s = min(self._period_s, now_s - begin_s)
            before = self.positions()
            self._driver.advance(step_s)
            self._advanced_to_s = begin_s + step_s
            if self.positions() != before:
                self._journal.moved(begin_s, self._advanced_to_s)
        return now_s

    def positions(self) -> dict[str, float]:
        """Return where all joints are, the base among them, metres and radians."""
        return {**self._driver.joint_positions(), joints.BASE: self._driver.base_position_m()}

    def slides_m(self) -> dict[str, float]:
        """Return where lift, arm and base are."""
        at = self.positions()
        return {name: at[name] for name in _SLIDES}

    def farthest_m(self, values: Mapping[str, float]) -> float:
        """Return how far values of single joints, the base's an increment, move the farthest slide."""
        at = {**self.slides_m(), joints.BASE: 0.0}
        return max((abs(values[name] - at[name]) for name in _SLIDES if name in values), default=0.0)

    def reach_m(self, data: Sequence[float]) -> float | None:
        """Return how far a vector would move the farthest slide, or None for one that cannot be read."""
        try:
            values = decode(self._driver.config.tool, data)
        except InvalidInput:
            return None
        return self.farthest_m(values)
