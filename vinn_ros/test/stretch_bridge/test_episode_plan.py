import math

import pytest
from fake_robot import FakeRobot

from vinn_ros.stretch_bridge.episode_plan import EpisodeRequest, plan_episode
from vinn_ros.stretch_bridge.episode_settings import EpisodeSettings
from vinn_ros.stretch_bridge.start_pose import StartPlace, StartPose, draw_offset_m
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints

SETTINGS = EpisodeSettings(
    start_pose=StartPose({joints.LIFT: 0.6, joints.WRIST_YAW: 0.0}),
    offset_m=0.05, reach_m=0.3, max_steps=60, max_time_s=180.0, max_hold_s=10.0,
)  # fmt: skip


def a_plan(robot=None, place=None, **request):
    return plan_episode(EpisodeRequest(**request), SETTINGS, place or StartPlace(0.3), robot or FakeRobot())


def test_what_a_goal_leaves_out_is_the_parameters():
    limits = a_plan().limits
    assert (limits.max_steps, limits.max_time_s, limits.max_hold_s) == (60, 180.0, 10.0)
    limits = a_plan(max_steps=5, max_time_s=7.0).limits
    assert (limits.max_steps, limits.max_time_s) == (5, 7.0)


def test_the_offset_is_drawn_from_the_goals_range_or_the_parameters():
    assert a_plan(seed=3).offset_m == draw_offset_m(0.05, 3)
    assert a_plan(seed=3, lateral_offset_range_m=0.1).offset_m == draw_offset_m(0.1, 3)
    assert a_plan(seed=3, lateral_offset_range_m=0.0).offset_m == 0.0
    assert a_plan(seed=3).offset_m != a_plan(seed=4).offset_m


def test_the_base_goes_to_the_place_and_the_offset_wherever_it_stands():
    robot, place = FakeRobot(), StartPlace(0.3)
    offset_m = draw_offset_m(0.05, 1)
    for robot.base_position_m in (1.0, 1.2, 0.9):
        plan = a_plan(robot, place, seed=1)
        assert plan.stages[-1] == {joints.LIFT: 0.6, joints.WRIST_YAW: 0.0, joints.BASE: pytest.approx(1.0 + offset_m)}


def test_without_a_start_pose_nothing_is_drawn_and_nothing_needs_to_be_known():
    robot = FakeRobot()
    robot.joint_positions = {}
    plan = a_plan(robot, go_to_start_pose=False, seed=3)
    assert (plan.stages, plan.offset_m) == (None, 0.0)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"lateral_offset_range_m": 5.0}, "lateral_offset_range_m is 5"),
        ({"lateral_offset_range_m": math.nan}, "lateral_offset_range_m is nan"),
        ({"max_time_s": -1.0}, "max_time_s is -1"),
        ({"max_time_s": math.inf}, "max_time_s is inf"),
    ],
)
def test_goals_that_make_no_sense_are_refused(request_, message):
    with pytest.raises(InvalidInput, match=message):
        a_plan(**request_)


def test_a_robot_that_nobody_heard_of_is_not_sent_anywhere():
    robot = FakeRobot()
    robot.joint_positions = {}
    with pytest.raises(InvalidInput, match="joints are not known"):
        a_plan(robot)


def test_an_extension_that_only_the_segments_say_is_known():
    robot = FakeRobot()
    del robot.joint_positions[joints.EXTENSION]
    robot.joint_positions.update(dict.fromkeys(joints.ARM_SEGMENTS, 0.05))
    assert a_plan(robot).stages is not None
