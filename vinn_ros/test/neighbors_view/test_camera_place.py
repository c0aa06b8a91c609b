from __future__ import annotations

import math

import numpy as np
import pytest

from vinn_ros.neighbors_view.camera_place import CameraPlace
from vinn_ros.stretch_bridge.kinematics_settings import KINEMATICS_PARAMETERS
from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics.descriptions import description_path

pytest.importorskip("pinocchio", reason="kinematics needs Pinocchio")

DEFAULTS = {spec.name: spec.default for spec in KINEMATICS_PARAMETERS}
JOINTS = {"joint_lift": 0.5, "wrist_extension": 0.1, "joint_wrist_yaw": 0.0, "joint_wrist_pitch": 0.0,
          "joint_wrist_roll": 0.0}  # fmt: skip


@pytest.fixture(scope="module")
def place():
    return CameraPlace(DEFAULTS, None)


def test_lift_and_arm_move_the_camera_up_and_to_the_robots_right(place):
    start = place.pose_in_base(JOINTS)
    raised = place.pose_in_base({**JOINTS, "joint_lift": 0.6})
    extended = place.pose_in_base({**JOINTS, "wrist_extension": 0.3})
    # The description's mast and arm are calibrated, so that they are off its axes by some hundredths.
    np.testing.assert_allclose(raised.position_m - start.position_m, [0, 0, 0.1], atol=0.005)
    np.testing.assert_allclose(extended.position_m - start.position_m, [0, -0.2, 0], atol=0.01)


def test_with_the_wrist_at_zero_it_looks_along_the_arm_and_down_by_its_tilt(place):
    tilt = DEFAULTS["camera_tilt_rad"]
    right, _, forward = place.pose_in_base(JOINTS).rotation.T
    np.testing.assert_allclose(right, [-1, 0, 0], atol=0.05)
    np.testing.assert_allclose(forward, [0, -math.cos(tilt), -math.sin(tilt)], atol=0.05)


def test_the_bridges_parameters_place_it(place):
    higher = CameraPlace({**DEFAULTS, "camera_height_m": DEFAULTS["camera_height_m"] + 0.09}, None)
    step = higher.pose_in_base(JOINTS).position_m - place.pose_in_base(JOINTS).position_m
    np.testing.assert_allclose(step, [0, 0, 0.09], atol=0.005)


def test_a_published_description_is_taken_before_the_nominal_one():
    xml = description_path("SE3/eoa_wrist_dw3_tool_sg3").read_text()
    assert CameraPlace(DEFAULTS, xml).parent_link == "link_gripper_s3_body"
    assert CameraPlace({**DEFAULTS, "use_robot_description": False}, xml).parent_link == "link_straight_gripper"
    with pytest.raises(KinematicsError, match="cannot read the robot description"):
        CameraPlace(DEFAULTS, "<robot")


def test_joint_states_that_lack_a_joint_are_named(place):
    with pytest.raises(KinematicsError, match="joint_wrist_yaw"):
        place.pose_in_base({"joint_lift": 0.5, "wrist_extension": 0.1})
