"""What goes into the next goal of the driver's action server, and when: the server's rules, without ROS."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE, encode, layout

#: While a goal is active the driver refuses another within 0.2 s. The rest is for the way to the driver.
SPACING_S = 0.25
#: The driver cannot execute a base increment of zero (nor one of less than 1e-8).
_SMALLEST_INCREMENT = 1e-6
#: Fingers that hold something never reach their goal, and a goal with them in it is never reached: they are sent when
#: they are told something new.
_SAME_FINGER_RAD = 1e-3
#: The head is not ours: it is sent where it is to go somewhere, beyond what it is off at rest.
_HEAD_STILL_RAD = 0.1

#: Of action_msgs/GoalStatus.
_SUCCEEDED, _CANCELED, _ABORTED = 4, 5, 6
#: Of control_msgs/FollowJointTrajectory_Result: not there in time.
_TOO_LATE = (-4, -5)


class GoalPlan:
    """Chooses the joints of a goal, and remembers what the fingers were told."""

    def __init__(self) -> None:
        self._finger_rad = math.inf

    def joints(self, values: Mapping[str, float], tool: str | None, positions: Mapping[str, float]) -> dict[str, float]:
        """Return the joints of a goal and their positions; the base's are increments.

        Args:
            values: Targets by the driver's joint names.
            tool: End-of-arm tool.
            positions: Joint states.

        Raises:
            InvalidInput: If the tool is unknown, one of its joints is missing, a value is not finite, or both base
                increments are non-zero.
        """
        tool = tool or ""
        encode(tool, values)  # the driver's own checks
        return {name: float(values[name]) for name in layout(tool) if self._is_sent(name, values[name], positions)}

    def sent(self, goal: Mapping[str, float]) -> None:
        """Take what was sent."""
        self._finger_rad = goal.get(joints.FINGER_LEFT, self._finger_rad)

    def forget(self) -> None:
        """Forget what the fingers were told: the robot was stopped, or refused it."""
        self._finger_rad = math.inf

    def _is_sent(self, name: str, value: float, positions: Mapping[str, float]) -> bool:
        if name in (joints.BASE, BASE_ROTATE):
            return abs(value) > _SMALLEST_INCREMENT
        if name in (joints.HEAD_PAN, joints.HEAD_TILT):
            return abs(value - positions.get(name, value)) > _HEAD_STILL_RAD
        return name != joints.FINGER_LEFT or abs(value - self._finger_rad) > _SAME_FINGER_RAD


@dataclass(frozen=True)
class Offer:
    """A motion that wants to be sent.

    Attributes:
        values: Targets by the driver's joint names.
        tool: End-of-arm tool.
    """

    values: Mapping[str, float]
    tool: str | None


class GoalPacer:
    """Keeps goals apart in time; of those that come too early the newest waits and the others are dropped.

    Every motion is computed from what is measured, so that a newer one takes the place of an older one; the base's
    increments are not summed.
    """

    def __init__(self, spacing_s: float = SPACING_S) -> None:
        self._spacing_s = spacing_s
        self._last_s = -math.inf
        self._waiting: Offer | None = None

    def offer(self, offer: Offer) -> None:
        """Take a motion."""
        self._waiting = offer

    def due(self, now_s: float) -> Offer | None:
        """Return the motion to send now, if any; it counts as sent."""
        if self._waiting is None or now_s - self._last_s < self._spacing_s:
            return None
        offer, self._waiting, self._last_s = self._waiting, None, now_s
        return offer

    def clear(self) -> None:
        """Drop what waits."""
        self._waiting = None


def end_problem(status: int, error_code: int, error_string: str, goal: Mapping[str, float]) -> str | None:
    """Return what is wrong with how the newest goal ended, or None.

    Args:
        status: Of action_msgs/GoalStatus.
        error_code: Of control_msgs/FollowJointTrajectory_Result.
        error_string: The driver's words.
        goal: What was asked for.
    """
    if status == _SUCCEEDED:
        return None
    if status == _CANCELED:
        return "somebody cancelled the bridge's motion at the driver"
    if status == _ABORTED and error_code == 0:
        # The driver ends a goal without a word where it takes another, and we sent none.
        return (
            "the driver gave up the bridge's motion for another's; two must not move one robot: end the other client "
            "of its action server"
        )
    if status == _ABORTED and error_code in _TOO_LATE and joints.FINGER_LEFT in goal:
        return None  # fingers that hold something never arrive
    return f"the driver gave up the motion (error {error_code}): {error_string or 'no reason given'}"
