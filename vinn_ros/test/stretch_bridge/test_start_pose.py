import math

import pytest

from vinn_ros.stretch_bridge.start_pose import Destination, StartPlace, StartPose, destination, draw_offset_m, stages
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints

HERE = {joints.EXTENSION: 0.30, joints.LIFT: 0.8, joints.WRIST_YAW: 0.0}


def a_pose(**others):
    return StartPose(
        {joints.EXTENSION: 0.1, joints.LIFT: 0.6, joints.WRIST_YAW: 0.0, joints.FINGER_LEFT: 0.2, **others}
    )


def test_the_gripper_opens_unless_the_pose_says_otherwise():
    pose = StartPose.from_lists([joints.LIFT], [0.7], 0.2)
    assert pose.positions == {joints.LIFT: 0.7, joints.FINGER_LEFT: 0.2}
    assert StartPose.from_lists([joints.FINGER_LEFT], [-0.1], 0.2).positions == {joints.FINGER_LEFT: -0.1}


@pytest.mark.parametrize(
    ("names", "positions", "message"),
    [
        ([joints.LIFT, joints.WRIST_YAW], [0.6], "2 joints and start_pose_positions has 1"),
        ([joints.LIFT, joints.LIFT], [0.6, 0.7], "twice"),
        (["joint_elbow"], [0.6], "'joint_elbow'; expected joints among"),
        ([joints.BASE], [0.6], joints.BASE),
        ([joints.LIFT], [math.nan], "nan"),
    ],
)
def test_poses_that_make_no_sense_are_refused(names, positions, message):
    with pytest.raises(InvalidInput, match=message):
        StartPose.from_lists(names, positions, 0.2)


def test_offsets_are_drawn_by_seed_and_fill_the_range_on_both_sides():
    offsets = [draw_offset_m(0.05, seed) for seed in range(2000)]
    assert offsets == [draw_offset_m(0.05, seed) for seed in range(2000)]
    assert all(abs(offset) <= 0.05 for offset in offsets)
    # Evenly: mean 0 and standard deviation range / sqrt(3), within 5 standard errors.
    assert abs(sum(offsets) / 2000) < 5 * 0.05 / math.sqrt(3 * 2000)
    assert math.sqrt(sum(o * o for o in offsets) / 2000) == pytest.approx(0.05 / math.sqrt(3), rel=0.05)
    assert draw_offset_m(0.0, 7) == 0.0


@pytest.mark.parametrize(("range_m", "seed"), [(-0.01, 0), (math.nan, 0), (math.inf, 0), (0.05, -1)])
def test_ranges_and_seeds_that_cannot_be_used_are_refused(range_m, seed):
    with pytest.raises(InvalidInput):
        draw_offset_m(range_m, seed)


def test_sideways_is_the_base_with_the_fingers_along_the_arm_and_the_arm_with_them_along_the_base():
    along_arm = destination(a_pose(), 0.03, 1.0, HERE)
    assert along_arm.base_m == pytest.approx(1.03)
    assert along_arm.positions[joints.EXTENSION] == 0.1
    along_base = destination(a_pose(**{joints.WRIST_YAW: 1.53}), 0.03, 1.0, HERE)
    assert along_base.base_m == 1.0
    assert along_base.positions[joints.EXTENSION] == pytest.approx(0.13)
    # A pose that leaves the yaw alone goes by the measured one, and one that leaves the arm alone moves it from there.
    unnamed = destination(StartPose({joints.LIFT: 0.6}), -0.02, 1.0, {**HERE, joints.WRIST_YAW: -1.57})
    assert unnamed.base_m == 1.0
    assert unnamed.positions[joints.EXTENSION] == pytest.approx(0.28)


def test_without_joint_states_the_arm_cannot_be_offset():
    with pytest.raises(InvalidInput, match="extension is not known"):
        destination(StartPose({joints.WRIST_YAW: 1.57}), 0.03, 0.0, {})


def test_the_gripper_lets_go_first_and_the_arm_is_in_while_anything_moves_sideways():
    goal = Destination(a_pose().positions, 0.4)
    assert stages(goal, HERE) == [
        {joints.FINGER_LEFT: 0.2},
        {joints.EXTENSION: 0.1},
        {joints.LIFT: 0.6, joints.WRIST_YAW: 0.0, joints.BASE: 0.4},
        {joints.EXTENSION: 0.1},
    ]
    arm_out_last = stages(goal, {**HERE, joints.EXTENSION: 0.02})
    assert [list(stage) for stage in arm_out_last] == [
        [joints.FINGER_LEFT],
        [joints.LIFT, joints.WRIST_YAW, joints.BASE],
        [joints.EXTENSION],
    ]


def test_an_arm_that_nobody_measured_is_not_sent_anywhere():
    with pytest.raises(InvalidInput, match="driver running"):
        stages(Destination(a_pose().positions, 0.0), {})
    assert stages(Destination({joints.LIFT: 0.5}, 0.0), {}) == [{joints.LIFT: 0.5, joints.BASE: 0.0}]


def test_the_place_is_where_the_base_first_stood_until_it_is_set_anew():
    place = StartPlace(reach_m=0.3)
    assert place.place_m(2.0) == 2.0
    assert place.place_m(2.25) == 2.0
    with pytest.raises(InvalidInput, match=r"\+0\.50 m .*set_start_place"):
        place.place_m(2.5)
    place.set_here(2.5)
    assert place.place_m(2.4) == 2.5
