"""Limits that shorten a step of the controller, and are named."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.camera_mount import CameraMount
from vinn_training.kinematics.controller import CartesianController, CartesianControllerConfig
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox

from .controller_states import TILT, as_states, states


def over_the_base(lift: float) -> dict[str, float]:
    return states(lift=lift, arm=0.0, yaw=2.6)


hostile = st.one_of(st.floats(), st.floats(-0.2, 0.2))


def test_speed_limit_shortens_the_step_and_is_named():
    slow = CartesianController(CartesianControllerConfig(joint_speeds=(("joint_lift", 0.05),), step_time_s=0.4))
    slow.reset(states())
    step = slow.step([0.0, -0.05, 0.0], GripperState.UNKNOWN, states(), 0.0)
    assert step.success
    assert not step.reached
    assert step.targets.lift_m == pytest.approx(0.62, abs=1e-6)  # 0.05 m/s for 0.4 s
    assert "joint_lift at its largest speed 0.05 a second" in step.clipped


def test_motion_into_the_base_ends_before_it_and_names_the_parts():
    config = CartesianControllerConfig(workspace=WorkspaceBox((-2.0, -2.0, -2.0), (2.0, 2.0, 2.0)))
    careful = CartesianController(config)
    blind = CartesianController(replace(config, self_collision=False))
    down = [0.0, 0.08 * math.cos(TILT), 0.08 * math.sin(TILT)]
    lifts = {}
    for name, controller in (("careful", careful), ("blind", blind)):
        at = over_the_base(0.15)
        controller.reset(at)
        for _ in range(3):
            step = controller.step(down, GripperState.UNKNOWN, at, 0.0)
            at = as_states(step.targets)
        lifts[name] = step.targets.lift_m
    assert lifts["blind"] < 0.01
    assert lifts["careful"] > 0.05
    step = careful.step(down, GripperState.UNKNOWN, at, 0.0)
    assert step.success
    assert not step.reached
    assert any("link_straight_gripper" in line for line in step.clipped)


def test_gripper_without_room_is_not_opened_and_says_so(checkers):
    """Found by trying poses over the base: where opening is refused, open fingers would hit something."""
    wide = CartesianController(CartesianControllerConfig(gripper_open_rad=0.5))
    refusals = 0
    for lift in (0.06, 0.09, 0.12):
        for yaw in np.linspace(1.6, 3.6, 21):
            at = states(lift=lift, arm=0.0, yaw=float(yaw), finger=-0.1)
            wide.reset(at)
            step = wide.step([0.0, 0.0, 0.0], GripperState.OPEN, at, 0.0)
            if any("gripper kept at" in line for line in step.clipped):
                refusals += 1
                assert step.targets.gripper_rad == pytest.approx(-0.1)
    assert refusals > 0


def test_long_translation_is_shortened_and_says_so(controller):
    step = controller.step([0.0, 0.0, 1.0], GripperState.UNKNOWN, states(), 0.0)
    assert step.success
    assert np.linalg.norm(step.commanded_base_m) == pytest.approx(0.08, abs=1e-3)
    assert "shortened to 0.08 m" in step.clipped[0]


def test_end_of_the_arm_is_named_and_does_not_bend_the_wrist(controller):
    controller.reset(states(arm=0.5))
    step = controller.step([0.0, 0.0, 0.05], GripperState.UNKNOWN, states(arm=0.5), 0.0)
    assert step.success
    assert step.targets.arm_m <= 0.52
    assert step.clipped == ("wrist_extension at its upper limit 0.52",)
    assert step.residual_m > 0.02
    assert abs(step.targets.wrist_pitch_rad) < 1e-3


def test_workspace_is_kept_and_named():
    low = CartesianController(CartesianControllerConfig(workspace=WorkspaceBox(lower_m=(-0.7, -1.4, 0.7))))
    low.reset(states())
    step = low.step([0.0, 0.05, 0.0], GripperState.UNKNOWN, states(), 0.0)
    assert step.success
    assert "workspace lower z face" in step.clipped[0]
    q = low.robot.configuration(as_states(step.targets), step.targets.base_translate_m)
    assert low.robot.grasp_position_m(q)[2] >= 0.7 - 1e-3


def test_narrower_joint_limit_is_kept():
    controller = CartesianController(CartesianControllerConfig(joint_limits=(("joint_lift", 0.59, 1.0),)))
    controller.reset(states())
    step = controller.step([0, 0.05, 0], GripperState.UNKNOWN, states(), 0.0)
    assert step.targets.lift_m >= 0.59
    assert "joint_lift at its lower limit 0.59" in step.clipped


@settings(max_examples=120, deadline=None)
@given(
    deltas=st.lists(st.tuples(hostile, hostile, hostile), min_size=1, max_size=4),
    lift=st.floats(-0.02, 1.12),
    arm=st.floats(-0.02, 0.54),
    wrist=st.tuples(st.floats(-1.75, 4.0), st.floats(-1.57, 0.56), st.floats(-3.14, 3.14)),
    base=st.floats(-100.0, 100.0),
)
def test_limits_hold_for_hostile_input(shared_controller, deltas, lift, arm, wrist, base):
    measured = states(lift, arm, *wrist)
    shared_controller.reset(measured, base)
    limits = shared_controller.robot.model
    for delta in deltas:
        step = shared_controller.step(delta, GripperState.CLOSED, measured, base)
        assert step.success == (step.targets is not None)
        assert bool(step.reason) == (not step.success)
        if step.targets is None:
            continue
        q = shared_controller.robot.configuration(as_states(step.targets), step.targets.base_translate_m)
        assert np.isfinite(q).all()
        assert (q >= limits.lowerPositionLimit).all()
        assert (q <= limits.upperPositionLimit).all()
        steps = np.abs(q - shared_controller.robot.configuration(measured, 0.0))
        assert (steps[:3] <= shared_controller.config.max_slide_step_m + shared_controller.config.limit_tolerance).all()
        assert (steps[3:] <= shared_controller.config.max_wrist_step_rad + 1e-9).all()


def test_limits_change_between_two_steps_and_what_was_commanded_stays():
    controller = CartesianController()
    controller.reset(states())
    controller.change(replace(controller.config, max_slide_step_m=0.01))
    step = controller.step([0.0, -0.05, 0.0], GripperState.UNKNOWN, states(), 0.0)
    assert step.targets is not None
    assert step.targets.lift_m == pytest.approx(0.61, abs=1e-6)
    assert any("joint_lift at its largest step 0.01" in line for line in step.active)
    for change in ({"self_collision": False}, {"camera_mount": CameraMount.tilted_down(tilt_rad=0.1)}):
        with pytest.raises(InvalidInput, match=f"{next(iter(change))} cannot change"):
            controller.change(replace(controller.config, **change))
    with pytest.raises(InvalidInput, match="joint_limits"):
        controller.change(replace(controller.config, joint_limits=(("joint_lift", 0.0, 9.0),)))
    assert controller.config.max_slide_step_m == 0.01  # as before the refusals
