import numpy as np
import pinocchio as pin
import pytest

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_mount import GRIPPER_LINK, CameraMount
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, description_path
from vinn_training.kinematics.robot_model import RobotModel


@pytest.fixture(scope="module")
def robot() -> RobotModel:
    return RobotModel(description_path(DEFAULT_DESCRIPTION), CameraMount.tilted_down())


def test_one_degree_of_freedom_for_each_actuator(robot):
    assert robot.joint_names == (joints.BASE, joints.LIFT, joints.EXTENSION, *joints.WRIST)
    assert robot.model.nq == robot.model.nv == 6
    np.testing.assert_allclose(robot.model.upperPositionLimit[1:3], [1.1, 0.52])
    np.testing.assert_allclose(robot.model.lowerPositionLimit[1:3], [0.0, 0.0])


def test_same_gripper_pose_as_the_full_description_with_four_equal_segments(robot):
    """Independent oracle: the untouched URDF with wheels, head, fingers and four arm segments."""
    full = pin.buildModelFromUrdf(str(description_path(DEFAULT_DESCRIPTION)))
    data = full.createData()
    rng = np.random.default_rng(3)
    for _ in range(5):
        lift, arm = rng.uniform([0.0, 0.0], [1.1, 0.52])
        yaw, pitch, roll = rng.uniform([-1.7, -1.5, -3.0], [4.0, 0.5, 3.0])
        q = pin.neutral(full)
        values = {joints.LIFT: lift, **dict.fromkeys(joints.ARM_SEGMENTS, arm / 4)}
        values |= dict(zip(joints.WRIST, (yaw, pitch, roll), strict=True))
        for name, value in values.items():
            q[full.joints[full.getJointId(name)].idx_q] = value
        pin.framesForwardKinematics(full, data, q)
        grip = data.oMf[full.getFrameId(GRIPPER_LINK, pin.FrameType.BODY)]
        mount = CameraMount.tilted_down()
        expected = grip * pin.SE3(mount.rotation_optical_to_parent, mount.position_m)
        pose = robot.camera_pose(np.array([0.25, lift, arm, yaw, pitch, roll]))
        np.testing.assert_allclose(pose.rotation, expected.rotation, atol=1e-9)
        np.testing.assert_allclose(pose.translation, expected.translation + np.array([0.25, 0, 0]), atol=1e-9)


def test_configuration_reads_the_drivers_names_in_any_order(robot):
    positions = {
        "joint_wrist_roll": 0.3,
        "joint_head_pan": 9.0,
        "joint_lift": 0.6,
        "joint_wrist_pitch": 0.2,
        "joint_wrist_yaw": 0.1,
        "wrist_extension": 0.4,
    }
    np.testing.assert_allclose(robot.configuration(positions, -0.5), [-0.5, 0.6, 0.4, 0.1, 0.2, 0.3])


def test_missing_joint_is_named(robot):
    with pytest.raises(KinematicsError, match="joint_wrist_yaw"):
        robot.configuration({"joint_lift": 0.6, "wrist_extension": 0.1}, 0.0)


def test_base_position_must_be_a_number(robot):
    with pytest.raises(KinematicsError, match="translate_mobile_base"):
        robot.configuration({"joint_lift": 0.6, "wrist_extension": 0.1}, float("nan"))


@pytest.mark.parametrize("name", ["RE2V0/eoa_wrist_dw3_tool_sg3", "SE3/eoa_wrist_dw3_tool_sg3"])
def test_newer_robots_have_the_same_camera_axes(name, robot):
    newer = RobotModel(description_path(name), CameraMount.tilted_down(parent_link="link_gripper_s3_body"))
    np.testing.assert_allclose(
        newer.camera_pose(np.zeros(6)).rotation, robot.camera_pose(np.zeros(6)).rotation, atol=1e-3
    )


def test_missing_camera_link_lists_gripper_links():
    with pytest.raises(KinematicsError, match=r"link 'nowhere'.*link_straight_gripper"):
        RobotModel(description_path(DEFAULT_DESCRIPTION), CameraMount.tilted_down(parent_link="nowhere"))


@pytest.mark.parametrize("text", ["<robot", "<robot name='x'><link name='a'/></robot>"])
def test_bad_description_is_refused(tmp_path, text):
    path = tmp_path / "bad.urdf"
    path.write_text(text)
    with pytest.raises(KinematicsError, match=r"bad\.urdf"):
        RobotModel(path, CameraMount.tilted_down())


def test_missing_file_is_named(tmp_path):
    with pytest.raises(KinematicsError, match=r"gone\.urdf"):
        RobotModel(tmp_path / "gone.urdf", CameraMount.tilted_down())
