import math

import numpy as np
import pytest

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics.camera_mount import GRIPPER_LINK, CameraMount
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, RobotDescription, description_names
from vinn_training.kinematics.tool_mount import driver_tools, mount_on, tool_links

TILT = math.radians(20.0)


def test_on_the_dex_wrist_it_is_the_papers_mount():
    mount, known = mount_on(RobotDescription.from_package(DEFAULT_DESCRIPTION), GRIPPER_LINK), CameraMount.tilted_down()
    np.testing.assert_allclose(mount.rotation_optical_to_parent, known.rotation_optical_to_parent, atol=1e-4)
    np.testing.assert_allclose(mount.position_m, known.position_m, atol=1e-4)


@pytest.mark.parametrize("name", description_names())
@pytest.mark.parametrize(
    ("yaw", "right", "ahead"), [(0.0, (-1, 0, 0), (0, -1, 0)), (math.pi / 2, (0, -1, 0), (1, 0, 0))]
)
def test_camera_looks_along_the_fingers_and_down_on_every_tool(name, yaw, right, ahead, robots):
    """Hand-derived: with yaw 0 along the arm (-y), with a quarter turn along the base (+x); the tilt is downwards."""
    robot = robots(name)
    q = np.array([0.0, 0.5, 0.2, yaw, 0.0, 0.0][: len(robot.joint_names)])
    rotation = robot.camera_pose(q).rotation
    forward = math.cos(TILT) * np.array(ahead) - math.sin(TILT) * np.array([0.0, 0.0, 1.0])
    down = -math.sin(TILT) * np.array(ahead) - math.cos(TILT) * np.array([0.0, 0.0, 1.0])
    np.testing.assert_allclose(rotation, np.column_stack([right, down, forward]), atol=2e-3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("RE1V0/tool_stretch_dex_wrist", ("link_straight_gripper", "link_grasp_center")),
        ("SE3/eoa_wrist_dw3_tool_sg3", ("link_gripper_s3_body", "link_grasp_center")),
        ("RE2V0/tool_stretch_gripper", ("link_gripper", "link_grasp_center")),
        ("SE3/eoa_wrist_dw3_tool_nil", ("link_wrist_quick_connect", "link_wrist_quick_connect")),
        ("RE1V0/tool_none", ("link_wrist_yaw", "link_wrist_yaw")),
    ],
)
def test_tool_is_recognised_by_its_links(name, expected):
    assert tool_links(RobotDescription.from_package(name)) == expected


@pytest.mark.parametrize("name", description_names())
def test_drivers_name_of_the_tool_is_among_those_that_the_links_allow(name):
    tools = driver_tools(RobotDescription.from_package(name))
    assert name.partition("/")[2] in tools
    assert len(tools) == (2 if "sg3" in name else 1)


def test_unknown_tool_and_unknown_link_say_what_to_set():
    with pytest.raises(KinematicsError, match="set camera_link and grasp_link"):
        tool_links(RobotDescription.from_xml("<robot name='r'><link name='a'/></robot>"))
    with pytest.raises(KinematicsError, match=r"'nowhere'.*set camera_link"):
        mount_on(RobotDescription.from_package(DEFAULT_DESCRIPTION), "nowhere")
