"""Ranges of the joints: the robot description's, narrowed by settings."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.robot_model import RobotModel


def joint_ranges(
    robot: RobotModel, joint_limits: Iterable[tuple[str, float, float]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and the upper limit of each of the robot's n joints, (n,) float64, metres or radians.

    Args:
        robot: Its description has the widest ranges.
        joint_limits: Joint name, lower and upper limit.

    Raises:
        InvalidInput: If a joint is not the robot's, or a range is not within the description's.
    """
    lower = np.array(robot.model.lowerPositionLimit)
    upper = np.array(robot.model.upperPositionLimit)
    for name, low, high in joint_limits:
        if name not in robot.joint_names:
            raise InvalidInput(f"joint_limits name '{name}'; expected one of {', '.join(robot.joint_names)}")
        index = robot.joint_names.index(name)
        if not (lower[index] <= low < high <= upper[index]):
            raise InvalidInput(
                f"joint_limits of '{name}' are [{low}, {high}]; expected a range within "
                f"[{lower[index]:.4g}, {upper[index]:.4g}] of the robot description"
            )
        lower[index], upper[index] = low, high
    return lower, upper
