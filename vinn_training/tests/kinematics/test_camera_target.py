"""The camera's target: known answers, in the world's axes."""

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.camera_target import checked_translation, target_position
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox

HERE = np.array([0.0, -0.5, 0.8])
NO_GRASP = np.zeros(3)
CONFIG = CartesianControllerConfig(workspace=WorkspaceBox((-1.0, -1.0, 0.0), (1.0, 0.0, 1.0)))


def along_x(value_m: float) -> np.ndarray:
    return np.array([value_m, 0.0, 0.0])


def test_a_short_translation_is_added_to_what_was_commanded() -> None:
    target, clipped = target_position(along_x(0.01), HERE + along_x(0.002), HERE, NO_GRASP, CONFIG)
    np.testing.assert_allclose(target, HERE + along_x(0.012), atol=1e-12)
    assert clipped == ()


def test_step_and_lead_are_shortened_in_their_own_direction_and_named() -> None:
    target, clipped = target_position(along_x(-9.0), HERE, HERE, NO_GRASP, CONFIG)
    np.testing.assert_allclose(target, HERE - along_x(CONFIG.max_step_m), atol=1e-9)
    assert "translation of 9 m shortened" in clipped[0]
    lead_m = 1.5 * CONFIG.max_lead_m
    target, clipped = target_position(along_x(0.0), HERE + along_x(lead_m), HERE, NO_GRASP, CONFIG)
    np.testing.assert_allclose(target, HERE + along_x(CONFIG.max_lead_m), atol=1e-9)
    assert "shortened" in clipped[0]


def test_a_robot_that_was_moved_is_not_sent_back() -> None:
    target, clipped = target_position(along_x(0.01), HERE + along_x(0.5), HERE, NO_GRASP, CONFIG)
    np.testing.assert_allclose(target, HERE + along_x(0.01), atol=1e-12)
    assert "robot found 0.5 m from where it was commanded" in clipped[0]


def test_the_fingertips_and_not_the_camera_stay_in_the_workspace() -> None:
    down = np.array([0.0, 0.0, -0.1])
    low = np.array([0.0, -0.5, 0.11])
    target, clipped = target_position(np.array([0.0, 0.0, -0.03]), low, low, down, CONFIG)
    assert target[2] == pytest.approx(0.1)
    assert len(clipped) == 1


def test_three_finite_numbers_are_a_translation() -> None:
    np.testing.assert_array_equal(checked_translation([1, 2, 3]), np.array([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("value", [[0.0, 0.0], [0.0, float("nan"), 0.0], [1e300, 1e300, 0.0], "far", None, [[0, 0, 0]]])
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="expected three"):
        checked_translation(value)  # type: ignore[arg-type]
