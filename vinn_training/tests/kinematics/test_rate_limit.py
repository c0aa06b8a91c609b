"""Many small steps of the controller: no joint is sent faster than it may be, nor into the robot."""

from __future__ import annotations

import numpy as np
import pytest

from vinn_training.contracts import GripperState
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller import CartesianController
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox

START = {
    joints.EXTENSION: 0.2,
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


def joint_values(targets, base_m):
    return np.array(
        [
            base_m + targets.base_translate_m,
            targets.lift_m,
            targets.arm_m,
            targets.wrist_yaw_rad,
            targets.wrist_pitch_rad,
            targets.wrist_roll_rad,
        ]
    )


def test_rotation_is_that_of_the_held_camera(controller):
    controller.reset(START, 0.0)
    # Tilted down by 20 degrees, fingers along the arm: forward is -y and down, right is -x.
    rotation = controller.rotation_camera_to_base
    tilt = np.radians(20)
    assert rotation @ [0.0, 0.0, 1.0] == pytest.approx([0.0, -np.cos(tilt), -np.sin(tilt)], abs=1e-4)
    assert rotation @ [1.0, 0.0, 0.0] == pytest.approx([-1.0, 0.0, 0.0], abs=1e-4)


@pytest.mark.parametrize("obeys", [True, False])
def test_targets_move_no_faster_than_the_joints_may(controller, obeys):
    controller.reset(START, 0.0)
    speeds = np.array([controller.config.speeds()[name] for name in controller.robot.joint_names])
    rng = np.random.default_rng(1)
    at, base_m = dict(START), 0.0
    last = np.array([0.0, *(START[name] for name in controller.robot.joint_names[1:])])
    slowed = 0
    for _ in range(300):
        step = controller.step(rng.normal(size=3) * 0.03, GripperState.UNKNOWN, at, base_m, since_last_s=DT_S)
        assert step.success
        values = joint_values(step.targets, base_m)
        assert (np.abs(values - last) <= speeds * DT_S + 1e-9).all()
        slowed += any("slowed to its largest speed" in line for line in step.clipped)
        last = values
        if obeys:
            at = {**at, **dict(zip(controller.robot.joint_names[1:], values[1:].tolist(), strict=True))}
            base_m = float(values[0])
    assert slowed > 50


def test_slow_steps_are_not_changed_and_add_up(controller):
    controller.reset(START, 0.0)
    for _ in range(50):
        step = controller.step([0.0, 0.0, 0.001], GripperState.UNKNOWN, START, 0.0, since_last_s=DT_S)
        assert step.success
        assert not any("slowed" in line for line in step.clipped)
    # The robot did not move, so the command leads it by what was asked for, up to the largest lead.
    lead_m = step.targets.arm_m - START[joints.EXTENSION]
    assert lead_m == pytest.approx(0.05 * np.cos(np.radians(20)), rel=0.02)


@pytest.mark.parametrize("yaw_rad", [0.0, 1.53, 2.6])
def test_no_slowed_step_meets_the_robot_itself(checkers, yaw_rad):
    checker = checkers("RE1V0/tool_stretch_dex_wrist")
    everywhere = WorkspaceBox((-5.0, -5.0, -5.0), (5.0, 5.0, 5.0))
    controller = CartesianController(CartesianControllerConfig(workspace=everywhere))
    rng = np.random.default_rng(0)
    at = {**START, joints.EXTENSION: 0.1, joints.LIFT: 0.45, joints.WRIST_YAW: yaw_rad}
    controller.reset(at, 0.0)
    names, base_m, blocked, slowed = controller.robot.joint_names, 0.0, 0, 0
    for _ in range(100):
        towards_itself = np.array([0.0, 0.02, -0.02]) + rng.normal(size=3) * 0.02
        direction = controller.rotation_camera_to_base.T @ towards_itself
        step = controller.step(direction, GripperState.UNKNOWN, at, base_m, since_last_s=DT_S)
        if not step.success:
            continue
        lines = (*step.clipped, *step.active)
        blocked += any("meet" in line or "apart" in line for line in lines)
        slowed += any("slowed" in line for line in lines)
        values = joint_values(step.targets, base_m)
        target = {**at, **dict(zip(names[1:], values[1:].tolist(), strict=True))}
        for part in (0.5, 1.0):
            place = {name: value + part * (target[name] - value) for name, value in at.items()}
            assert not checker.is_hit({**place, joints.FINGER_RIGHT: place[joints.FINGER_LEFT]})
        at, base_m = target, float(values[0])
    assert blocked
    assert slowed


def test_a_robot_moved_by_others_is_not_chased(controller):
    controller.reset(START, 0.0)
    controller.step([0.0, 0.0, 0.001], GripperState.UNKNOWN, START, 0.0, since_last_s=DT_S)
    moved = {**START, joints.EXTENSION: 0.45}
    step = controller.step([0.0, 0.0, 0.0], GripperState.UNKNOWN, moved, 0.0, since_last_s=DT_S)
    assert step.success
    assert step.targets.arm_m == pytest.approx(0.45, abs=1e-3)
