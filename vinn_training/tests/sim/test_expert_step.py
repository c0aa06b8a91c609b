import numpy as np
import pytest

from vinn_training.contracts import GripperState
from vinn_training.sim.expert_step import at_rest, step_towards


def test_a_straight_step_has_its_length_and_ends_at_the_target() -> None:
    np.testing.assert_allclose(step_towards(np.array([0.03, -0.04, 0.0]), 0.025), [0.015, -0.02, 0.0])
    np.testing.assert_allclose(step_towards(np.array([0.003, 0.0, -0.004]), 0.025), [0.003, 0.0, -0.004])
    np.testing.assert_array_equal(step_towards(np.zeros(3), 0.025), np.zeros(3))


def test_weights_take_one_error_away_first_and_no_axis_goes_too_far() -> None:
    error = np.array([0.02, -0.20, 0.0])
    step = step_towards(error, 0.04, np.array([4.0, 1.0, 1.0]))
    assert step[0] / error[0] > 3 * step[1] / error[1]
    assert np.linalg.norm(step) <= 0.04 + 1e-12
    assert step_towards(np.array([0.001, -0.2, 0.0]), 0.04, np.array([100.0, 1.0, 1.0]))[0] == pytest.approx(0.001)


def test_at_rest_nothing_moves_and_nothing_is_disturbed() -> None:
    step = at_rest(GripperState.CLOSED)

    assert not step.translation_world_m.any()
    assert not any(step.disturbance)
    assert (step.gripper, step.done, step.gripper_may_err) == (GripperState.CLOSED, False, False)
