"""A Stretch without physics: its joints are where they are told to be. For tests and for the driver alone."""

from __future__ import annotations

from dataclasses import replace

from vinn_training.kinematics import joints
from vinn_training.sim.actuators import ActuatorTargets

START = ActuatorTargets(
    base_m=0.0,
    lift_m=0.6,
    arm_m=0.1,
    wrist_yaw_rad=0.0,
    wrist_pitch_rad=0.0,
    wrist_roll_rad=0.0,
    gripper_rad=0.05,
)


class KinematicRobot:
    """Follows its set-points at once, except where it is blocked.

    Args:
        start: Where the joints are at first.
        arm_blocked_at_m: The arm cannot extend beyond this, as if it met a wall.
    """

    def __init__(self, start: ActuatorTargets = START, arm_blocked_at_m: float = 10.0) -> None:
        self._position = start
        self._targets = start
        self._arm_blocked_at_m = arm_blocked_at_m
        self._time_s = 0.0

    @property
    def time_s(self) -> float:
        """Simulated time since the start."""
        return self._time_s

    def joint_positions(self) -> dict[str, float]:
        """Return positions by the names of the driver's joint states, metres and radians."""
        position = self._position
        return {
            joints.EXTENSION: position.arm_m,
            joints.LIFT: position.lift_m,
            **dict.fromkeys(joints.ARM_SEGMENTS, position.arm_m / len(joints.ARM_SEGMENTS)),
            joints.WRIST_YAW: position.wrist_yaw_rad,
            joints.WRIST_PITCH: position.wrist_pitch_rad,
            joints.WRIST_ROLL: position.wrist_roll_rad,
            joints.FINGER_LEFT: position.gripper_rad,
            joints.FINGER_RIGHT: position.gripper_rad,
        }

    def base_position_m(self) -> float:
        """Return the base's position along its x axis, from where it started."""
        return self._position.base_m

    def set_targets(self, targets: ActuatorTargets) -> None:
        """Set the set-points that the next `advance` reaches."""
        self._targets = targets

    def advance(self, duration_s: float) -> None:
        """Let time pass."""
        self._time_s += duration_s
        self._position = replace(self._targets, arm_m=min(self._targets.arm_m, self._arm_blocked_at_m))
