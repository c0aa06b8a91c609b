"""The pose's own states, with a plan that is a list of answers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from vinn_ros.stretch_bridge.commands import Move, Refusal
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_ros.stretch_bridge.pose_motion import PoseMotion
from vinn_training.contracts import JointTargets
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller_step import ControllerStep

CONFIG = BridgeConfig(command_period_s=0.1)
HERE = {joints.LIFT: 0.6, joints.EXTENSION: 0.1, joints.WRIST_YAW: 0.0}


class Plan:
    def __init__(self) -> None:
        self.goals = {joints.LIFT: 0.62}
        self.is_sent = False

    def advance(self, duration_s: float, joint_positions: Mapping[str, float], base_position_m: float):
        self.is_sent = True
        return ControllerStep(JointTargets(0.62, 0.1, 0, 0, 0, 0, 0.0), True, 0.0, (0, 0, 0), (0, 0, 0), (), "")


class Planner:
    def __init__(self) -> None:
        self.resets: list[float | None] = []

    def reset(self, joint_positions, base_position_m, gripper_rad=None) -> None:
        self.resets.append(gripper_rad)

    def plan_pose(self, targets, joint_positions, base_position_m, gripper_rad):
        if joints.LIFT not in targets:
            raise InvalidInput("no lift")
        return Plan()


@pytest.fixture
def watch() -> InputWatch:
    watch = InputWatch(MotionTolerances())
    watch.joint_states(HERE, 0.0)
    watch.odometry(0.0, 0.0, 0.0, 0.0)
    return watch


def test_reached_when_the_joints_are_there(watch):
    pose = PoseMotion(Planner(), watch)
    assert (pose.state, pose.problem) == ("none", "")
    assert pose.begin({joints.LIFT: 0.62}, False, None, 0.0) is None
    assert pose.is_going
    assert isinstance(pose.next(CONFIG, 0.0), Move)
    assert pose.next(CONFIG, 0.05) is None
    assert isinstance(pose.next(CONFIG, 0.1), Move)  # the last target is kept alive until it is reached
    watch.joint_states({**HERE, joints.LIFT: 0.619}, 0.15)
    assert pose.next(CONFIG, 0.15) is None
    assert pose.state == "reached"


def test_rest_short_of_it_is_a_failure_that_says_by_how_much(watch):
    pose = PoseMotion(Planner(), watch)
    pose.begin({joints.LIFT: 0.62}, False, None, 0.0)
    pose.next(CONFIG, 0.0)
    watch.joint_states(HERE, 0.6)
    refusal = pose.next(CONFIG, 0.6)
    assert isinstance(refusal, Refusal)
    assert "settled" in refusal.reason
    assert "joint_lift +0.020 short" in refusal.reason


def test_what_cannot_be_planned_changes_nothing(watch):
    planner = Planner()
    pose = PoseMotion(planner, watch)
    assert pose.begin({joints.EXTENSION: 0.2}, False, -0.2, 0.0) == "no lift"
    assert pose.state == "none"
    assert planner.resets == []
    assert pose.begin({joints.LIFT: 0.62}, True, -0.2, 0.0) is None
    assert planner.resets == [-0.2]


def test_only_a_pose_under_way_can_fail(watch):
    pose = PoseMotion(Planner(), watch)
    pose.fail("runstop")
    assert (pose.state, pose.problem) == ("none", "")
    pose.begin({joints.LIFT: 0.62}, False, None, 0.0)
    pose.fail("runstop")
    assert (pose.state, pose.problem) == ("failed", "runstop")


class BasePlan(Plan):
    def __init__(self) -> None:
        super().__init__()
        self.goals = {joints.BASE: 0.05}

    def advance(self, duration_s: float, joint_positions: Mapping[str, float], base_position_m: float):
        self.is_sent = True
        way_m = 0.05 - base_position_m
        return ControllerStep(JointTargets(0.6, 0.1, 0, 0, 0, 0, way_m), True, 0.0, (0, 0, 0), (0, 0, 0), (), "")


class BasePlanner(Planner):
    def plan_pose(self, targets, joint_positions, base_position_m, gripper_rad):
        return BasePlan()


def go_until_the_push(watch, pose):
    """The base makes a part of its way and stands; return when it is sent the rest."""
    assert pose.begin({joints.BASE: 0.05}, False, None, 0.0) is None
    base_m = 0.0
    for tick in range(100):
        now_s = 0.02 * tick
        base_m = min(0.03, base_m + 0.002)
        see(watch, base_m, now_s)
        command = pose.next(CONFIG, now_s)
        assert not isinstance(command, Refusal), command
        if base_m == 0.03 and isinstance(command, Move) and command.values[joints.BASE] == pytest.approx(0.02):
            return now_s
    raise AssertionError("no push")


def see(watch, base_m, now_s):
    watch.joint_states(HERE, now_s)
    watch.odometry(base_m, 0.0, 0.0, now_s)


def test_a_base_that_stands_short_of_the_pose_is_pushed_to_it(watch):
    pose = PoseMotion(BasePlanner(), watch)
    pushed_s = go_until_the_push(watch, pose)
    for tick in range(1, 40):  # it stood for longer than what counts as settled, and takes a while to answer
        see(watch, 0.03 if tick < 14 else 0.05, pushed_s + 0.02 * tick)
        assert not isinstance(pose.next(CONFIG, pushed_s + 0.02 * tick), Refusal)
    assert pose.state == "reached"


def test_a_base_that_does_not_answer_the_push_ends_the_pose(watch):
    pose = PoseMotion(BasePlanner(), watch)
    now_s = go_until_the_push(watch, pose)
    ends_s = now_s + 1.0
    command = None
    while not isinstance(command, Refusal) and now_s < ends_s:
        now_s += 0.02
        see(watch, 0.03, now_s)
        command = pose.next(CONFIG, now_s)
    assert isinstance(command, Refusal)
    assert "odometry shows no motion" in command.reason
