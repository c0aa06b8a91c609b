from dataclasses import replace

import cv2
import numpy as np
import pytest

from vinn_training.collection.step_labels import StepConfig, label_steps
from vinn_training.collection.structure import Structure
from vinn_training.exceptions import CollectionError, InvalidInput

from .synthetic import synthetic_views


def _path(steps: list[tuple[float, float, float]], turn_rad: float = 0.0) -> Structure:
    """A camera that makes each step in its own optical frame, then turns about its y axis."""
    rotations, centers = [np.eye(3)], [np.zeros(3)]
    for step in steps:
        centers.append(centers[-1] + rotations[-1] @ np.array(step))
        rotations.append(rotations[-1] @ cv2.Rodrigues(np.array([0.0, turn_rad, 0.0]))[0])
    views = synthetic_views()
    ahead = np.array(centers).mean(axis=0) + np.random.default_rng(0).uniform(-8, 8, (500, 3))
    count = len(centers)
    return views.structure(
        registered=np.ones(count, bool),
        rotations_camera_to_world=np.array(rotations),
        centers=np.array(centers),
        points=ahead,
        support=np.full(count, 500),
        disputed=np.zeros(count),
    )


def _times(structure: Structure) -> np.ndarray:
    return np.arange(len(structure.centers)) / 3.0


def test_steps_are_in_the_optical_frame_of_their_own_picture() -> None:
    structure = _path([(0.0, 0.0, 0.1), (0.1, 0.0, 0.0), (0.0, -0.2, 0.0)], turn_rad=0.4)

    labels = label_steps(structure, _times(structure), StepConfig())

    np.testing.assert_allclose(labels.directions, [[0, 0, 1], [1, 0, 0], [0, -1, 0]], atol=1e-6)
    np.testing.assert_allclose(labels.rotations_rad, [[0, 0.4, 0]] * 3, atol=1e-6)
    np.testing.assert_allclose(labels.lengths, [0.1, 0.1, 0.2], rtol=1e-6)
    assert labels.frames.tolist() == [0, 1, 2]
    assert labels.dropped == ((3, "last picture: no next one to move to"),)
    assert labels.directions.dtype == labels.rotations_rad.dtype == labels.lengths.dtype == np.float32


def test_labels_do_not_depend_on_the_world_frame_or_unit() -> None:
    structure = _path([(0.0, 0.0, 0.1), (0.05, 0.0, 0.1), (0.0, 0.0, 0.004), (0.0, 0.02, -0.1)], turn_rad=0.1)
    turn, scale = cv2.Rodrigues(np.array([0.3, -1.0, 2.0]))[0], 37.0
    other = replace(
        structure,
        rotations_camera_to_world=turn @ structure.rotations_camera_to_world,
        centers=scale * structure.centers @ turn.T + [5.0, -3.0, 1.0],
        points=scale * structure.points @ turn.T + [5.0, -3.0, 1.0],
    )

    first, second = (label_steps(each, _times(each), StepConfig()) for each in (structure, other))

    np.testing.assert_allclose(first.directions, second.directions, atol=1e-5)
    np.testing.assert_allclose(first.rotations_rad, second.rotations_rad, atol=1e-5)
    np.testing.assert_array_equal(first.at_rest, second.at_rest)
    assert first.at_rest.tolist() == [False, False, True, False]


def test_a_step_at_rest_has_no_direction_however_long_the_rest() -> None:
    moving, resting = (0.0, 0.0, 0.1), (0.001, 0.0, 0.0)
    structure = _path([moving] * 4 + [resting] * 12 + [moving] * 3)

    labels = label_steps(structure, _times(structure), StepConfig())

    assert np.flatnonzero(labels.at_rest).tolist() == list(range(4, 16))
    assert not labels.directions[labels.at_rest].any()
    np.testing.assert_allclose(np.linalg.norm(labels.directions[~labels.at_rest], axis=1), 1.0, atol=1e-6)


def test_a_camera_that_never_moves_is_refused_although_noise_has_a_typical_length() -> None:
    rng = np.random.default_rng(3)
    structure = _path([tuple(step) for step in rng.normal(0, 1e-4, (8, 3))])

    with pytest.raises(CollectionError, match="stands still in all of 8 steps"):
        label_steps(structure, _times(structure), StepConfig())


def test_steps_to_and_from_a_picture_without_a_pose_are_dropped() -> None:
    structure = _path([(0.0, 0.0, 0.1)] * 6)
    structure.registered[2] = False
    structure.centers[2] = np.nan
    structure.rotations_camera_to_world[2] = np.nan

    labels = label_steps(structure, _times(structure), StepConfig())

    assert labels.frames.tolist() == [0, 3, 4, 5]
    assert dict(labels.dropped)[1] == "next picture not registered"
    assert dict(labels.dropped)[2] == "picture not registered"
    assert np.isfinite(labels.directions).all()


def test_a_gap_in_time_and_a_jump_in_space_are_dropped_with_their_reasons() -> None:
    structure = _path([(0.0, 0.0, 0.1)] * 4 + [(3.0, 0.0, 0.0)] + [(0.0, 0.0, 0.1)] * 4)
    times = _times(structure)
    times[2:] += 1.0

    labels = label_steps(structure, times, StepConfig())

    reasons = dict(labels.dropped)
    assert reasons[1] == "gap: the next picture comes after 4.0 times the usual interval"
    assert reasons[4] == "jump: 30 times as long as the usual step"
    assert labels.frames.tolist() == [0, 2, 3, 5, 6, 7, 8]


def test_weak_and_disputed_poses_are_dropped() -> None:
    structure = _path([(0.0, 0.0, 0.1)] * 7)
    structure.support[1] = 7
    structure.disputed[5] = 0.8

    labels = label_steps(structure, _times(structure), StepConfig())

    reasons = dict(labels.dropped)
    assert reasons[0] == "next picture: weak pose: only 7 points at rest are seen"
    assert reasons[5].startswith("disputed pose: 80% of the patches")
    assert labels.frames.tolist() == [2, 3, 6]


def test_nothing_to_label_is_an_error_that_says_why() -> None:
    structure = _path([(0.0, 0.0, 0.1)] * 3)
    structure.support[:] = 0

    with pytest.raises(CollectionError, match=r"none of 3 steps can be labelled: .*weak pose"):
        label_steps(structure, _times(structure), StepConfig())


def test_times_must_fit() -> None:
    structure = _path([(0.0, 0.0, 0.1)] * 3)

    with pytest.raises(InvalidInput, match="rising"):
        label_steps(structure, np.zeros(4), StepConfig())
    with pytest.raises(InvalidInput, match=r"expected \(4,\)"):
        label_steps(structure, np.arange(3.0), StepConfig())
    with pytest.raises(InvalidInput, match="jump_factor"):
        StepConfig(jump_factor=0.5)
