"""What the controller does not do, and says why."""

import math

import numpy as np
import pytest

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics.controller import CartesianController, CartesianControllerConfig
from vinn_training.kinematics.differential_step import DifferentialStep

from .controller_states import states


def test_hold_before_reset_is_refused():
    with pytest.raises(KinematicsError, match=r"reset\(\)"):
        CartesianController().hold(states(), 0.0)


@pytest.mark.parametrize(
    ("translation", "changes", "base", "message"),
    [
        ([math.nan, 0, 0], {}, 0.0, "three finite metres"),
        ([0, math.inf, 0], {}, 0.0, "three finite metres"),
        ([1e308, 1e308, 0], {}, 0.0, "three finite metres"),
        ([0, 0], {}, 0.0, "three finite metres"),
        ("abc", {}, 0.0, "three"),
        ([0, 0, 0.01], {"joint_lift": math.nan}, 0.0, "'joint_lift' is nan"),
        ([0, 0, 0.01], {"joint_lift": 1.4}, 0.0, "outside its range"),
        ([0, 0, 0.01], {"joint_wrist_pitch": None}, 0.0, "lack 'joint_wrist_pitch'"),
        ([0, 0, 0.01], {}, math.nan, "translate_mobile_base"),
    ],
)
def test_bad_input_commands_nothing_and_says_why(controller, translation, changes, base, message):
    measured = {k: v for k, v in (states() | changes).items() if v is not None}
    step = controller.step(translation, GripperState.CLOSED, measured, base)
    assert not step.success
    assert step.targets is None
    assert message in step.reason
    after = controller.step([0, 0, 0], GripperState.UNKNOWN, states(), 0.0)
    assert after.targets.arm_m == pytest.approx(0.2, abs=1e-6)
    assert after.targets.gripper_rad == 0.05


def test_step_before_reset_is_refused():
    step = CartesianController().step([0, 0, 0.01], GripperState.OPEN, states(), 0.0)
    assert not step.success
    assert "reset()" in step.reason


def test_reset_refuses_a_robot_that_is_not_homed(controller):
    with pytest.raises(KinematicsError, match="homing"):
        controller.reset(states(lift=-0.4))


def test_joint_a_little_past_its_end_is_usable(controller):
    controller.reset(states(arm=-0.002))
    step = controller.step([0, 0, 0.02], GripperState.UNKNOWN, states(arm=-0.002), 0.0)
    assert step.success
    assert step.targets.arm_m > 0.0


@pytest.mark.parametrize(
    "change",
    [
        {"max_step_m": math.nan},
        {"max_step_m": -0.1},
        {"max_lead_m": 0.0},
        {"gripper_open_rad": -0.3},
        {"gripper_closed_rad": -2.0},
    ],
)
def test_bad_setting_is_refused(change):
    with pytest.raises(InvalidInput, match=next(iter(change))):
        CartesianControllerConfig(**change)


@pytest.mark.parametrize("limit", [("joint_elbow", 0.0, 1.0), ("joint_lift", 0.5, 0.2), ("joint_lift", -1.0, 2.0)])
def test_bad_joint_limit_is_refused(limit):
    with pytest.raises(InvalidInput, match=limit[0]):
        CartesianController(CartesianControllerConfig(joint_limits=(limit,)))


def test_failure_of_the_solver_says_how_far_it_came(monkeypatch):
    controller = CartesianController()
    controller.reset(states())
    monkeypatch.setattr(DifferentialStep, "solve", lambda *args, **kwargs: np.zeros(6))
    step = controller.step([0.0, 0.0, 0.02], GripperState.UNKNOWN, states(), 0.0)
    assert not step.success
    assert step.targets is None
    assert "no convergence" in step.reason
    assert step.residual_m == pytest.approx(0.02, abs=1e-6)
    assert step.iterations == 1
    assert step.solve_s > 0.0
