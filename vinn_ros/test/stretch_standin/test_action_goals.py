import math

import pytest

from vinn_ros.stretch_standin.action_goals import (
    PATH_TOLERANCE_VIOLATED,
    ActionGoals,
    GoalEnd,
    read_goal,
)
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints

TOOL = "tool_stretch_gripper"


def test_a_second_goal_within_the_drivers_0_2_s_is_refused_while_the_first_is_active():
    goals = ActionGoals()
    assert goals.offer(10.0)
    run = goals.begin({joints.LIFT: 0.7}, 10.0)
    assert not goals.offer(10.19)
    assert goals.offer(10.21)
    assert goals.end(run, {joints.LIFT: 0.7}, 10.25, False).kind == "succeeded"
    assert goals.offer(10.26)  # nothing is active


def test_a_newer_goal_ends_the_one_before_without_a_word():
    goals = ActionGoals()
    first = goals.begin({joints.LIFT: 0.7}, 10.0)
    second = goals.begin({joints.LIFT: 0.8}, 11.0)
    here = {joints.LIFT: 0.6}
    assert goals.end(first, here, 11.0, False) == GoalEnd("aborted", 0, "")
    assert goals.end(second, here, 11.0, False) is None


def test_a_goal_is_reached_cancelled_or_given_up_after_ten_seconds():
    goals = ActionGoals()
    run = goals.begin({joints.LIFT: 0.7, joints.FINGER_LEFT: -0.3}, 10.0)
    held = {joints.LIFT: 0.699, joints.FINGER_LEFT: -0.1}  # fingers around something
    assert goals.end(run, held, 19.9, False) is None
    end = goals.end(run, held, 20.1, False)
    assert (end.kind, end.error_code) == ("aborted", PATH_TOLERANCE_VIOLATED)
    assert joints.FINGER_LEFT in end.text
    assert goals.end(run, held, 12.0, True).kind == "canceled"
    assert goals.end(run, {**held, joints.FINGER_LEFT: -0.29}, 12.0, False).kind == "succeeded"


@pytest.mark.parametrize(
    ("names", "points", "words"),
    [
        ([joints.LIFT], [], "1 joints and points of"),
        ([joints.LIFT], [[0.1], [0.2]], "points of"),
        ([joints.LIFT], [[0.1, 0.2]], "points of"),
        ([joints.WRIST_PITCH], [[0.1]], f"'{TOOL}' lacks"),
        ([joints.LIFT, joints.LIFT], [[0.1, 0.2]], "twice"),
        ([joints.BASE, "rotate_mobile_base"], [[0.1, 0.2]], "one of them"),
        ([joints.BASE], [[0.0]], "no increment of zero"),
        ([joints.LIFT], [[math.nan]], "finite"),
    ],
)
def test_a_goal_that_the_driver_would_refuse(names, points, words):
    with pytest.raises(InvalidInput, match=words):
        read_goal(names, points, TOOL)


def test_an_absolute_base_may_be_at_zero():
    assert read_goal([joints.BASE], [[0.0]], TOOL, increments=False) == {joints.BASE: 0.0}
