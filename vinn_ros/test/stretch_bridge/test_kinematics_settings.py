import math

import numpy as np
import pytest

from vinn_ros.stretch_bridge.kinematics_settings import KINEMATICS_PARAMETERS, check_kinematics, controller_config
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.kinematics.descriptions import RobotDescription

DEFAULTS = {spec.name: spec.default for spec in KINEMATICS_PARAMETERS}
SG3 = "SE3/eoa_wrist_dw3_tool_sg3"


def test_defaults_are_the_papers_robot():
    config, expected = controller_config(DEFAULTS), CartesianControllerConfig()
    assert (config.description, config.workspace) == (expected.description, expected.workspace)
    assert config.camera_mount.parent_link == expected.camera_mount.parent_link
    np.testing.assert_allclose(config.camera_mount.position_m, expected.camera_mount.position_m, atol=1e-4)
    assert config.speeds() == expected.speeds()
    assert config.differences(expected) <= {"camera_mount", "joint_speeds"}


@pytest.mark.parametrize(
    ("name", "camera_link", "grasp_link"),
    [
        (SG3, "link_gripper_s3_body", "link_grasp_center"),
        ("RE2V0/tool_stretch_gripper", "link_gripper", "link_grasp_center"),
        ("SE3/eoa_wrist_dw3_tool_nil", "link_wrist_quick_connect", "link_wrist_quick_connect"),
    ],
)
def test_tool_comes_from_the_description_whatever_its_name(name, camera_link, grasp_link):
    config = controller_config(DEFAULTS | {"robot_description": name})
    assert (config.camera_mount.parent_link, config.grasp_link) == (camera_link, grasp_link)
    published = RobotDescription.from_package(name).xml
    config = controller_config(DEFAULTS, published)  # the default's name does not matter
    assert (config.camera_mount.parent_link, config.grasp_link) == (camera_link, grasp_link)


def test_links_that_are_named_are_taken():
    config = controller_config(DEFAULTS | {"camera_link": "link_wrist_roll", "grasp_link": "link_wrist_pitch"})
    assert (config.camera_mount.parent_link, config.grasp_link) == ("link_wrist_roll", "link_wrist_pitch")


def test_description_of_another_robot_is_refused_with_what_to_set():
    with pytest.raises(KinematicsError, match="set camera_link and grasp_link"):
        controller_config(DEFAULTS, "<robot name='arm'><link name='world'/></robot>")


def test_measured_camera_replaces_the_tilted_one():
    half = math.sqrt(0.5)
    measured = {
        "camera_mount": "measured",
        "camera_position_m": [0.01, 0.02, 0.03],
        "camera_quaternion_xyzw": [0.0, 0.0, half, half],
    }
    mount = controller_config(DEFAULTS | measured).camera_mount
    assert mount.parent_link == "link_straight_gripper"
    np.testing.assert_allclose(mount.position_m, [0.01, 0.02, 0.03])
    np.testing.assert_allclose(mount.rotation_optical_to_parent @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_speeds_steps_and_collision_reach_the_controller():
    change = {"max_speed_wrist": 1.5, "max_speed_arm": 0.1, "max_slide_step_m": 0.05, "max_wrist_step_rad": 0.2}
    change |= {"self_collision": False, "collision_margin_m": 0.02, "camera_radius_m": 0.0}
    config = controller_config(DEFAULTS | change)
    assert config.speeds()[joints.EXTENSION] == 0.1
    assert {config.speeds()[name] for name in joints.WRIST} == {1.5}
    assert (config.max_slide_step_m, config.max_wrist_step_rad) == (0.05, 0.2)
    assert (config.self_collision, config.collision_margin_m, config.camera_radius_m) == (False, 0.02, 0.0)


@pytest.mark.parametrize(
    "change",
    [
        {"gripper_open_rad": -0.5},
        {"workspace_lower_m": [2.0, -1.0, 0.0]},
        {"camera_mount": "measured", "camera_quaternion_xyzw": [0.0, 0.0, 0.0, 0.0]},
        {"camera_mount": "measured", "camera_quaternion_xyzw": [0.5, 0.0, 0.0, 0.5]},
    ],
)
def test_values_that_do_not_fit_together_are_refused_without_a_description(change):
    with pytest.raises(InvalidInput):
        check_kinematics(DEFAULTS | {"robot_description": "none at all"} | change)
