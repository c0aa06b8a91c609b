import math
import re

import pytest

from vinn_ros.stretch_bridge.outputs.goal_plan import GoalPacer, GoalPlan, Offer, end_problem
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE, LAYOUTS, layout

TOOL = "tool_stretch_dex_wrist"
VALUES = {
    joints.EXTENSION: 0.2,
    joints.LIFT: 0.6,
    joints.WRIST_YAW: 0.1,
    joints.WRIST_PITCH: -0.2,
    joints.WRIST_ROLL: 0.3,
    joints.HEAD_PAN: 0.7,
    joints.HEAD_TILT: -0.8,
    joints.FINGER_LEFT: 0.05,
    joints.BASE: 0.01,
    BASE_ROTATE: 0.0,
}
ARM = (joints.EXTENSION, joints.LIFT, joints.WRIST_YAW, joints.WRIST_PITCH, joints.WRIST_ROLL)
#: Of action_msgs/GoalStatus and of the action's result.
SUCCEEDED, CANCELED, ABORTED = 4, 5, 6
INVALID_GOAL, PATH_TOLERANCE_VIOLATED = -1, -4


def test_a_goal_has_the_arm_the_changed_gripper_and_the_base_that_moves():
    goal = GoalPlan().joints(VALUES, TOOL, VALUES)
    assert goal == {name: VALUES[name] for name in (*ARM, joints.FINGER_LEFT, joints.BASE)}


@pytest.mark.parametrize("increment_m", [0.0, 1e-9, 1e-6, -1e-6])
def test_a_base_that_stands_is_left_out_for_the_driver_fails_on_it(increment_m):
    assert joints.BASE not in GoalPlan().joints({**VALUES, joints.BASE: increment_m}, TOOL, VALUES)


def test_the_gripper_is_sent_when_it_is_told_something_new():
    plan = GoalPlan()
    plan.sent(plan.joints(VALUES, TOOL, VALUES))
    again = plan.joints(VALUES, TOOL, VALUES)
    assert tuple(again) == (*ARM, joints.BASE)
    plan.sent(again)
    assert plan.joints({**VALUES, joints.FINGER_LEFT: -0.3}, TOOL, VALUES)[joints.FINGER_LEFT] == -0.3
    assert joints.FINGER_LEFT not in plan.joints(VALUES, TOOL, VALUES)  # asked for, and not sent
    plan.forget()  # a stop has stopped the gripper too
    assert plan.joints(VALUES, TOOL, VALUES)[joints.FINGER_LEFT] == 0.05


def test_the_head_is_sent_where_it_is_to_go_somewhere():
    looking_away = {**VALUES, joints.HEAD_PAN: -0.5}
    goal = GoalPlan().joints(VALUES, TOOL, looking_away)
    assert goal[joints.HEAD_PAN] == 0.7
    assert joints.HEAD_TILT not in goal


@pytest.mark.parametrize("tool", LAYOUTS)
def test_a_goal_names_no_joint_that_the_tool_lacks(tool):
    assert set(GoalPlan().joints(VALUES, tool, VALUES)) <= set(layout(tool))


@pytest.mark.parametrize(
    ("changes", "tool"),
    [({joints.LIFT: math.nan}, TOOL), ({BASE_ROTATE: 0.1}, TOOL), ({}, "tool_hook"), ({}, None)],
)
def test_what_the_driver_would_refuse_is_not_sent(changes, tool):
    with pytest.raises(InvalidInput):
        GoalPlan().joints({**VALUES, **changes}, tool, VALUES)


def test_goals_keep_the_drivers_distance_and_the_newest_wins():
    pacer = GoalPacer()
    first, second, third = (Offer({joints.LIFT: lift}, TOOL) for lift in (0.5, 0.6, 0.7))
    pacer.offer(first)
    assert pacer.due(10.0) is first
    pacer.offer(second)
    assert pacer.due(10.19) is None  # the driver refuses it within 0.2 s
    pacer.offer(third)
    assert pacer.due(10.3) is third
    assert pacer.due(20.0) is None


def test_a_stop_drops_what_waits():
    pacer = GoalPacer()
    pacer.offer(Offer({}, TOOL))
    pacer.clear()
    assert pacer.due(100.0) is None


def test_a_reached_goal_and_a_finger_that_holds_something_are_no_problem():
    assert end_problem(SUCCEEDED, 0, "", VALUES) is None
    assert end_problem(ABORTED, PATH_TOLERANCE_VIOLATED, "timeout", {joints.FINGER_LEFT: 0.0}) is None


@pytest.mark.parametrize(
    ("status", "code", "text", "words"),
    [
        (ABORTED, 0, "", "for another's"),
        (CANCELED, 0, "", "somebody cancelled"),
        (ABORTED, INVALID_GOAL, "Cannot execute goals while in mode=homing", "error -1.*mode=homing"),
        (ABORTED, PATH_TOLERANCE_VIOLATED, "", "error -4.*no reason given"),
    ],
)
def test_a_goal_that_came_to_nothing_is_told(status, code, text, words):
    assert re.search(words, end_problem(status, code, text, {joints.LIFT: 0.5}))
