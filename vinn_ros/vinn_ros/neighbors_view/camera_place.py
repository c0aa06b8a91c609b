"""Where the wrist camera is in base_link, by the bridge's own parameters and the robot's joint states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_ros.parameters import Values
from vinn_ros.stretch_bridge.description import choose
from vinn_ros.stretch_bridge.kinematics_settings import controller_config
from vinn_training.exceptions import MissingDependency

if TYPE_CHECKING:
    from vinn_training.kinematics.robot_model import RobotModel


class CameraPose(NamedTuple):
    """A pose of the camera's optical frame.

    Attributes:
        position_m: (3,) float64, its origin.
        rotation: (3, 3) float64, from the optical frame.
    """

    position_m: NDArray[np.float64]
    rotation: NDArray[np.float64]

    @property
    def quaternion_xyzw(self) -> tuple[float, float, float, float]:
        """The rotation as x, y, z, w."""
        import pinocchio as pin

        x, y, z, w = (float(value) for value in pin.Quaternion(self.rotation).coeffs())
        return x, y, z, w


class CameraPlace:
    """The robot with its camera, as the bridge has it.

    Args:
        values: The bridge's parameters of its kinematics.
        published_xml: What is published on /robot_description, or None.

    Attributes:
        parent_link: Link that carries the camera.
        mount: Pose of the camera in that link.
        links: Names of all links of the description.

    Raises:
        InvalidInput: If the parameters do not fit together.
        KinematicsError: If the description cannot be used.
        MissingDependency: If Pinocchio, or the package with the descriptions, is needed and not installed.
    """

    def __init__(self, values: Values, published_xml: str | None) -> None:
        try:
            from vinn_training.kinematics.robot_model import RobotModel
            from vinn_training.kinematics.urdf_chain import parse_urdf
        except ImportError as error:
            raise MissingDependency(
                f"the camera's place needs kinematics, and {error}; install it with: "
                "pip install 'vinn_training[kinematics]'"
            ) from error
        config = controller_config(values, choose(values, published_xml).urdf_xml)
        description = replace(config.robot_description(), mesh_folders=())
        self._robot: RobotModel = RobotModel(description, config.camera_mount, config.grasp_link)
        self.parent_link = config.camera_mount.parent_link
        self.mount = CameraPose(config.camera_mount.position_m, config.camera_mount.rotation_optical_to_parent)
        root = parse_urdf(description.xml, description.name)
        self.links = frozenset(link.get("name", "") for link in root.findall("link"))

    def pose_in_base(self, joint_positions: Mapping[str, float]) -> CameraPose:
        """Return the camera's pose in base_link.

        Args:
            joint_positions: Joint states by the driver's names, metres and radians.

        Raises:
            KinematicsError: If a joint that moves the camera is missing or not finite.
        """
        # base_link moves with the base, so in it the base's own motion is none.
        pose = self._robot.camera_pose(self._robot.configuration(joint_positions, 0.0))
        return CameraPose(np.array(pose.translation), np.array(pose.rotation))
