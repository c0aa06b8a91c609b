import itertools

import cv2
import numpy as np
import pytest

from vinn_training.evaluation.mount_check.axes import (
    angle_between_deg,
    describe_axes,
    describe_mapping,
    fit_axes,
    tilt_deg,
    with_focal_stretch,
)
from vinn_training.exceptions import InvalidInput

EXPECTED = np.array([[0, 0, -1], [0, 0, 1], [0, -1, 0], [0, 1, 0], [-1, 0, 0], [1, 0, 0]], dtype=float)


def turn(axis: int, angle_deg: float) -> np.ndarray:
    vector = np.zeros(3)
    vector[axis] = np.radians(angle_deg)
    return cv2.Rodrigues(vector)[0]


def noisy(directions: np.ndarray, seed: int, sigma_deg: float = 2.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    moved = directions + rng.normal(0.0, np.radians(sigma_deg), directions.shape)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def signed_permutations() -> list[np.ndarray]:
    found = []
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[order, range(3)] = signs
            found.append(matrix)
    return found


@pytest.mark.parametrize("index", range(48))
def test_each_of_the_48_exchanges_of_axes_is_found_in_noisy_directions(index: int) -> None:
    matrix = signed_permutations()[index]
    fit = fit_axes(EXPECTED, noisy(EXPECTED @ matrix.T, index), focal_is_known=False)

    np.testing.assert_array_equal(fit.nearest, matrix)
    assert fit.is_mirrored == (np.linalg.det(matrix) < 0.0)
    assert fit.angle_deg < 5.0
    assert bool(describe_axes(fit, 8.0)) == (not np.array_equal(matrix, np.eye(3)))


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.diag([-1.0, 1.0, 1.0]), "x is mirrored"),
        (np.diag([1.0, -1.0, 1.0]), "y is mirrored"),
        (np.diag([1.0, 1.0, -1.0]), "z is mirrored"),
        (turn(2, 90.0), "rotated by 90 degrees clockwise"),
        (turn(2, -90.0), "rotated by 90 degrees counterclockwise"),
        (turn(2, 180.0), "upside down"),
        (np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1.0]]), "x and y are swapped: the picture is transposed"),
        (np.array([[0, -1, 0], [-1, 0, 0], [0, 0, 1.0]]), "x and y are swapped and both reversed"),
        (turn(1, 90.0), "looks another way: right is seen as backward, down is seen as down, forward is seen as right"),
        (turn(0, 20.0), "looks 20 degrees further down"),
        (turn(0, -12.0), "looks 12 degrees further up"),
        (turn(1, 15.0), "looks 15 degrees further to the left"),
        (turn(1, -15.0), "looks 15 degrees further to the right"),
        (turn(2, 30.0), "turned 30 degrees clockwise"),
        (turn(2, -30.0), "turned 30 degrees counterclockwise"),
        (turn(0, 50.0), "looks 50 degrees further down"),
    ],
)
def test_names_what_is_wrong(matrix: np.ndarray, words: str) -> None:
    lines = describe_axes(fit_axes(EXPECTED, EXPECTED @ matrix.T, focal_is_known=True), 8.0)
    assert words in lines[0]


def test_a_camera_that_looks_further_down_sees_forward_as_forward_and_up() -> None:
    # Known answer: a camera turned down by 20 degrees sees what comes straight at the robot come from above.
    seen = EXPECTED @ turn(0, 20.0).T
    forward = seen[1]

    assert forward[2] == pytest.approx(np.cos(np.radians(20.0)))
    assert forward[1] == pytest.approx(-np.sin(np.radians(20.0)))
    assert tilt_deg(fit_axes(EXPECTED, seen, focal_is_known=True)) == pytest.approx((20.0, 0.0, 0.0), abs=1e-6)


def test_two_faults_at_once_are_both_told() -> None:
    fit = fit_axes(EXPECTED, EXPECTED @ (np.diag([-1.0, 1.0, 1.0]) @ turn(0, 20.0)).T, focal_is_known=True)
    lines = describe_axes(fit, 8.0)

    assert "x is mirrored" in lines[0]
    assert "20 degrees" in lines[1]


def test_small_turns_are_right_up_to_the_tolerance() -> None:
    fit = fit_axes(EXPECTED, EXPECTED @ turn(0, 6.0).T, focal_is_known=True)

    assert describe_axes(fit, 8.0) == ()
    assert describe_axes(fit, 5.0)


@pytest.mark.parametrize("stretch", [0.6, 0.8, 1.25, 1.6])
def test_a_wrong_focal_length_is_found_where_the_camera_is_tilted_and_does_no_harm_where_it_is_not(
    stretch: float,
) -> None:
    for tilt in (0.0, 20.0):
        seen = np.array([with_focal_stretch(d, 1.0 / stretch) for d in EXPECTED @ turn(0, tilt).T])
        fit = fit_axes(EXPECTED, seen, focal_is_known=False)

        assert tilt_deg(fit)[0] == pytest.approx(tilt, abs=2.5)
        assert fit.residual_deg < 2.0
        if tilt:
            assert fit.focal_stretch == pytest.approx(stretch, rel=0.15)


def test_directions_that_contradict_each_other_leave_a_large_residual() -> None:
    seen = EXPECTED.copy()
    seen[1] = [1.0, 0.0, 0.0]
    seen[3] = [-1.0, 0.0, 0.0]

    assert fit_axes(EXPECTED, seen, focal_is_known=True).residual_deg > 30.0


def test_mirrored_and_turned_cannot_be_told_apart_in_a_plane() -> None:
    with pytest.raises(InvalidInput, match="one plane"):
        fit_axes(EXPECTED[:4], EXPECTED[:4], focal_is_known=True)
    with pytest.raises(InvalidInput, match="N >= 3"):
        fit_axes(EXPECTED[:2], EXPECTED[:2], focal_is_known=True)


def test_angles_and_mappings() -> None:
    assert angle_between_deg(np.array([2.0, 0, 0]), np.array([1.0, 1.0, 0])) == pytest.approx(45.0)
    assert describe_mapping(np.diag([-1.0, 1.0, 1.0])).startswith("right is seen as left, down is seen as down")
