"""Where an episode starts: joint positions, a seeded sideways offset, and the order in which the joints go there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints

#: Joints that a start pose may name. The base has its own place (StartPlace).
NAMES = (joints.EXTENSION, joints.LIFT, *joints.WRIST, joints.FINGER_LEFT)


@dataclass(frozen=True)
class StartPose:
    """Joint positions at the start of an episode; joints that are not named stay where they are.

    Attributes:
        positions: By the driver's joint names, metres and radians.

    Raises:
        InvalidInput: If a joint is unknown or a position is not finite.
    """

    positions: Mapping[str, float]

    def __post_init__(self) -> None:
        for name, value in self.positions.items():
            if name not in NAMES:
                raise InvalidInput(f"start pose names '{name}'; expected joints among: {', '.join(NAMES)}")
            if not math.isfinite(value):
                raise InvalidInput(f"start pose has {value} for '{name}'; expected a finite number")

    @classmethod
    def from_lists(cls, names: Sequence[str], positions: Sequence[float], gripper_open_rad: float) -> StartPose:
        """Return the pose that two parameters name; the gripper is open unless they say otherwise.

        Raises:
            InvalidInput: If the lists do not belong together or a value cannot be used.
        """
        if len(names) != len(positions):
            raise InvalidInput(
                f"start_pose_joints names {len(names)} joints and start_pose_positions has {len(positions)} numbers; "
                "expected one number for each joint, set both together"
            )
        if len(set(names)) != len(names):
            raise InvalidInput(f"start_pose_joints names a joint twice: {', '.join(names)}")
        return cls({joints.FINGER_LEFT: gripper_open_rad, **dict(zip(names, positions, strict=True))})

    def fingers_along_base(self, wrist_yaw_rad: float) -> bool:
        """Return whether the fingers point along the base's way rather than along the arm.

        Args:
            wrist_yaw_rad: Measured; used where the pose does not name the wrist's yaw.
        """
        yaw_rad = self.positions.get(joints.WRIST_YAW, wrist_yaw_rad)
        return abs(math.sin(yaw_rad)) > abs(math.cos(yaw_rad))


def draw_offset_m(range_m: float, seed: int) -> float:
    """Return an offset drawn evenly from [-range_m, range_m], in metres; the same for the same seed and range.

    Raises:
        InvalidInput: If the range is negative or not finite, or the seed is negative.
    """
    if not (math.isfinite(range_m) and range_m >= 0.0):
        raise InvalidInput(f"lateral offset range is {range_m} m; expected a finite number, 0 or more")
    if seed < 0:
        raise InvalidInput(f"seed is {seed}; expected 0 or more")
    return float(np.random.default_rng(seed).uniform(-range_m, range_m))


@dataclass(frozen=True)
class Destination:
    """A start pose with its offset, all absolute.

    Attributes:
        positions: By joint name, metres and radians, the base's not included.
        base_m: Of the base along its way, as the bridge's core counts its way.
    """

    positions: Mapping[str, float]
    base_m: float


def destination(pose: StartPose, offset_m: float, place_m: float, here: Mapping[str, float]) -> Destination:
    """Return where to go: the offset is sideways as the fingers see it.

    Args:
        pose: The start pose.
        offset_m: Base forward; with the fingers along the base, arm out.
        place_m: Where the base stands at the start, without an offset.
        here: Measured positions by joint name.

    Raises:
        InvalidInput: If the wrist's yaw or the arm's extension is needed and not known.
    """
    if not pose.fingers_along_base(here.get(joints.WRIST_YAW, 0.0)):
        return Destination(dict(pose.positions), place_m + offset_m)
    arm_m = pose.positions.get(joints.EXTENSION, here.get(joints.EXTENSION, math.nan))
    if not math.isfinite(arm_m):
        raise InvalidInput("the arm's extension is not known; expected it in the start pose or in joint states")
    return Destination({**pose.positions, joints.EXTENSION: arm_m + offset_m}, place_m)


def stages(goal: Destination, here: Mapping[str, float]) -> list[dict[str, float]]:
    """Return the order of motions, each a set of absolute targets (the base's among them, in the last but one).

    The gripper lets go first; the arm comes in before anything moves sideways, and goes out when all else is in place:
    between the two, what the fingers held or stood in is out of the way.

    Args:
        goal: Where to go.
        here: Measured positions by joint name.

    Raises:
        InvalidInput: If the arm's extension is to change and is not known.
    """
    arm_m = goal.positions.get(joints.EXTENSION)
    here_m = here.get(joints.EXTENSION)
    if arm_m is not None and here_m is None:
        raise InvalidInput(f"joint states lack '{joints.EXTENSION}'; is the Stretch driver running?")
    order: list[dict[str, float]] = []
    if joints.FINGER_LEFT in goal.positions:
        order.append({joints.FINGER_LEFT: goal.positions[joints.FINGER_LEFT]})
    if arm_m is not None and here_m is not None and arm_m < here_m:
        order.append({joints.EXTENSION: arm_m})
    others = {name: value for name, value in goal.positions.items() if name in (joints.LIFT, *joints.WRIST)}
    order.append({**others, joints.BASE: goal.base_m})
    if arm_m is not None:
        order.append({joints.EXTENSION: arm_m})
    return order


class StartPlace:
    """Remembers where the base stood when start poses were first asked for, so that episodes do not wander off.

    Args:
        reach_m: The base is never sent back farther than this: it was driven elsewhere in between.
    """

    def __init__(self, reach_m: float) -> None:
        self.reach_m = reach_m
        self._place_m: float | None = None

    def set_here(self, base_m: float) -> None:
        """Take the base's present place as the start."""
        self._place_m = base_m

    def place_m(self, base_m: float) -> float:
        """Return the start's place; where none was set, it is here and now.

        Args:
            base_m: Where the base is, as the bridge's core counts its way.

        Raises:
            InvalidInput: If that is too far from the start.
        """
        if self._place_m is None:
            self._place_m = base_m
        away_m = base_m - self._place_m
        if abs(away_m) > self.reach_m:
            raise InvalidInput(
                f"the base is {away_m:+.2f} m from where episodes started so far; expected at most {self.reach_m:g} m. "
                "Drive it back, or call ~/set_start_place to start from here"
            )
        return self._place_m
