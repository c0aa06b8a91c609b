import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.demonstrations.relative_poses import (
    matrices_from_quaternions,
    matrices_from_vectors,
    relative_motions,
    rotation_vectors,
    unit_labels,
)
from vinn_training.exceptions import InvalidInput

VECTORS = st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3).map(np.array)


def _rodrigues(vector: np.ndarray) -> np.ndarray:
    return cv2.Rodrigues(vector.astype(np.float64))[0]


def _random_poses(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rotations = np.stack([_rodrigues(rng.normal(size=3)) for _ in range(count)])
    return rng.normal(size=(count, 3)), rotations


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), horizon=st.integers(1, 8))
def test_motions_are_those_of_inverted_matrices(seed: int, horizon: int) -> None:
    positions, rotations = _random_poses(10, seed)
    motions = relative_motions(positions, rotations, horizon)
    poses = np.tile(np.eye(4), (10, 1, 1))
    poses[:, :3, :3], poses[:, :3, 3] = rotations, positions
    for frame in range(10 - horizon):
        step = np.linalg.inv(poses[frame]) @ poses[frame + horizon]
        np.testing.assert_allclose(motions.translations[frame], step[:3, 3], atol=1e-12)
        np.testing.assert_allclose(_rodrigues(motions.rotations_rad[frame]), step[:3, :3], atol=1e-9)
    assert len(motions.translations) == 10 - horizon


@settings(deadline=None, max_examples=100)
@given(VECTORS)
def test_rotation_vectors_and_matrices_are_those_of_opencv(vector: np.ndarray) -> None:
    expected = _rodrigues(vector)
    np.testing.assert_allclose(matrices_from_vectors(vector[None])[0], expected, atol=1e-9)
    np.testing.assert_allclose(_rodrigues(rotation_vectors(expected[None])[0]), expected, atol=1e-9)


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1e-5, 1.0, np.pi - 1e-6, np.pi])
@pytest.mark.parametrize("axis", [(1, 0, 0), (0, -1, 0), (0, 0, 1), (0.6, 0, -0.8)])
def test_rotation_vectors_near_nothing_and_half_a_turn(angle: float, axis: tuple[float, ...]) -> None:
    vector = angle * np.array(axis)
    found = rotation_vectors(_rodrigues(vector)[None])[0]
    if angle == np.pi:
        found *= np.sign(found @ vector)
    np.testing.assert_allclose(found, vector, atol=1e-8)


def test_a_quarter_turn_about_z_takes_x_to_y() -> None:
    (matrix,) = matrices_from_quaternions(np.array([[0, 0, np.sqrt(0.5), np.sqrt(0.5)]]))
    np.testing.assert_allclose(matrix @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_what_is_no_rotation_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"frame 1: quaternion .* has length 2"):
        matrices_from_quaternions(np.array([[0, 0, 0, 1.0], [0, 0, 0, 2.0]]))
    with pytest.raises(InvalidInput, match="has length nan"):
        matrices_from_quaternions(np.full((1, 4), np.nan))


def test_too_few_poses_are_refused() -> None:
    positions, rotations = _random_poses(8, 0)
    with pytest.raises(InvalidInput, match="8 poses; expected more than the horizon of 8"):
        relative_motions(positions, rotations, 8)
    with pytest.raises(InvalidInput, match="horizon is 0"):
        relative_motions(positions, rotations, 0)


def test_labels_are_unit_or_zero() -> None:
    labels = unit_labels(np.array([[0, 0, 0.5], [0, 0, 0], [0, -1e-9, 0], [3, 4, 0]]))
    np.testing.assert_allclose(labels.directions, [[0, 0, 1], [0, 0, 0], [0, 0, 0], [0.6, 0.8, 0]], atol=1e-7)
    np.testing.assert_allclose(labels.lengths, [0.5, 0, 0, 5], atol=1e-7)
