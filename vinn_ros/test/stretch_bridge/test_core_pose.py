"""Poses of the joints, in closed loop with the stand-in driver."""

from __future__ import annotations

import math

import numpy as np
import pytest
from world import World

from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_training.contracts import GripperState
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller import CartesianController
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.sim.kinematic_robot import KinematicRobot

TARGETS = {
    joints.LIFT: 0.75,
    joints.EXTENSION: 0.25,
    joints.WRIST_YAW: 0.6,
    joints.WRIST_PITCH: -0.2,
    joints.BASE: -0.12,
    joints.FINGER_LEFT: 0.2,
}


@pytest.fixture
def world(controller) -> World:
    world = World(controller, BridgeConfig(auto_resume=True)).activate()
    world.policy_alive = False
    return world.run(0.3)


def go(world: World, targets: dict[str, float], at_most_s: float = 20.0) -> World:
    assert world.core.begin_pose(targets, world.now_s) is None
    assert world.core.pose_state == "going"
    return until_it_ends(world, at_most_s)


def until_it_ends(world: World, at_most_s: float = 20.0) -> World:
    end_s = world.now_s + at_most_s
    while world.core.pose_state == "going" and world.now_s < end_s:
        world.run(0.02)
    return world


def test_pose_is_reached_without_a_policy_and_nothing_else_moves(world):
    assert world.core.pose_state == "none"
    start = world.position
    go(world, TARGETS)
    assert (world.core.pose_state, world.core.pose_problem) == ("reached", "")
    for name, value in TARGETS.items():
        assert world.position[name] == pytest.approx(value, abs=5e-3), name
    assert world.position[joints.WRIST_ROLL] == pytest.approx(start[joints.WRIST_ROLL], abs=1e-6)
    assert world.core.state == "holding"  # until an action comes
    assert not world.commanded_stops


def test_base_goes_its_way_from_where_it_is(world):
    for _ in range(2):
        go(world, {joints.BASE: 0.1})
    assert world.position[joints.BASE] == pytest.approx(0.2, abs=6e-3)


def test_every_step_is_small_and_no_faster_than_the_joints_may_be(world):
    go(world, TARGETS)
    speeds = {joints.LIFT: 0.15, joints.EXTENSION: 0.2, joints.WRIST_YAW: 2.0, joints.WRIST_PITCH: 2.0}
    for (before_s, before), (after_s, after) in zip(world.moves, world.moves[1:], strict=False):
        for name, speed in speeds.items():
            assert abs(after.values[name] - before.values[name]) <= 0.5 * speed * (after_s - before_s) + 1e-6
    assert max(abs(move.values[joints.BASE]) for _, move in world.moves) < 0.05


def test_the_policy_starts_anew_from_the_pose(world):
    go(world, {joints.WRIST_YAW: math.pi / 2, joints.EXTENSION: 0.2})
    world.policy_alive, world.translation = True, np.array([0.0, 0.0, 0.5])
    world.run(2.0)
    assert world.core.reason == ""
    # The fingers point along the base now: forward is the base's way, and the orientation of before is not sought.
    assert world.position[joints.BASE] > 0.02
    assert world.position[joints.WRIST_YAW] == pytest.approx(math.pi / 2, abs=0.02)


def test_actions_wait_for_the_pose_and_their_ages_do_not_matter(world):
    world.policy_alive = True
    world.run(0.3)
    assert world.core.begin_pose({joints.LIFT: 0.7}, world.now_s) is None  # in the middle of a step
    assert world.core.reason == ""
    world.run(0.4)
    world.policy_alive = False
    until_it_ends(world)
    assert world.core.pose_state == "reached"
    assert world.position[joints.LIFT] == pytest.approx(0.7, abs=5e-3)


@pytest.mark.parametrize(
    ("targets", "reason"),
    [
        ({}, "names no joint"),
        ({"joint_elbow": 0.1}, "joint_elbow"),
        ({joints.HEAD_PAN: 0.1}, "expected some of"),
        ({joints.LIFT: math.nan}, "finite"),
        ({joints.LIFT: 1.5}, "'joint_lift'; expected 0 to 1.1"),
        ({joints.FINGER_LEFT: 0.9}, "expected -0.6 to 0.6"),
        ({joints.LIFT: 0.0, joints.WRIST_PITCH: -1.4}, "would"),  # the fingers meet the floor
        ({joints.WRIST_YAW: 3.6, joints.EXTENSION: 0.0}, "would"),
        ({joints.BASE: 3.0}, "workspace upper x face"),
    ],
)
def test_poses_that_cannot_be_are_refused_and_change_nothing(world, targets, reason):
    refusal = world.core.begin_pose(targets, world.now_s)
    assert refusal is not None
    assert reason in refusal
    assert world.core.pose_state == "none"
    world.run(0.5)
    assert world.moves == []
    world.policy_alive = True
    world.run(1.0)
    assert world.moves


def test_a_robot_that_may_not_move_goes_to_no_pose(controller):
    world = World(controller).activate(enabled=False).run(0.3)
    assert "disabled" in world.core.begin_pose({joints.LIFT: 0.7}, world.now_s)
    world.core.enable(world.now_s)
    world.driver.runstop(True)
    world.run(0.1)
    assert "runstopped" in world.core.begin_pose({joints.LIFT: 0.7}, world.now_s)
    world.driver.runstop(False)
    world.run(0.1)
    world.core.pause("lunch", world.now_s)
    assert "paused: lunch" in world.core.begin_pose({joints.LIFT: 0.7}, world.now_s)
    assert world.core.pose_state == "none"


