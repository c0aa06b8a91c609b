"""Where the wrist camera was, from recorded joint states and poses of the base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_mount import PAPER_TILT_RAD

if TYPE_CHECKING:
    from vinn_training.kinematics.descriptions import RobotDescription
    from vinn_training.kinematics.robot_model import RobotModel


def load_robot(
    description: RobotDescription,
    camera_link: str = "",
    tilt_rad: float = PAPER_TILT_RAD,
    height_m: float = 0.11,
    along_fingers_m: float = 0.05,
) -> RobotModel:
    """Return the model of a robot with its camera.

    Args:
        description: Of the robot.
        camera_link: Link that carries the camera; empty takes that of the description's tool.
        tilt_rad: Tilt of the camera towards the fingertips.
        height_m: Height of the camera above the link.
        along_fingers_m: Distance of the camera in front of the link.

    Raises:
        KinematicsError: If the description cannot be used.
        InvalidInput: If a number is not finite or the tilt is 90 degrees or more.
    """
    # Here, so that names and types of this module need no Pinocchio.
    from vinn_training.kinematics.robot_model import RobotModel
    from vinn_training.kinematics.tool_mount import mount_on, tool_links

    link = camera_link or tool_links(description).camera_link
    mount = mount_on(description, link, tilt_rad, height_m, along_fingers_m)
    return RobotModel(description, mount)


def camera_poses_in_base(
    robot: RobotModel, joint_names: Sequence[str], positions: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the wrist camera's poses in base_link.

    Args:
        robot: Robot with its camera.
        joint_names: K names of the driver's joint states.
        positions: (N, K) float64, metres and radians.

    Returns:
        (N, 3) float64 origins of the optical frame in metres and (N, 3, 3) float64 rotations from the optical frame
        to base_link.

    Raises:
        KinematicsError: If a joint that moves the camera is missing or not finite.
        InvalidInput: If the positions do not belong to the names.
    """
    positions = np.asarray(positions, dtype=np.float64)
    if positions.ndim != 2 or positions.shape[1] != len(joint_names):
        raise InvalidInput(f"joint positions have shape {positions.shape}; expected (N, {len(joint_names)})")
    origins, rotations = np.empty((len(positions), 3)), np.empty((len(positions), 3, 3))
    for index, row in enumerate(positions):
        # The base's own motion comes from odometry, which turns too; the model's base only slides.
        q = robot.configuration(dict(zip(joint_names, row.tolist(), strict=True)), 0.0)
        pose = robot.camera_pose(q)
        origins[index], rotations[index] = pose.translation, pose.rotation
    return origins, rotations


def moving_joints(robot: RobotModel) -> tuple[str, ...]:
    """Return the joint states that move the camera, by the driver's names."""
    return tuple(name for name in robot.joint_names if name != joints.BASE)
