"""Straight motions of the joints to a pose, against what the limits say and a collision checker that is not ours."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller import CartesianController
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.kinematics.joint_motion import largest_leads
from vinn_training.kinematics.tool_mount import tool_links

START = {
    joints.EXTENSION: 0.1,
    joints.LIFT: 0.6,
    joints.WRIST_YAW: 0.0,
    joints.WRIST_PITCH: 0.0,
    joints.WRIST_ROLL: 0.0,
    joints.FINGER_LEFT: 0.05,
}
DT_S = 0.04


@pytest.fixture(scope="module")
def controller() -> CartesianController:
    return CartesianController()


@pytest.fixture
def at_start(controller) -> CartesianController:
    controller.reset(START, 2.0)
    return controller


def follow(controller, targets, base_m=2.0, most=1000):
    """Lead a robot that obeys at once; return the positions after each step, the base's included."""
    motion = controller.plan_pose(targets, START, base_m)
    at, base, places = dict(START), base_m, []
    while not motion.is_sent and len(places) < most:
        step = motion.advance(DT_S, at, base)
        assert step.success, step.reason
        t = step.targets
        at = {
            joints.EXTENSION: t.arm_m,
            joints.LIFT: t.lift_m,
            joints.WRIST_YAW: t.wrist_yaw_rad,
            joints.WRIST_PITCH: t.wrist_pitch_rad,
            joints.WRIST_ROLL: t.wrist_roll_rad,
            joints.FINGER_LEFT: t.gripper_rad,
        }
        base += t.base_translate_m
        places.append({**at, joints.BASE: base})
    return motion, places


def test_it_ends_at_the_pose_with_a_line_of_minimum_jerk(at_start):
    targets = {joints.LIFT: 0.8, joints.WRIST_YAW: 1.0, joints.BASE: -0.1, joints.FINGER_LEFT: 0.2}
    motion, places = follow(at_start, targets)
    expected = {**START, **targets, joints.BASE: 1.9}
    assert places[-1] == pytest.approx(expected)
    assert motion.goals == pytest.approx(expected)
    # All joints are the same part of their way at all times, and half of it at half the time.
    part = np.array([(p[joints.LIFT] - 0.6) / 0.2 for p in places])
    assert np.array([p[joints.WRIST_YAW] for p in places]) == pytest.approx(part)
    assert np.array([2.0 - p[joints.BASE] for p in places]) / 0.1 == pytest.approx(part)
    # Lift: 0.2 m at a peak of 0.075 m/s, which is 1.875 times the mean.
    assert len(places) * DT_S == pytest.approx(1.875 * 0.2 / 0.075, abs=2 * DT_S)
    assert np.diff(part).max() * 0.2 / DT_S == pytest.approx(0.075, rel=0.01)
    assert part[0] < 1e-3
    assert (np.diff(part) >= 0.0).all()


@pytest.mark.parametrize(
    ("targets", "error", "reason"),
    [
        ({}, InvalidInput, "names no joint"),
        ({joints.HEAD_PAN: 0.0}, InvalidInput, "joint_head_pan"),
        ({joints.ARM_SEGMENTS[0]: 0.0}, InvalidInput, "expected some of"),
        ({joints.LIFT: math.inf}, InvalidInput, "finite"),
        ({joints.LIFT: 1.2}, InvalidInput, "expected 0 to 1.1"),
        ({joints.WRIST_PITCH: 0.8}, InvalidInput, "joint_wrist_pitch"),
        ({joints.FINGER_LEFT: -0.7}, InvalidInput, "expected -0.6 to 0.6"),
        ({joints.BASE: 30.0}, InvalidInput, "translate_mobile_base"),
        ({joints.BASE: 1.0}, KinematicsError, "workspace upper x face"),
        ({joints.LIFT: 0.1, joints.WRIST_PITCH: -1.5}, KinematicsError, "would"),
    ],
)
def test_what_cannot_be_is_refused(at_start, targets, error, reason):
    with pytest.raises(error, match=reason):
        at_start.plan_pose(targets, START, 2.0)


def test_reset_comes_first():
    with pytest.raises(KinematicsError, match="reset"):
        CartesianController().plan_pose({joints.LIFT: 0.7}, START, 0.0)


@pytest.mark.parametrize("name", ["RE1V0/tool_stretch_dex_wrist", "RE2V0/tool_stretch_gripper"])
def test_no_accepted_way_meets_the_robot_itself(name, robots, checkers):
    robot = robots(name)
    controller = CartesianController(
        CartesianControllerConfig(
            description=name, camera_mount=robot.mount, grasp_link=tool_links(robot.description).grasp_link
        )
    )
    checker = checkers(name)
    rng = np.random.default_rng(0)
    start = {key: value for key, value in START.items() if key in (*controller.robot.joint_names, joints.FINGER_LEFT)}
    accepted = refused = 0
    for _ in range(60):
        drawn = {
            joints.EXTENSION: rng.uniform(0.0, 0.5),
            joints.LIFT: rng.uniform(0.15, 1.05),
            joints.WRIST_YAW: rng.uniform(-1.39, 4.0),
            joints.WRIST_PITCH: rng.uniform(-1.57, 0.56),
        }
        targets = {key: float(value) for key, value in drawn.items() if key in start}
        controller.reset(start, 0.0)
        try:
            motion = controller.plan_pose(targets, start, 0.0)
        except KinematicsError:
            refused += 1
            continue
        accepted += 1
        goals = motion.goals
        for part in np.linspace(0.0, 1.0, 15):
            place = {key: value + part * (goals[key] - value) for key, value in start.items()}
            place = {**START, **place, joints.FINGER_RIGHT: place[joints.FINGER_LEFT]}
            assert not checker.is_hit(place), targets
    assert accepted > 10
    assert refused > 3


def test_a_joint_that_stays_behind_is_waited_for_and_one_moved_away_is_told(at_start):
    motion = at_start.plan_pose({joints.LIFT: 0.8}, START, 2.0)
    for _ in range(200):
        step = motion.advance(DT_S, START, 2.0)  # the lift does not move
        assert step.success
    lead = dict(
        zip(at_start.robot.joint_names, largest_leads(at_start.robot.joint_names, at_start.config), strict=True)
    )
    assert 0.04 < step.targets.lift_m - 0.6 <= lead[joints.LIFT]
    assert "waits for joint_lift" in step.clipped[0]
    assert not motion.is_sent
    step = motion.advance(DT_S, {**START, joints.LIFT: 0.4}, 2.0)
    assert not step.success
    assert step.targets is None
    assert "moved by something else" in step.reason


def test_what_gets_in_the_way_ends_it(at_start):
    """A robot that somebody pushed towards itself: the next step is looked at from where it is."""
    motion = at_start.plan_pose({joints.WRIST_YAW: 0.3}, START, 2.0)
    assert motion.advance(DT_S, START, 2.0).success
    step = motion.advance(DT_S, {**START, joints.LIFT: math.nan}, 2.0)
    assert not step.success
    assert "joint_lift" in step.reason


def test_grip_is_kept(controller):
    controller.reset(START, 0.0, gripper_rad=-0.2)
    assert controller.gripper_rad == -0.2
    motion = controller.plan_pose({joints.LIFT: 0.62}, START, 0.0)
    assert motion.advance(DT_S, START, 0.0).targets.gripper_rad == -0.2
