"""Bags as demonstrations, against the simulator's truth."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

from vinn_training.demonstrations import rosbag2
from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import InvalidDemonstration

PLAN = (
    {"joint_lift": 0.05},
    {"wrist_extension": -0.05, "translate_mobile_base": 0.06},
    {"joint_wrist_yaw": 0.4, "joint_wrist_pitch": -0.2},
    {"wrist_extension": 0.06, "translate_mobile_base": -0.04, "joint_gripper_finger_left": -0.25},
)


@pytest.fixture(scope="module")
def drive():
    """A simulated Stretch driven for 4 s: its states at 50 Hz, and the camera's true pose at 15 Hz."""
    pytest.importorskip("mujoco", reason="mujoco is not installed")
    from vinn_training.kinematics import joints
    from vinn_training.kinematics.driver_vector import encode
    from vinn_training.sim.camera import CameraConfig
    from vinn_training.sim.driver import StretchDriver
    from vinn_training.sim.scene import training_scene
    from vinn_training.sim.stretch_sim import StretchSim

    states, truth = [], []
    with StretchSim(training_scene(0), CameraConfig(width_px=32, height_px=32)) as sim:
        driver = StretchDriver(sim)
        driver.activate_streaming_position()
        for tick in range(400):
            if tick % 100 == 0:
                values = {**driver.joint_positions(), joints.BASE: 0.0, "rotate_mobile_base": 0.0}
                for name, change in PLAN[tick // 100].items():
                    values[name] += change
                assert driver.joint_pose_command(encode(driver.config.tool, values)).success
            driver.advance(0.01)
            if tick % 2 == 0:
                states.append((sim.time_s, driver.joint_positions(), driver.base_position_m()))
            if tick % 7 == 3:
                truth.append((sim.time_s, *sim.wrist_camera_pose()))
    return states, truth


def _record(bag, drive, with_joints=True):
    states, truth = drive
    for time_s, positions, base_m in states:
        if with_joints:
            bag.joints(time_s, positions)
        bag.odometry(time_s, (base_m, 0.0, 0.0))
    for index, (time_s, _, _) in enumerate(truth):
        bag.image(time_s, np.full((4, 4, 3), index, np.uint8))
    return bag


def _true_steps(truth):
    return np.array([R.T @ (later - now) for (_, now, R), (_, later, _) in pairwise(truth)])


def _steps(demonstration):
    return demonstration.directions * demonstration.lengths[:, None]


@pytest.mark.parametrize(("storage", "compression"), [("sqlite3", ""), ("mcap", ""), ("mcap", "storage")])
def test_joint_states_and_odometry_give_the_simulators_truth_within_a_millimetre(
    bag, drive, tmp_path, storage, compression
):
    path = _record(bag, drive).write(tmp_path / "drive", storage, compression)
    dataset = rosbag2.read(path, ReaderOptions(bag=BagOptions(rest_m=0.0)))
    (demonstration,) = dataset.demonstrations
    true = _true_steps(drive[1])
    assert len(demonstration) == len(true) + 1
    assert np.linalg.norm(true, axis=1).max() > 0.008  # it did move
    error_m = np.linalg.norm(_steps(demonstration)[:-1] - true, axis=1)
    assert error_m.max() < 5e-4
    # Over ten frames, centimetres of motion and a turning wrist.
    ahead = rosbag2.read(path, ReaderOptions(horizon=10)).demonstrations[0]
    poses = drive[1]
    far = np.array([R.T @ (poses[i + 10][1] - p) for i, (_, p, R) in enumerate(poses[:-10])])
    assert np.linalg.norm(far, axis=1).max() > 0.05
    assert np.linalg.norm(_steps(ahead)[: len(far)] - far, axis=1).max() < 1e-3
    from scipy.spatial.transform import Rotation

    turns = [Rotation.from_matrix(R.T @ poses[i + 10][2]).as_rotvec() for i, (_, _, R) in enumerate(poses[:-10])]
    assert np.abs(ahead.rotations_rad[: len(far)] - turns).max() < 2e-3
    assert np.abs(turns).max() > 0.1
    np.testing.assert_allclose(demonstration.times_s - demonstration.times_s[0], _times(drive), atol=1e-6)
    np.testing.assert_array_equal(demonstration.load_image(9)[0, 0], [9, 9, 9])
    assert demonstration.gripper[0] == pytest.approx(1.0, abs=0.02)
    assert demonstration.gripper[-1] < 0.3


def _times(drive):
    return np.array([time_s for time_s, _, _ in drive[1]]) - drive[1][0][0]


def test_transforms_give_the_truth_too_with_odometry_below_them(bag, drive, tmp_path):
    """A driver that broadcasts the arm but not the base, as the Stretch's does by default."""
    from scipy.spatial.transform import Rotation

    _record(bag, drive, with_joints=False)
    bases = {time_s: base_m for time_s, _, base_m in drive[0]}
    times = sorted(bases)
    for time_s, position, rotation in drive[1]:
        base = np.array([np.interp(time_s, times, [bases[t] for t in times]), 0.0, 0.0])
        turn = Rotation.from_matrix(rotation)
        # The camera sits 3 cm in front of the last moving link and is turned there.
        mount = Rotation.from_euler("x", 0.7)
        link = turn * mount.inv()
        bag.transform(time_s, "base_link", "wrist", position - base - link.apply([0, 0, 0.03]), link.as_quat())
    bag.transform(0.0, "wrist", "wrist_camera_optical_frame", (0, 0, 0.03), mount.as_quat(), static=True)
    dataset = open_dataset(bag.write(tmp_path / "drive"))
    (demonstration,) = dataset.demonstrations
    summary = dataset.meaning["bags"]["drive"]
    assert summary["poses"] == "odometry on /odom and transforms from base_link to wrist_camera_optical_frame"
    error_m = np.linalg.norm(_steps(demonstration)[:-1] - _true_steps(drive[1]), axis=1)
    assert error_m.max() <= 1e-3


def test_odometry_alone_gives_the_carriers_motion(bag, drive, tmp_path):
    dataset = open_dataset(_record(bag, drive, with_joints=False).write(tmp_path / "drive"))
    (demonstration,) = dataset.demonstrations
    times = [time_s for time_s, _, _ in drive[0]]
    way = np.interp([t for t, _, _ in drive[1]], times, [base_m for _, _, base_m in drive[0]])
    assert np.abs(_steps(demonstration)[:-1, 2] - np.diff(way)).max() <= 1e-3  # x of the base is forward, z of the lens
    assert "look along x of base_link" in " ".join(dataset.meaning["bags"]["drive"]["notes"])
    assert set(demonstration.gripper) == {1.0}
    assert "nothing says what the gripper does" in " ".join(dataset.meaning["bags"]["drive"]["notes"])


def test_known_motion_at_a_lower_rate_and_with_a_horizon(camera_path, tmp_path):
    path = camera_path.write(tmp_path / "walk")
    every = open_dataset(path)
    np.testing.assert_allclose(every.demonstrations[0].directions[:-1], [[1, 0, 0]] * 20, atol=1e-6)
    np.testing.assert_allclose(every.demonstrations[0].lengths[:-1], 0.01, atol=1e-6)
    np.testing.assert_array_equal(every.demonstrations[0].directions[-1], 0.0)  # nothing follows: at rest
    slow = open_dataset(path, ReaderOptions(rate_hz=5.0, horizon=2)).demonstrations[0]
    np.testing.assert_allclose(np.diff(slow.times_s), 0.2, atol=1e-6)
    np.testing.assert_allclose(slow.lengths, [*[0.04] * 9, 0.02, 0.0], atol=1e-6)
    json.dumps(every.meaning)


def test_images_in_a_gap_or_before_the_first_pose_are_left_out_and_counted(bag, tmp_path):
    for index in range(60):
        time_s = 0.25 + index * 0.05
        if not 1.3 < time_s < 2.1:
            bag.camera_pose(time_s, (time_s * 0.1, 0.0, 0.0))
    for index in range(31):
        bag.image(index * 0.1)
    dataset = open_dataset(bag.write(tmp_path / "gap"))
    (demonstration,) = dataset.demonstrations
    summary = dataset.meaning["bags"]["gap"]
    times = demonstration.times_s - 1_700_000_000
    assert not ((times > 1.35) & (times < 2.05)).any()
    assert times[0] == pytest.approx(0.3)
    assert summary["dropped"] == {
        "before or after all of /wrist_camera_pose": 3,
        "in a gap of /wrist_camera_pose over 0.2 s": 7,
    }
    assert summary["longest_gap_s"]["/wrist_camera_pose"] == pytest.approx(0.8)
    # The step over the gap is 0.8 s long: still a motion. One over a second is none.
    assert demonstration.lengths.max() == pytest.approx(0.08, abs=1e-4)


def test_a_frame_before_a_long_pause_of_the_camera_has_no_step(bag, tmp_path):
    for index in range(81):
        bag.camera_pose(index * 0.05, (index * 0.01, 0.0, 0.0))
    for time_s in [*np.arange(0.0, 1.0, 0.1), *np.arange(3.0, 4.0, 0.1)]:
        bag.image(float(time_s))
    dataset = open_dataset(bag.write(tmp_path / "pause"))
    assert dataset.demonstrations[0].lengths.max() == pytest.approx(0.02, abs=1e-5)
    assert dataset.meaning["bags"]["pause"]["dropped"] == {"before a gap in the images": 1}
    assert dataset.meaning["bags"]["pause"]["longest_gap_s"]["/image_raw"] == pytest.approx(2.1, abs=1e-3)


def test_without_stamps_the_times_of_receipt_count_and_it_is_said(bag, tmp_path):
    for index in range(21):
        bag.camera_pose(index * 0.1, (index * 0.01, 0.0, 0.0))
        bag.image(index * 0.1, stamped=False)
    dataset = open_dataset(bag.write(tmp_path / "bare"))
    assert "/image_raw has messages without a stamp" in " ".join(dataset.meaning["bags"]["bare"]["notes"])
    assert dataset.demonstrations[0].lengths[:-2] == pytest.approx(0.01, abs=1e-6)


def test_clocks_that_differ_are_named_and_the_receipt_helps(bag, tmp_path):
    for index in range(41):
        bag.camera_pose(index * 0.05, (index * 0.005, 0.0, 0.0))
    for index in range(21):
        bag.image(index * 0.1)
        topic, kind, received, message = bag.messages[-1]
        bag.messages[-1] = (topic, kind, received + 3_000_000_000, message)
    for index, (topic, kind, received, message) in enumerate(bag.messages):
        if topic == "/image_raw":
            message.header.stamp.sec += 1_000
            bag.messages[index] = (topic, kind, received - 3_000_000_000, message)
    path = bag.write(tmp_path / "clocks")
    with pytest.raises(InvalidDemonstration, match=r"no image lies between.*21 before or after"):
        open_dataset(path)
    dataset = rosbag2.read(path, ReaderOptions(bag=BagOptions(clock="receive")))
    assert dataset.demonstrations[0].lengths[:-2] == pytest.approx(0.01, abs=1e-6)


def test_images_are_read_from_several_threads_and_processes(camera_path, tmp_path):
    paths = [camera_path.write(tmp_path / f"walk_{index}", "mcap" if index % 2 else "sqlite3") for index in range(10)]
    demonstrations = [open_dataset(path).demonstrations[0] for path in paths]
    wanted = [(demonstration, index) for index in range(21) for demonstration in demonstrations]
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda job: int(job[0].load_image(job[1])[0, 0, 0]), wanted))
    assert values == [index * 10 for index in range(21) for _ in demonstrations]
    copy = pickle.loads(pickle.dumps(demonstrations[0]))
    assert copy.load_image(3)[0, 0, 0] == 30
