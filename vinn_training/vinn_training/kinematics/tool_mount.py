"""The paper's camera mount on any tool of a Stretch, from the tool's own description."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pinocchio as pin

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics.camera_mount import PAPER_TILT_RAD, CameraMount, tilt_rotation
from vinn_training.kinematics.descriptions import RobotDescription
from vinn_training.kinematics.urdf_chain import camera_model, missing_parts, parse_urdf

# Columns: right, down and forward of an untilted camera in base_link, with the wrist at zero: it looks along the arm,
# which is -y, with z up, so right is forward x up = -y x z = -x.
_UNTILTED_OPTICAL_TO_BASE = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, -1.0, 0.0]])


class ToolLinks(NamedTuple):
    """Links of a tool.

    Attributes:
        camera_link: Link that can carry the wrist camera.
        grasp_link: Link at the point where the tool works.
    """

    camera_link: str
    grasp_link: str


#: The most distal first: what a description has of these is its tool.
_TOOLS = (
    ToolLinks("link_straight_gripper", "link_grasp_center"),
    ToolLinks("link_gripper_s3_body", "link_grasp_center"),
    ToolLinks("link_gripper", "link_grasp_center"),
    ToolLinks("link_DW3_tablet_12in", "link_DW3_tablet_12in"),
    ToolLinks("link_wrist_quick_connect", "link_wrist_quick_connect"),
    ToolLinks("link_wrist_yaw", "link_wrist_yaw"),
)

_DRIVER_TOOLS = {
    "link_straight_gripper": ("tool_stretch_dex_wrist",),
    "link_gripper_s3_body": ("eoa_wrist_dw3_tool_sg3", "eoa_wrist_dw3_tool_sg3_pro"),
    "link_gripper": ("tool_stretch_gripper",),
    "link_DW3_tablet_12in": ("eoa_wrist_dw3_tool_tablet_12in",),
    "link_wrist_quick_connect": ("eoa_wrist_dw3_tool_nil",),
    "link_wrist_yaw": ("tool_none",),
}


def tool_links(description: RobotDescription) -> ToolLinks:
    """Return the links of the tool that a description has; `RobotModel` tells where its grasp link is missing.

    Raises:
        KinematicsError: If it is not a URDF or has none of a Stretch's tools.
    """
    links = {link.get("name") for link in parse_urdf(description.xml, description.name).findall("link")}
    for tool in _TOOLS:
        if tool.camera_link in links:
            return tool
    raise KinematicsError(
        f"the robot description '{description.name}' has none of the tools {', '.join(t.camera_link for t in _TOOLS)}; "
        "set camera_link and grasp_link to links that it has"
    )


def driver_tools(description: RobotDescription) -> tuple[str, ...]:
    """Return the names by which the Stretch driver may know the tool that a description has; more where they differ
    in nothing that the description knows.

    Raises:
        KinematicsError: As for `tool_links`.
    """
    return _DRIVER_TOOLS[tool_links(description).camera_link]


def mount_on(
    description: RobotDescription,
    link: str,
    tilt_rad: float = PAPER_TILT_RAD,
    height_m: float = 0.11,
    along_fingers_m: float = 0.05,
) -> CameraMount:
    """Return the paper's kind of mount on any link of the wrist: above it, looking along the fingers, tilted down.

    The link's axes, which differ from tool to tool, are taken from the description with the wrist at zero.

    Args:
        description: The robot.
        link: Link that carries the camera.
        tilt_rad: Rotation about the camera's right axis; positive looks down, towards the fingertips.
        height_m: Distance above the link's origin.
        along_fingers_m: Distance from there along the fingers.

    Raises:
        KinematicsError: If the description cannot be used or lacks the link.
        InvalidInput: If a number is not finite or the tilt is 90 degrees or more.
    """
    root = parse_urdf(description.xml, description.name)
    missing = missing_parts(root, ((link, "the camera sits on it; set camera_link"),))
    if missing:
        raise KinematicsError(f"the robot description '{description.name}' lacks {'; '.join(missing)}")
    model = camera_model(root, description.name)
    data = model.createData()
    pin.framesForwardKinematics(model, data, pin.neutral(model))
    rotation_link_to_base = data.oMf[model.getFrameId(link, pin.FrameType.BODY)].rotation
    return CameraMount(
        parent_link=link,
        position_m=rotation_link_to_base.T @ np.array([0.0, -along_fingers_m, height_m]),
        rotation_optical_to_parent=rotation_link_to_base.T @ _UNTILTED_OPTICAL_TO_BASE @ tilt_rotation(tilt_rad),
    )
