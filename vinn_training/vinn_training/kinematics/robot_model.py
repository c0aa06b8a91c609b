"""The Stretch as a chain for inverse kinematics: sliding base, lift, one telescoping arm joint, wrist."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_mount import CameraMount

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
        urdf: Path of the robot description.
        mount: Where the wrist camera sits.

    Raises:
        KinematicsError: If the file cannot be read or lacks a link or joint that is needed.
    """

    def __init__(self, urdf: Path, mount: CameraMount) -> None:
        chain = _reduce_urdf(urdf)
        model = pin.buildModelFromXML(chain, pin.JointModelPX())
        for link in (mount.parent_link, GRASP_LINK):
            if not model.existFrame(link, pin.FrameType.BODY):
                links = sorted(f.name for f in model.frames if f.type == pin.FrameType.BODY and "grip" in f.name)
                raise KinematicsError(f"'{urdf.name}' has no link '{link}'; gripper links there: {', '.join(links)}")
        parent = model.frames[model.getFrameId(mount.parent_link, pin.FrameType.BODY)]
        mount_pose = pin.SE3(mount.rotation_optical_to_parent, mount.position_m)
        model.addFrame(
            pin.Frame(CAMERA_FRAME, parent.parentJoint, 0, parent.placement * mount_pose, pin.FrameType.OP_FRAME)
        )
        names = [joints.BASE, *list(model.names)[2:]]
        self.joint_names: tuple[str, ...] = tuple(joints.EXTENSION if n == "joint_arm_l0" else n for n in names)
        expected = (joints.BASE, joints.LIFT, joints.EXTENSION)
        if self.joint_names[:3] != expected or any(n not in joints.WRIST for n in self.joint_names[3:]):
            raise KinematicsError(f"'{urdf.name}' gives the joints {self.joint_names}; expected a Stretch's {expected}")
        model.lowerPositionLimit[0] = -_BASE_RANGE_M
        model.upperPositionLimit[0] = _BASE_RANGE_M
        model.velocityLimit[0] = _BASE_VELOCITY_MPS
        self.model = model
        self._data = model.createData()
        self._camera = model.getFrameId(CAMERA_FRAME)
        self._grasp = model.getFrameId(GRASP_LINK, pin.FrameType.BODY)

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


def _reduce_urdf(urdf: Path) -> str:
    """Return the description with the arm as one joint and everything that does not carry the camera fixed.

    The four segments slide along one line, so putting the whole extension on the last of them moves all that comes
    after it exactly as four equal quarters do.
    """
    try:
        root = ET.parse(urdf).getroot()
    except (OSError, ET.ParseError) as error:
        raise KinematicsError(f"cannot read the robot description '{urdf}': {error}") from error
    for link in root.iter("link"):
        for tag in ("visual", "collision", "inertial"):
            for element in link.findall(tag):
                link.remove(element)
    extension_m = 0.0
    distal: ET.Element | None = None
    for joint in root.iter("joint"):
        name = joint.get("name", "")
        limit = joint.find("limit")
        if name in joints.ARM_SEGMENTS and limit is not None:
            extension_m += float(limit.get("upper", "0"))
            if name == joints.ARM_SEGMENTS[-1]:
                distal = limit
                continue
        elif name in (joints.LIFT, *joints.WRIST):
            continue
        joint.set("type", "fixed")
        for mimic in joint.findall("mimic"):
            joint.remove(mimic)
    if distal is None:
        raise KinematicsError(f"'{urdf.name}' has no joint '{joints.ARM_SEGMENTS[-1]}'; expected a Stretch description")
    distal.set("upper", repr(extension_m))
    return ET.tostring(root, encoding="unicode")
