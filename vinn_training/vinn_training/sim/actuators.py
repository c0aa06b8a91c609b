"""What the stand-in driver needs of a simulated robot: absolute joint targets in, joint positions out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Protocol

from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class ActuatorTargets:
    """Absolute set-points of the simulated actuators.

    Attributes:
        base_m: Base position along its own x axis, from where the simulation started.
        lift_m: Lift position (`joint_lift`).
        arm_m: Total arm extension (`wrist_extension`).
        wrist_yaw_rad: Wrist yaw.
        wrist_pitch_rad: Wrist pitch.
        wrist_roll_rad: Wrist roll.
        gripper_rad: Angle of each finger; larger is more open.

    Raises:
        InvalidInput: If a target is not finite.
    """

    base_m: float
    lift_m: float
    arm_m: float
    wrist_yaw_rad: float
    wrist_pitch_rad: float
    wrist_roll_rad: float
    gripper_rad: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value):
                raise InvalidInput(f"actuator target {field.name} is {value}; expected a finite number")


class PhysicsRobot(Protocol):
    """A Stretch whose joints follow set-points: StretchSim with physics, KinematicRobot without."""

    @property
    def time_s(self) -> float:
        """Simulated time since the start."""

    def joint_positions(self) -> Mapping[str, float]:
        """Return positions by the names of the driver's joint states.

        At least `wrist_extension`, `joint_lift`, `joint_arm_l0` to `l3`, `joint_wrist_yaw`, `joint_wrist_pitch`,
        `joint_wrist_roll`, `joint_gripper_finger_left` and `joint_gripper_finger_right`, in metres and radians.
        """

    def base_position_m(self) -> float:
        """Return the base's position along its x axis, from where the simulation started."""

    def set_targets(self, targets: ActuatorTargets) -> None:
        """Set the actuators' set-points; they hold until set again."""

    def advance(self, duration_s: float) -> None:
        """Simulate for this long."""
