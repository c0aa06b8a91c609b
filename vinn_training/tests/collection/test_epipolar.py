import numpy as np
import pytest

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.epipolar import (
    MatchedPair,
    explained_by_pairs,
    explained_matches,
    fundamental_matrix,
    sampson_px,
)

from .synthetic import CAMERA, synthetic_views


def test_matches_of_a_scene_at_rest_lie_on_the_epipolar_lines_of_the_true_poses() -> None:
    views = synthetic_views()

    for pair in views.pairs():
        matrix = fundamental_matrix(views.rotations, views.centers, CAMERA, pair.first, pair.second)
        assert matrix is not None
        assert sampson_px(matrix, pair.points_first, pair.points_second).max() < 1e-6


def test_the_distance_is_that_from_the_line_shared_between_both_points() -> None:
    # Sideways motion: lines are rows. A point three pixels off its row is 3 / sqrt(2) from the nearest true match.
    rotations, centers = np.repeat(np.eye(3)[None], 2, axis=0), np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    matrix = fundamental_matrix(rotations, centers, CAMERA, 0, 1)
    assert matrix is not None

    distance = sampson_px(matrix, np.array([[100.0, 50.0]]), np.array([[80.0, 53.0]]))

    assert distance[0] == pytest.approx(3.0 / np.sqrt(2.0))


def test_a_wrong_focal_length_explains_fewer_matches_although_every_picture_has_a_pose() -> None:
    views = synthetic_views()
    pairs = views.pairs(noise_px=0.3)
    wrong = PinholeCamera(CAMERA.width, CAMERA.height, 3000.0, 3000.0, CAMERA.cx, CAMERA.cy)

    right_score = explained_matches(views.rotations, views.centers, CAMERA, pairs, 2.0)
    wrong_score = explained_matches(views.rotations, views.centers, wrong, pairs, 2.0)

    assert right_score > 0.9
    assert wrong_score < 0.6


def test_a_picture_without_a_pose_explains_nothing() -> None:
    views = synthetic_views()
    pairs = views.pairs()
    centers = views.centers.copy()
    centers[-1] = np.nan
    share = sum(len(p.points_first) for p in pairs if len(views.centers) - 1 not in (p.first, p.second))

    score = explained_matches(views.rotations, centers, CAMERA, pairs, 2.0)

    assert score == pytest.approx(share / sum(len(p.points_first) for p in pairs))
    assert fundamental_matrix(views.rotations, centers, CAMERA, 0, len(centers) - 1) is None


def test_only_verified_matches_are_counted_and_none_give_zero() -> None:
    views = synthetic_views()
    (pair, *_) = views.pairs()
    half = pair._replace(verified=np.arange(len(pair.points_first)) % 2 == 0)
    spoiled = half._replace(points_second=np.where(half.verified[:, None], half.points_second, 0.0))

    assert explained_matches(views.rotations, views.centers, CAMERA, [spoiled], 1.0) == pytest.approx(1.0)
    empty = MatchedPair(0, 1, *np.zeros((2, 0, 2)), np.zeros((0, 2), int), np.zeros(0, bool), None)
    assert explained_matches(views.rotations, views.centers, CAMERA, [empty], 1.0) == 0.0
    assert explained_by_pairs([empty], 1.0) == 0.0
