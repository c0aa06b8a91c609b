"""Where the wrist camera was, from recorded joint states and poses of the base."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_mount import GRIPPER_LINK, CameraMount

if TYPE_CHECKING:
    from vinn_training.kinematics.robot_model import RobotModel

#: Gripper body of the newer tools; its axes are those of GRIPPER_LINK.
_SG3_GRIPPER_LINK = "link_gripper_s3_body"


def load_robot(urdf: Path, mount: CameraMount | None = None) -> RobotModel:
    """Return the model of a robot with its camera.

    Args:
        urdf: Robot description.
        mount: Where the camera sits; None takes the paper's mount on the gripper body that the description has.

    Raises:
        KinematicsError: If the description cannot be used.
    """
    from vinn_training.kinematics.robot_model import RobotModel

    if mount is None:
        try:
            is_sg3 = f'"{_SG3_GRIPPER_LINK}"' in urdf.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KinematicsError(f"cannot read the robot description '{urdf}': {error}") from error
        mount = CameraMount.tilted_down(parent_link=_SG3_GRIPPER_LINK if is_sg3 else GRIPPER_LINK)
    try:
        return RobotModel(urdf, mount)
    except ValueError as error:  # what the URDF parser says of a file that is XML and no robot
        raise KinematicsError(f"cannot use the robot description '{urdf}': {error}") from error


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
