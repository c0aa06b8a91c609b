import math

import numpy as np
import pinocchio as pin
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.camera_mount import PAPER_TILT_RAD, CameraMount
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, description_path
from vinn_training.kinematics.robot_model import RobotModel

PARALLEL_TO_ARM = 0.0
PARALLEL_TO_BASE = math.pi / 2


def camera_axes_in_base(mount: CameraMount, wrist_yaw_rad: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    robot = RobotModel(description_path(DEFAULT_DESCRIPTION), mount)
    q = np.array([0.0, 0.6, 0.2, wrist_yaw_rad, 0.0, 0.0])
    right, down, forward = robot.camera_pose(q).rotation.T
    return right, down, forward


def test_untilted_camera_at_wrist_zero_looks_along_the_arm():
    right, down, forward = camera_axes_in_base(CameraMount.tilted_down(tilt_rad=0.0), PARALLEL_TO_ARM)
    np.testing.assert_allclose(forward, [0, -1, 0], atol=1e-4)  # the arm extends along -y
    np.testing.assert_allclose(right, [-1, 0, 0], atol=1e-4)  # the base drives backwards to go right
    np.testing.assert_allclose(down, [0, 0, -1], atol=1e-4)


def test_untilted_camera_at_a_quarter_turn_looks_along_the_base():
    right, down, forward = camera_axes_in_base(CameraMount.tilted_down(tilt_rad=0.0), PARALLEL_TO_BASE)
    np.testing.assert_allclose(forward, [1, 0, 0], atol=1e-4)
    np.testing.assert_allclose(right, [0, -1, 0], atol=1e-4)  # the arm extends to go right
    np.testing.assert_allclose(down, [0, 0, -1], atol=1e-4)


def test_tilt_lowers_the_view_towards_the_fingertips():
    right, down, forward = camera_axes_in_base(CameraMount.tilted_down(), PARALLEL_TO_ARM)
    cos, sin = math.cos(PAPER_TILT_RAD), math.sin(PAPER_TILT_RAD)
    np.testing.assert_allclose(forward, [0, -cos, -sin], atol=1e-4)
    np.testing.assert_allclose(down, [0, sin, -cos], atol=1e-4)
    np.testing.assert_allclose(right, [-1, 0, 0], atol=1e-4)


def test_camera_is_above_and_before_the_gripper_body():
    robot = RobotModel(description_path(DEFAULT_DESCRIPTION), CameraMount.tilted_down())
    at_gripper = RobotModel(
        description_path(DEFAULT_DESCRIPTION), CameraMount.tilted_down(height_m=0.0, along_fingers_m=0.0)
    )
    q = np.array([0.0, 0.6, 0.2, 0.0, 0.0, 0.0])
    offset = robot.camera_pose(q).translation - at_gripper.camera_pose(q).translation
    np.testing.assert_allclose(offset, [0.0, -0.05, 0.11], atol=1e-5)


def test_arrays_are_copied_and_locked():
    position = np.array([0.0, 0.1, 0.2])
    mount = CameraMount("link", position, np.eye(3))
    position[0] = 9.0
    assert mount.position_m[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        mount.position_m[0] = 1.0


@pytest.mark.parametrize(
    ("link", "position", "rotation", "message"),
    [
        ("", np.zeros(3), np.eye(3), "parent_link is empty"),
        ("link", np.zeros(2), np.eye(3), "three finite metres"),
        ("link", np.array([0.0, np.nan, 0.0]), np.eye(3), "three finite metres"),
        ("link", np.zeros(3), np.diag([1.0, 1.0, -1.0]), "rotation matrix"),
        ("link", np.zeros(3), 2 * np.eye(3), "rotation matrix"),
        ("link", np.zeros(3), np.full((3, 3), np.nan), "rotation matrix"),
    ],
)
def test_bad_mount_is_refused(link, position, rotation, message):
    with pytest.raises(InvalidInput, match=message):
        CameraMount(link, position, rotation)


@pytest.mark.parametrize("tilt_rad", [math.nan, math.inf, math.pi / 2])
def test_bad_tilt_is_refused(tilt_rad):
    with pytest.raises(InvalidInput, match="90 degrees"):
        CameraMount.tilted_down(tilt_rad=tilt_rad)


def test_measured_rotation_is_the_quaternions():
    """A quarter turn about z: the optical x axis is the link's y."""
    half = math.sqrt(0.5)
    mount = CameraMount.measured("link", (0.1, 0.2, 0.3), (0.0, 0.0, half, half))
    np.testing.assert_allclose(mount.rotation_optical_to_parent, [[0, -1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-12)
    np.testing.assert_allclose(mount.position_m, [0.1, 0.2, 0.3])


def test_measured_rotation_agrees_with_pinocchio():
    quaternion = np.random.default_rng(0).normal(size=4)
    quaternion /= np.linalg.norm(quaternion)
    mount = CameraMount.measured("link", np.zeros(3), np.round(quaternion, 3))
    expected = pin.Quaternion(quaternion).toRotationMatrix()  # x, y, z, w, too
    np.testing.assert_allclose(mount.rotation_optical_to_parent, expected, atol=5e-3)


@pytest.mark.parametrize("quaternion", [(0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 2), (math.nan, 0, 0, 1)])
def test_quaternion_that_is_none_is_refused(quaternion):
    with pytest.raises(InvalidInput, match="expected x, y, z, w of length 1"):
        CameraMount.measured("link", np.zeros(3), quaternion)


def test_equal_mounts_are_equal():
    assert CameraMount.tilted_down() == CameraMount.tilted_down()
    assert hash(CameraMount.tilted_down()) == hash(CameraMount.tilted_down())
    assert CameraMount.tilted_down() != CameraMount.tilted_down(tilt_rad=0.1)
