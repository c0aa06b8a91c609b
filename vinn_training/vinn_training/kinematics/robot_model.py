"""The Stretch as a chain for inverse kinematics: sliding base, lift, one telescoping arm joint, wrist."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_mount import CameraMount
from vinn_training.kinematics.descriptions import RobotDescription
from vinn_training.kinematics.urdf_chain import camera_model, missing_parts, parse_urdf

CAMERA_FRAME = "wrist_camera_optical_frame"
GRASP_LINK = "link_grasp_center"

#: How far the base may be from where it started; the limit of the added joint, not of the robot.
_BASE_RANGE_M = 10.0
#: The descriptions give 1 m/s for every joint; the added base joint gets the same.
_BASE_VELOCITY_MPS = 1.0


class RobotModel:
    """Pinocchio model with one degree of freedom for each actuator that moves the wrist camera.

    The configuration vector q is ordered as `joint_names`: base, lift, total arm extension, then the wrist joints
    that the description has. Wheels, head and fingers are locked. World is base_link where the base position is 0
    (x forward, y left, z up).

    Args:
        description: The robot's URDF, or the path of a file that holds it.
        mount: Where the wrist camera sits.
        grasp_link: Link at the point between the fingertips (or where a tool without fingers works).

    Attributes:
        model: The Pinocchio model.
        joint_names: Names of the n joints of q, as the driver has them.
        description: What the model was made from.
        mount: Where the wrist camera sits.
        has_fingers: Whether the tool has fingers that the driver moves.

    Raises:
        KinematicsError: If the description cannot be read, or lacks links or joints that are needed; the message
            lists them all.
    """

    def __init__(self, description: RobotDescription | Path, mount: CameraMount, grasp_link: str = GRASP_LINK) -> None:
        if isinstance(description, Path):
            description = RobotDescription.from_file(description)
        self.description = description
        self.mount = mount
        self.has_fingers = f'"{joints.FINGER_LEFT}"' in description.xml
        model = _build_model(description, mount, grasp_link)
        parent = model.frames[model.getFrameId(mount.parent_link, pin.FrameType.BODY)]
        mount_pose = pin.SE3(mount.rotation_optical_to_parent, mount.position_m)
        model.addFrame(
            pin.Frame(CAMERA_FRAME, parent.parentJoint, 0, parent.placement * mount_pose, pin.FrameType.OP_FRAME)
        )
        names = [joints.BASE, *list(model.names)[2:]]
        self.joint_names: tuple[str, ...] = tuple(joints.EXTENSION if n == "joint_arm_l0" else n for n in names)
        expected = (joints.BASE, joints.LIFT, joints.EXTENSION)
        if self.joint_names[:3] != expected or any(n not in joints.WRIST for n in self.joint_names[3:]):
            raise KinematicsError(
                f"'{description.name}' gives the joints {self.joint_names}; expected a Stretch's {expected}"
            )
        model.lowerPositionLimit[0] = -_BASE_RANGE_M
        model.upperPositionLimit[0] = _BASE_RANGE_M
        model.velocityLimit[0] = _BASE_VELOCITY_MPS
        self.model = model
        self._data = model.createData()
        self._camera = model.getFrameId(CAMERA_FRAME)
        self._grasp = model.getFrameId(grasp_link, pin.FrameType.BODY)

    def configuration(self, positions: Mapping[str, float], base_position_m: float) -> NDArray[np.float64]:
        """Return q, (n,) float64, for joint states by the driver's names.

        Raises:
            KinematicsError: If a joint is missing or not finite.
        """
        measured = {**positions, joints.BASE: base_position_m}
        return np.array([joints.joint_position(measured, name) for name in self.joint_names])

    def camera_pose(self, q: NDArray[np.float64]) -> pin.SE3:
        """Return the pose of the wrist camera's optical frame in the world, for q, (n,)."""
        pin.framesForwardKinematics(self.model, self._data, q)
        return self._data.oMf[self._camera].copy()

    def grasp_position_m(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the point between the fingertips in the world, (3,), for q, (n,)."""
        pin.framesForwardKinematics(self.model, self._data, q)
        return np.array(self._data.oMf[self._grasp].translation)


def _build_model(description: RobotDescription, mount: CameraMount, grasp_link: str) -> pin.Model:
    root = parse_urdf(description.xml, description.name)
    missing = missing_parts(
        root,
        (
            (mount.parent_link, "the camera sits on it; set camera_link to the link that carries it"),
            (grasp_link, "the workspace box is kept by it; set grasp_link"),
        ),
    )
    if missing:
        raise KinematicsError(
            f"the robot description '{description.name}' lacks {'; '.join(missing)}. "
            "Is it this robot's, with this tool?"
        )
    return camera_model(root, description.name, pin.JointModelPX())
