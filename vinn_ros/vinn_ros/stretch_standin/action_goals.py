"""The rules of the driver's action server, FollowJointTrajectory in position mode. No ROS."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE, measured_joints

#: While a goal is active another within this time is refused.
SPACING_S = 0.2
#: A point that is not reached by then is given up.
TIMEOUT_S = 10.0
#: How near each joint must come; others 0.015.
_TOLERANCE = {joints.EXTENSION: 0.008, joints.BASE: 0.005, joints.HEAD_PAN: 0.15, joints.HEAD_TILT: 0.52}
_OTHER_TOLERANCE = 0.015
_INCREMENTS = (joints.BASE, BASE_ROTATE)
#: The driver takes an increment below this for none, and fails on it.
_NO_INCREMENT = 1e-8

#: Of control_msgs/FollowJointTrajectory_Result.
SUCCESSFUL, INVALID_GOAL, INVALID_JOINTS, PATH_TOLERANCE_VIOLATED = 0, -1, -2, -4


@dataclass(frozen=True)
class GoalEnd:
    """How a goal ended.

    Attributes:
        kind: What the action server says.
        error_code: Of the result.
        text: Of the result.
    """

    kind: Literal["succeeded", "aborted", "canceled"]
    error_code: int = SUCCESSFUL
    text: str = ""


@dataclass(frozen=True)
class GoalRun:
    """A goal that is being executed.

    Attributes:
        number: Larger is newer.
        targets: Absolute, by the driver's joint names, the base's position included.
        begin_s: When it began.
    """

    number: int
    targets: Mapping[str, float]
    begin_s: float


class ActionGoals:
    """Says which goals are taken, and when one ends."""

    def __init__(self) -> None:
        self._active: set[int] = set()
        self._newest = 0
        self._offered_s = -math.inf

    def offer(self, now_s: float) -> bool:
        """Return whether a goal is taken now."""
        if self._active and now_s - self._offered_s < SPACING_S:
            return False
        self._offered_s = now_s
        return True

    def begin(self, targets: Mapping[str, float], now_s: float) -> GoalRun:
        """Execute a goal; the one before ends for it, and its motion goes over into the new one."""
        self._newest += 1
        self._active.add(self._newest)
        return GoalRun(self._newest, dict(targets), now_s)

    def end(
        self, run: GoalRun, positions: Mapping[str, float], now_s: float, is_cancel_requested: bool
    ) -> GoalEnd | None:
        """Return how a goal has ended, or None while it goes on.

        Args:
            run: The goal.
            positions: Of all joints, the base's included.
            now_s: Time of the positions.
            is_cancel_requested: Whether a client cancelled it; the motors go on, as the driver's do.
        """
        end = self._end(run, positions, now_s, is_cancel_requested)
        if end is not None:
            self._active.discard(run.number)
        return end

    def _end(
        self, run: GoalRun, positions: Mapping[str, float], now_s: float, is_cancel_requested: bool
    ) -> GoalEnd | None:
        off = [name for name, target in run.targets.items() if abs(target - positions[name]) > _tolerance(name)]
        if not off:
            return GoalEnd("succeeded", text="reached")
        if is_cancel_requested:
            return GoalEnd("canceled")
        if now_s - run.begin_s > TIMEOUT_S:
            text = f"not reached after {TIMEOUT_S:.0f} s: {', '.join(off)}"
            return GoalEnd("aborted", PATH_TOLERANCE_VIOLATED, text)
        return None if run.number == self._newest else GoalEnd("aborted")


def read_goal(
    names: Sequence[str], points: Sequence[Sequence[float]], tool: str, increments: bool = True
) -> dict[str, float]:
    """Return the values of a goal by joint name.

    Args:
        names: Joint names of the goal.
        points: Positions of each of its points.
        tool: End-of-arm tool.
        increments: Whether the base's values are increments, as for the driver.

    Raises:
        InvalidInput: If the driver would refuse it.
    """
    if len(points) != 1 or len(points[0]) != len(names) or not names:
        raise InvalidInput(f"goal has {len(names)} joints and points of {[len(point) for point in points]} positions")
    values = dict(zip(names, (float(value) for value in points[0]), strict=True))
    known = (*measured_joints(tool), *_INCREMENTS)
    foreign = [name for name in names if name not in known]
    if foreign or len(values) != len(names):
        raise InvalidInput(f"goal has joints that '{tool}' lacks, or has twice: {', '.join(foreign or names)}")
    if all(name in values for name in _INCREMENTS):
        raise InvalidInput("goal translates and rotates the base; expected one of them")
    for name, value in values.items():
        if not math.isfinite(value) or (increments and name in _INCREMENTS and abs(value) < _NO_INCREMENT):
            raise InvalidInput(f"goal for '{name}' is {value}; expected a finite number, and no increment of zero")
    return values


def _tolerance(name: str) -> float:
    return _TOLERANCE.get(name, _OTHER_TOLERANCE)
