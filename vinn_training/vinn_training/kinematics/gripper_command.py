"""The finger angle that is commanded, where there is room for it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.collision.collision_model import CollisionModel
from vinn_training.kinematics.controller_config import FINGER_RANGE_RAD, CartesianControllerConfig


class GripperCommand:
    """Remembers the commanded finger angle and finds the next one.

    Args:
        has_fingers: Whether the robot has fingers that are measured.
        collision: Parts that must not meet; None leaves them out.

    Attributes:
        commanded_rad: Finger angle that is commanded.
    """

    def __init__(self, has_fingers: bool, collision: CollisionModel | None) -> None:
        self._has_fingers = has_fingers
        self._collision = collision
        self.commanded_rad = 0.0

    def reset(self, joint_positions: Mapping[str, float], gripper_rad: float | None) -> None:
        """Take an angle as commanded; None takes the measured one, 0 without fingers.

        Args:
            joint_positions: Measured positions by the driver's names.
            gripper_rad: Finger angle.

        Raises:
            KinematicsError: If the finger is missing or not finite.
        """
        measured_rad = joints.joint_position(joint_positions, joints.FINGER_LEFT) if self._has_fingers else 0.0
        self.commanded_rad = measured_rad if gripper_rad is None else gripper_rad

    def measured(self, joint_positions: Mapping[str, float]) -> float:
        """Return the measured finger angle within its range; the commanded one where it is not published.

        Raises:
            KinematicsError: If it is not finite.
        """
        if not self._has_fingers or joints.FINGER_LEFT not in joint_positions:
            return self.commanded_rad
        low, high = FINGER_RANGE_RAD
        return min(max(joints.joint_position(joint_positions, joints.FINGER_LEFT), low), high)

    def target(self, gripper: GripperState, config: CartesianControllerConfig) -> float:
        """Return the finger angle for a state; UNKNOWN leaves it as it is commanded.

        Raises:
            InvalidInput: If it is no such state.
        """
        if gripper == GripperState.OPEN:
            return config.gripper_open_rad
        if gripper == GripperState.CLOSED:
            return config.gripper_closed_rad
        if gripper == GripperState.UNKNOWN:
            return self.commanded_rad
        raise InvalidInput(f"gripper state is {gripper!r}; expected OPEN, CLOSED or UNKNOWN")

    def free(self, target_rad: float, q: NDArray[np.float64], measured_rad: float) -> tuple[float, tuple[str, ...]]:
        """Return the finger angle to command, and why it is not the target.

        Opening needs room, and nothing of the robot may be between closing fingers. Where there is, a grip stays as
        firm as it was, and otherwise the fingers stay where they are.

        Args:
            target_rad: Finger angle that is wanted.
            q: (n,) float64, where the robot is, as `RobotModel.joint_names`.
            measured_rad: Finger angle that is measured.
        """
        if self._collision is None:
            return target_rad, ()
        blocker = self._collision.check_path(q, q, measured_rad, target_rad).blocker
        if not blocker:
            return target_rad, ()
        kept_rad = min(self.commanded_rad, measured_rad)
        if self._collision.check_path(q, q, measured_rad, kept_rad).blocker:
            kept_rad = measured_rad
        return kept_rad, (f"gripper kept at {kept_rad:.2g} rad: {blocker} would meet",)
