"""Settings of the stand-in driver."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE, layout


def _ranges() -> dict[str, tuple[float, float]]:
    """Ranges of the joints, from the RE1V0 description with the dex wrist."""
    return {
        joints.LIFT: (0.0, 1.1),
        joints.EXTENSION: (0.0, 0.52),
        joints.WRIST_YAW: (-1.75, 4.0),
        joints.WRIST_PITCH: (-1.57, 0.56),
        joints.WRIST_ROLL: (-3.14, 3.14),
        joints.FINGER_LEFT: (-0.6, 0.6),
        joints.HEAD_PAN: (-3.9, 1.5),
        joints.HEAD_TILT: (-1.53, 0.79),
    }


def _speeds() -> dict[str, float]:
    """Speeds near those of a Stretch under its driver."""
    return {
        joints.BASE: 0.2,
        joints.LIFT: 0.15,
        joints.EXTENSION: 0.2,
        joints.WRIST_YAW: 2.0,
        joints.WRIST_PITCH: 2.0,
        joints.WRIST_ROLL: 2.0,
        joints.FINGER_LEFT: 1.0,
        joints.HEAD_PAN: 2.0,
        joints.HEAD_TILT: 2.0,
    }


@dataclass(frozen=True)
class DriverConfig:
    """How the stand-in driver behaves.

    Attributes:
        tool: End-of-arm tool; decides the length of the command vector.
        homed: Whether the robot is homed at the start.
        ranges: Lower and upper end of each joint, metres and radians; targets beyond are shortened, as on the robot.
        speeds: Speed of each joint's set-point, metres or radians a second.
        control_period_s: Time between two set-points.
        velocity_timeout_s: A base velocity older than this counts as zero (the driver's own 0.5 s).
        home_pose: Where homing ends, by joint name.
        stow_pose: Where stowing ends, by joint name.

    Raises:
        InvalidInput: If the tool is unknown or a number is not usable.
    """

    tool: str = "tool_stretch_dex_wrist"
    homed: bool = True
    ranges: dict[str, tuple[float, float]] = field(default_factory=_ranges)
    speeds: dict[str, float] = field(default_factory=_speeds)
    control_period_s: float = 0.02
    velocity_timeout_s: float = 0.5
    home_pose: dict[str, float] = field(
        default_factory=lambda: {joints.LIFT: 0.6, joints.EXTENSION: 0.1, joints.WRIST_YAW: 0.0}
    )
    stow_pose: dict[str, float] = field(
        default_factory=lambda: {joints.LIFT: 0.2, joints.EXTENSION: 0.0, joints.WRIST_YAW: 3.4}
    )

    def __post_init__(self) -> None:
        for name in layout(self.tool):
            if name != BASE_ROTATE and not (
                math.isfinite(self.speeds.get(name, 0.0)) and self.speeds.get(name, 0.0) > 0
            ):
                raise InvalidInput(f"speed of '{name}' is {self.speeds.get(name)}; expected a positive finite number")
        for name, (low, high) in self.ranges.items():
            if not low < high:
                raise InvalidInput(f"range of '{name}' is [{low}, {high}]; expected the lower end below the upper")
        for label, value in (
            ("control_period_s", self.control_period_s),
            ("velocity_timeout_s", self.velocity_timeout_s),
        ):
            if not (math.isfinite(value) and value > 0.0):
                raise InvalidInput(f"driver setting {label} is {value}; expected a positive finite number")