def test_a_robot_that_waits_for_a_person_goes_to_no_pose(controller):
    world = World(controller, BridgeConfig(auto_resume=False)).activate().run(1.0)
    world.policy_alive = False
    world.run(1.0)
    assert "enable the bridge again" in world.core.begin_pose({joints.LIFT: 0.7}, world.now_s)


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda w: w.driver.runstop(True), "runstopped"),
        (lambda w: w.driver.switch_mode("navigation"), "navigation mode"),
        (lambda w: setattr(w, "driver_alive", False), "joint states"),
        (lambda w: w.joint_overrides.update({joints.LIFT: 1.6}), "outside its range"),
        (lambda w: w.joint_overrides.update({joints.LIFT: 0.2}), "moved by something else"),
        (lambda w: setattr(w.core, "contact", lambda efforts: "contact at the arm"), "contact at the arm"),
    ],
)
def test_each_fault_ends_the_pose_with_one_stop_and_no_return(world, break_it, reason):
    world.core.begin_pose({**TARGETS, joints.BASE: 0.0}, world.now_s)
    world.run(0.8)
    moves = len(world.moves)
    assert moves > 5
    break_it(world)
    world.run(1.5)
    assert world.core.pose_state == "failed"
    assert reason in world.core.pose_problem
    assert len(world.commanded_stops) == 1
    assert len(world.moves) - moves <= 27  # until the fault was noticed: within the deadline of joint states
    world.driver_alive, world.policy_alive, world.joint_overrides, world.core.contact = True, True, {}, None
    world.driver.runstop(False)
    world.driver.switch_mode("position")
    moves = len(world.moves)
    world.run(1.5)
    assert len(world.moves) == moves  # auto_resume is for the policy's stops
    world.core.resume(world.now_s)
    world.run(1.5)
    assert len(world.moves) > moves


def test_cancel_stops_where_it_is(world):
    world.core.begin_pose(TARGETS, world.now_s)
    world.run(1.0)
    world._do(world.core.cancel_pose(world.now_s))
    at = world.position
    assert world.core.pose_state == "failed"
    assert "cancelled" in world.core.pose_problem
    world.run(1.0)
    assert world.position == at
    assert world.core.cancel_pose(world.now_s) is None


def test_a_blocked_arm_is_not_pushed_on_for_ever(controller):
    world = World(controller, BridgeConfig(auto_resume=True), KinematicRobot(arm_blocked_at_m=0.15)).activate()
    world.policy_alive = False
    world.run(0.3)
    go(world, {joints.EXTENSION: 0.4})
    assert world.core.pose_state == "failed"
    assert "no joint has moved for 2 s" in world.core.pose_problem
    assert "wrist_extension +0.0" in world.core.pose_problem
    lead_m = max(move.values[joints.EXTENSION] for _, move in world.moves) - 0.15
    assert lead_m <= 0.05 + 1e-6
    assert world.commanded_stops


def test_a_slow_joint_is_waited_for(world):
    world.driver.config.speeds[joints.LIFT] = 0.02
    go(world, {joints.LIFT: 0.75})
    assert world.core.pose_state == "reached"
    assert any("waits for joint_lift" in line for _, move in world.moves for line in move.step.clipped)


def test_a_pose_may_be_very_slow(controller):
    slow = CartesianController(CartesianControllerConfig(joint_speeds=((joints.LIFT, 0.01),)))
    world = World(slow, BridgeConfig(auto_resume=True)).activate()
    world.policy_alive = False
    world.run(0.3)
    go(world, {joints.LIFT: 0.7}, at_most_s=60.0)
    assert world.core.pose_state == "reached"
    assert world.moves[-1][0] - world.moves[0][0] > 30.0


def test_a_grip_stays_as_firm_as_it_was(world):
    world.policy_alive, world.translation, world.gripper = True, np.zeros(3), GripperState.CLOSED
    world.run(2.0)
    world.policy_alive = False
    go(world, {joints.LIFT: 0.65})
    assert world.core.pose_state == "reached"
    assert {round(move.values[joints.FINGER_LEFT], 6) for _, move in world.moves[-10:]} == {-0.2}
    world.policy_alive, world.gripper = True, GripperState.UNKNOWN
    world.run(1.0)
    assert world.moves[-1][1].values[joints.FINGER_LEFT] == pytest.approx(-0.2)


def test_disable_ends_a_pose(world):
    world.core.begin_pose(TARGETS, world.now_s)
    world.run(0.5)
    world._do(world.core.disable("operator", world.now_s))
    assert (world.core.state, world.core.pose_state, world.core.pose_problem) == ("disabled", "failed", "operator")
    moves = len(world.moves)
    world.run(1.0)
    assert len(world.moves) == moves


def test_a_base_that_odometry_does_not_see_is_not_driven_on(world):
    take = world.core.odometry
    world.core.odometry = lambda x_m, y_m, yaw_rad, now_s: take(0.0, y_m, yaw_rad, now_s)
    go(world, {joints.BASE: 0.5})
    assert world.core.pose_state == "failed"
    assert "odometry shows no motion" in world.core.pose_problem
    assert len(world.commanded_stops) == 1
    assert world.position[joints.BASE] < 0.1
