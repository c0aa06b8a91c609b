import pytest

from vinn_ros.stretch_bridge.outputs.joint_map import DEFAULT, KNOWN, JointMap
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE

VALUES = {joints.EXTENSION: 0.2, joints.LIFT: 0.6, joints.WRIST_YAW: 0.1, joints.BASE: 0.03, joints.FINGER_LEFT: 0.05}
MEASURED = {joints.EXTENSION: 0.19, joints.LIFT: 0.59, joints.WRIST_YAW: 0.1, joints.BASE: 1.5, joints.HEAD_PAN: 0.7}


def test_targets_are_absolute_and_in_the_controllers_order_and_names():
    names = JointMap([f"{joints.LIFT}=lift", joints.EXTENSION, f"{joints.BASE} = rail"])
    targets = names.targets(VALUES, MEASURED)
    assert names.theirs(targets) == pytest.approx({"lift": 0.6, joints.EXTENSION: 0.2, "rail": 1.53})
    assert list(names.theirs(targets)) == ["lift", joints.EXTENSION, "rail"]


def test_the_arm_may_be_four_joints_and_both_fingers_follow_one():
    names = JointMap([*joints.ARM_SEGMENTS, joints.FINGER_LEFT, joints.FINGER_RIGHT])
    targets = names.targets({**VALUES, joints.BASE: 0.0}, MEASURED)
    assert targets == pytest.approx(
        dict.fromkeys(joints.ARM_SEGMENTS, 0.05) | {joints.FINGER_LEFT: 0.05, joints.FINGER_RIGHT: 0.05}
    )


def test_a_joint_that_is_not_told_stays_where_it_is():
    targets = JointMap([joints.LIFT, joints.HEAD_PAN]).targets({joints.LIFT: 0.6}, MEASURED)
    assert targets == {joints.LIFT: 0.6, joints.HEAD_PAN: 0.7}


def test_joint_states_come_by_our_names():
    names = JointMap([f"{joints.LIFT}=lift"])
    assert names.ours(["wheel", "lift"]) == ["wheel", joints.LIFT]


def test_the_default_is_known():
    assert set(DEFAULT) <= set(KNOWN)
    assert JointMap(DEFAULT)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], "is empty"),
        (["elbow"], "'elbow'; expected NAME"),
        (["joint_lift="], "'joint_lift='"),
        (["joint_lift", "joint_lift=other"], "each once"),
        (["joint_lift=a", "wrist_extension=a"], "each once"),
        (["wrist_extension", "joint_arm_l0"], "the one or the other"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused(entries, words):
    with pytest.raises(InvalidInput, match=words):
        JointMap(entries)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({joints.BASE: 0.02}, "drives the base by 0.020 m, and trajectory_joints has no 'translate_mobile_base'"),
        ({joints.BASE: 0.0, BASE_ROTATE: 0.1}, "turns the base"),
    ],
)
def test_a_motion_that_the_controller_cannot_make_is_refused(changes, words):
    with pytest.raises(InvalidInput, match=words):
        JointMap([joints.LIFT]).targets({**VALUES, **changes}, MEASURED)


def test_what_joint_states_lack_is_named_as_the_robot_names_it():
    names = JointMap([f"{joints.LIFT}=lift", joints.EXTENSION, f"{joints.BASE}=rail"])
    assert names.missing({joints.LIFT: 0.6, **dict.fromkeys(joints.ARM_SEGMENTS, 0.05)}) == ["rail"]
    assert names.missing({}) == ["lift", joints.EXTENSION, "rail"]


def test_a_base_whose_place_is_not_known_is_not_sent_anywhere():
    with pytest.raises(InvalidInput, match="no trajectory without the position of 'rail'"):
        JointMap([f"{joints.BASE}=rail"]).targets(VALUES, {})
