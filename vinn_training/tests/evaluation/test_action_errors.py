import math

import numpy as np
import pytest

from vinn_training.evaluation.action_errors import action_errors
from vinn_training.exceptions import InvalidInput


def test_known_answers() -> None:
    labels = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    predicted = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.5, 0.5]])
    errors = action_errors(predicted, labels)
    np.testing.assert_allclose(errors.squared, [0.0, 4 / 3, 0.5 / 3])
    root = math.sqrt(0.5)
    np.testing.assert_allclose(errors.squared_unit, [0.0, 4 / 3, (root**2 + (1 - root) ** 2) / 3])
    np.testing.assert_allclose(np.degrees(errors.angle_rad), [0, 180, 45], atol=1e-9)


def test_mse_is_torchs_over_all_components() -> None:
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    labels = random.normal(size=(50, 3))
    labels /= np.linalg.norm(labels, axis=1, keepdims=True)
    predicted = random.normal(size=(50, 3))
    expected = torch.nn.functional.mse_loss(torch.from_numpy(predicted), torch.from_numpy(labels))
    errors = action_errors(predicted, labels)
    assert errors.squared.mean() == pytest.approx(float(expected))
    cosines = (predicted * labels).sum(axis=1) / np.linalg.norm(predicted, axis=1)
    np.testing.assert_allclose(errors.angle_rad, np.arccos(cosines), atol=1e-6)
    # On the sphere both errors say the same: ||u - a||^2 = 2 - 2 cos.
    np.testing.assert_allclose(errors.squared_unit, (2 - 2 * np.cos(errors.angle_rad)) / 3, atol=1e-9)


def test_no_direction_is_a_right_angle_and_rest_has_none() -> None:
    errors = action_errors(np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    assert math.degrees(errors.angle_rad[0]) == 90
    assert math.isnan(errors.angle_rad[1])
    assert errors.squared[1] == pytest.approx(0.01 / 3)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InvalidInput, match="shape"):
        action_errors(np.zeros((2, 3)), np.zeros((3, 3)))
    with pytest.raises(InvalidInput, match="frame 1 is"):
        action_errors(np.array([[0, 0, 0], [np.nan, 0, 0]]), np.zeros((2, 3)))
