import numpy as np
import pytest

from vinn_training.demonstrations.bag_files import find_bags
from vinn_training.demonstrations.bag_messages import TYPES, Messages
from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.demonstrations.bag_poses import read_camera_poses
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.exceptions import InvalidDemonstration

CAMERA = "wrist_camera_optical_frame"
POSE = {
    "joint_lift": 0.6,
    "wrist_extension": 0.2,
    "joint_wrist_yaw": 0.3,
    "joint_wrist_pitch": -0.1,
    "joint_wrist_roll": 0.2,
}


def _poses(bag, path, times=(0.05, 0.15), **options):
    (files,) = find_bags(bag.write(path))
    messages = Messages(Bag(files, TYPES), "header")
    moments = np.array([bag.ns(time_s) for time_s in times])
    return read_camera_poses(messages, BagOptions(**options), moments, CAMERA), messages


def _everything(bag):
    for time_s in (0.0, 0.1, 0.2):
        bag.camera_pose(time_s, (time_s, 0, 0))
        bag.transform(time_s, "odom", CAMERA, (0, time_s, 0))
        bag.joints(time_s, POSE)
        bag.odometry(time_s, (0, 0, time_s))


def test_the_first_source_that_a_bag_has_is_taken_and_any_can_be_asked_for(bag, tmp_path):
    _everything(bag)
    for source, expected in (
        ("auto", [0.1, 0, 0]), ("topic", [0.1, 0, 0]), ("tf", [0, 0.1, 0]), ("joints", [0, 0, 0.1]),
        ("odometry", [0, 0, 0.1]),
    ):  # fmt: skip
        found, _ = _poses(bag, tmp_path / source, poses=source)
        np.testing.assert_allclose(np.diff(found.poses.positions_m, axis=0)[0], expected, atol=1e-9)
    found, _ = _poses(bag, tmp_path / "by_joints", poses="joints")
    assert "nominal description RE1V0/tool_stretch_dex_wrist" in found.source


def test_odometry_turns_the_camera_with_the_base(bag, tmp_path):
    """A base that turns by 90 degrees swings the camera on a quarter circle round it."""
    half = np.sqrt(0.5)
    for time_s, turn in ((0.0, (0, 0, 0, 1)), (0.1, (0, 0, half, half))):
        bag.joints(time_s, POSE)
        bag.odometry(time_s, (1.0, 0, 0), turn)
    found, _ = _poses(bag, tmp_path / "bag", times=(0.0, 0.1))
    first, second = found.poses.positions_m - [1.0, 0, 0]
    np.testing.assert_allclose(second, [-first[1], first[0], first[2]], atol=1e-9)
    turned = found.poses.rotations[1] @ found.poses.rotations[0].T
    np.testing.assert_allclose(turned, [[0, -1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-9)


def test_only_topics_that_say_they_are_the_cameras_poses_are_taken(bag, tmp_path):
    for time_s in (0.0, 0.2):
        bag.camera_pose(time_s, (time_s, 0, 0), topic="/goal_pose")
    with pytest.raises(InvalidDemonstration, match=r"whose name ends with camera_pose; the bag has none"):
        _poses(bag, tmp_path / "bag")
    found, _ = _poses(bag, tmp_path / "named", pose_topic="goal_pose")
    assert found.source == "poses on /goal_pose"


def test_without_odometry_the_base_is_taken_to_stand_still_and_it_is_said(bag, tmp_path):
    for time_s in (0.0, 0.1, 0.2):
        bag.joints(time_s, {**POSE, "joint_lift": 0.6 + time_s})
    found, messages = _poses(bag, tmp_path / "bag")
    np.testing.assert_allclose(np.diff(found.poses.positions_m, axis=0)[0], [0, 0, 0.1], atol=1e-6)
    assert "no odometry: the base is taken to stand still" in messages.notes


def test_the_recorded_description_is_used_and_a_useless_one_said(bag, tmp_path):
    from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, description_path

    for time_s in (0.0, 0.1, 0.2):
        bag.joints(time_s, POSE)
    bag.text(0.0, "/robot_description", description_path(DEFAULT_DESCRIPTION).read_text())
    found, _ = _poses(bag, tmp_path / "good")
    assert found.source.endswith("description on /robot_description")
    bag.messages[-1][3].data = "<robot/>"
    found, messages = _poses(bag, tmp_path / "bad")
    assert found.source.endswith("nominal description RE1V0/tool_stretch_dex_wrist")
    assert any("recorded robot description is not used" in note for note in messages.notes)
    with pytest.raises(InvalidDemonstration, match=r"joints: cannot read the robot description .*mine\.urdf"):
        _poses(bag, tmp_path / "mine", urdf=tmp_path / "mine.urdf")


def test_joint_states_of_another_robot_are_named(bag, tmp_path):
    bag.joints(0.0, {"elbow": 1.0})
    with pytest.raises(InvalidDemonstration, match=r"joints: joint states lack 'joint_lift'; received \['elbow'\]"):
        _poses(bag, tmp_path / "bag")
    for time_s in (0.0, 0.2):
        bag.joints(time_s, POSE, topic="/stretch/joint_states")
    found, _ = _poses(bag, tmp_path / "both", times=(0.1,))
    assert "joint states on /stretch/joint_states" in found.source


def test_a_tilted_camera_for_odometry_alone(bag, tmp_path):
    for time_s in (0.0, 0.2):
        bag.odometry(time_s, (time_s, 0, 0))
    found, _ = _poses(bag, tmp_path / "bag", camera_tilt_rad=np.pi / 6)
    motion = found.poses.rotations[0].T @ np.diff(found.poses.positions_m, axis=0)[0]
    # Looking down by 30 degrees, what is level ahead lies above the middle of the picture.
    np.testing.assert_allclose(motion, [0, -0.05, 0.1 * np.cos(np.pi / 6)], atol=1e-9)


def test_several_odometries_are_not_guessed_between(bag, tmp_path):
    for topic in ("/wheels", "/visual"):
        bag.odometry(0.0, (0, 0, 0), topic=topic)
    with pytest.raises(InvalidDemonstration, match="several topics of odometry: /visual, /wheels"):
        _poses(bag, tmp_path / "bag")
