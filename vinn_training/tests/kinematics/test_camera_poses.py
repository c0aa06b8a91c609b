from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_poses import camera_poses_in_base, load_robot, moving_joints
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, RobotDescription

NAMES = (joints.LIFT, joints.EXTENSION, *joints.WRIST)


@pytest.fixture(scope="module")
def robot():
    return load_robot(RobotDescription.from_package(DEFAULT_DESCRIPTION))


def test_poses_are_those_of_the_simulators_camera(robot):
    """MuJoCo's own kinematics of the same description: another program, another parser."""
    pytest.importorskip("mujoco", reason="mujoco is not installed")
    from vinn_training.sim.camera import CameraConfig
    from vinn_training.sim.scene import training_scene
    from vinn_training.sim.stretch_sim import StretchSim

    rng = np.random.default_rng(1)
    rows, true_m, true_rotations = [], [], []
    with StretchSim(training_scene(0), CameraConfig(width_px=16, height_px=16)) as sim:
        for _ in range(5):
            lift, arm, yaw, pitch, roll = rng.uniform([0.2, 0, -1.7, -1.5, -3], [1.1, 0.5, 3.9, 0.5, 3])
            positions = {joints.LIFT: lift, **dict.fromkeys(joints.ARM_SEGMENTS, arm / 4)}
            positions |= dict(zip(joints.WRIST, (yaw, pitch, roll), strict=True))
            sim.show(positions, 0.0, 0.0)
            rows.append([lift, arm, yaw, pitch, roll])
            position, rotation = sim.wrist_camera_pose()
            true_m.append(position)
            true_rotations.append(rotation)
    origins, rotations = camera_poses_in_base(robot, NAMES, np.array(rows))
    # The world's origin is elsewhere, but its axes are base_link's.
    # The description's right angles are rounded to 4e-6 rad, and only one of the two mounts takes them from it.
    np.testing.assert_allclose(np.diff(origins, axis=0), np.diff(true_m, axis=0), atol=1e-5)
    np.testing.assert_allclose(rotations, true_rotations, atol=2e-5)


def test_joint_order_does_not_matter_and_segments_make_the_extension(robot):
    row = dict(zip(NAMES, (0.6, 0.2, 0.1, -0.1, 0.3), strict=True))
    expected = camera_poses_in_base(robot, NAMES, np.array([list(row.values())]))
    split = {**{name: row[name] for name in reversed(NAMES) if name != joints.EXTENSION}}
    split |= dict.fromkeys(joints.ARM_SEGMENTS, 0.05)
    found = camera_poses_in_base(robot, tuple(split), np.array([list(split.values())]))
    np.testing.assert_allclose(found[0], expected[0], atol=1e-12)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-12)
    assert set(moving_joints(robot)) == set(NAMES)


def test_newer_grippers_carry_the_camera_on_their_own_body():
    robot = load_robot(RobotDescription.from_package("SE3/eoa_wrist_dw3_tool_sg3"))
    origins, _ = camera_poses_in_base(robot, NAMES, np.array([[0.6, 0.2, 0, 0, 0], [0.7, 0.2, 0, 0, 0]]))
    np.testing.assert_allclose(origins[1] - origins[0], [0, 0, 0.1], atol=1e-3)


def test_mistakes_are_named(robot, tmp_path: Path):
    with pytest.raises(KinematicsError, match="joint_wrist_yaw"):
        camera_poses_in_base(robot, NAMES[:2], np.zeros((1, 2)))
    with pytest.raises(KinematicsError, match="nan"):
        camera_poses_in_base(robot, NAMES, np.full((1, 5), np.nan))
    with pytest.raises(InvalidInput, match=r"shape \(5,\); expected \(N, 5\)"):
        camera_poses_in_base(robot, NAMES, np.zeros(5))
    for name, content in (("a.urdf", "no xml"), ("b.urdf", "<robot name='x'><link name='y'/></robot>")):
        (tmp_path / name).write_text(content)
        with pytest.raises(KinematicsError, match=name):
            load_robot(RobotDescription.from_file(tmp_path / name))
        with pytest.raises(KinematicsError, match=name):
            load_robot(RobotDescription.from_file(tmp_path / name), "link_straight_gripper")
    with pytest.raises(KinematicsError, match="absent"):
        load_robot(RobotDescription.from_file(tmp_path / "absent.urdf"))
