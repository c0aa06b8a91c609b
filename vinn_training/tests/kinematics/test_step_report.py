"""What is said of a step: each limit once, and never targets beside a failure."""

from dataclasses import replace

import numpy as np

from vinn_training.contracts import JointTargets
from vinn_training.kinematics.inverse_kinematics import IKSolution
from vinn_training.kinematics.step_report import moving_step, refused_step

TARGETS = JointTargets(0.6, 0.2, 0.0, 0.0, 0.0, 0.05, 0.01)
REACHED = IKSolution(np.zeros(6), True, True, 0.0004, 0.001, ("lift at its end",), 3, "")
REQUESTED_M, WAY_M = np.array([0.0, -0.02, 0.0]), np.array([0.0, -0.01, 0.0])


def test_a_target_that_is_reached_names_the_limits_before_the_solver_alone() -> None:
    step = moving_step(TARGETS, REACHED, REQUESTED_M, WAY_M, ("translation shortened",))
    assert step.success
    assert step.reached
    assert step.targets == TARGETS
    assert step.clipped == ("translation shortened",)
    assert step.active == ("lift at its end",)
    assert (step.requested_base_m, step.commanded_base_m) == ((0.0, -0.02, 0.0), (0.0, -0.01, 0.0))
    assert (step.residual_m, step.residual_rad, step.iterations, step.reason) == (0.0004, 0.001, 3, "")


def test_a_target_that_limits_prevent_names_them_and_a_turned_camera() -> None:
    near = replace(REACHED, success=False, residual_m=0.03, residual_rad=0.08)
    step = moving_step(TARGETS, near, REQUESTED_M, WAY_M, ())
    assert step.success
    assert not step.reached
    assert step.clipped == ("lift at its end", "camera 0.08 rad from the orientation it holds")


def test_a_refusal_has_no_targets_and_no_motion() -> None:
    step = refused_step("no pose", REQUESTED_M)
    assert (step.targets, step.success, step.reached, step.reason) == (None, False, False, "no pose")
    assert (step.requested_base_m, step.commanded_base_m) == ((0.0, -0.02, 0.0), (0.0, 0.0, 0.0))
    assert step.residual_m == step.residual_rad == float("inf")
    failed = refused_step("infeasible", REQUESTED_M, replace(REACHED, success=False, is_nearest=False))
    assert (failed.residual_m, failed.iterations, failed.active) == (0.0004, 3, ("lift at its end",))
