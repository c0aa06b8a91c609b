"""How well camera poses explain the matches between pictures: two-view geometry, nothing of its own to estimate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera

Array = NDArray[np.float64]


class MatchedPair(NamedTuple):
    """Matches between two pictures.

    Attributes:
        first: Index of the first picture.
        second: Index of the second picture, larger than `first`.
        points_first: (M, 2) float64, pixels; the centre of the first pixel is (0, 0).
        points_second: (M, 2) float64, pixels.
        features: (M, 2) int64, numbers of the features in their pictures.
        verified: (M,) bool, matches that agree with one two-view geometry.
        fundamental: (3, 3) float64 of that geometry (second.T @ F @ first = 0), or None where there is none.
    """

    first: int
    second: int
    points_first: Array
    points_second: Array
    features: NDArray[np.int64]
    verified: NDArray[np.bool_]
    fundamental: Array | None


def fundamental_matrix(
    rotations: Array, centers: Array, camera: PinholeCamera, first: int, second: int
) -> Array | None:
    """Return the fundamental matrix between two posed pictures.

    Args:
        rotations: (N, 3, 3) camera to world.
        centers: (N, 3) camera centres in the world; NaN where a picture has no pose.
        camera: Of all pictures.
        first: Index of the first picture.
        second: Index of the second.

    Returns:
        (3, 3) float64 of unit Frobenius norm, so that `second.T @ F @ first = 0` in pixels; None where a pose is
        missing or both centres coincide.
    """
    baseline = rotations[second].T @ (centers[first] - centers[second])
    if not np.isfinite(baseline).all() or not baseline.any():
        return None
    x, y, z = baseline
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    inverse = np.linalg.inv(camera.matrix)
    matrix = inverse.T @ cross @ rotations[second].T @ rotations[first] @ inverse
    return matrix / float(np.linalg.norm(matrix))


def sampson_px(fundamental: Array, points_first: Array, points_second: Array) -> Array:
    """Return the first-order distance of matches from a two-view geometry (Hartley and Zisserman, eq. 11.9).

    Args:
        fundamental: (3, 3), `second.T @ F @ first = 0`.
        points_first: (M, 2) pixels.
        points_second: (M, 2) pixels.

    Returns:
        (M,) float64, pixels.
    """
    ones = np.ones((len(points_first), 1))
    first, second = np.hstack((points_first, ones)), np.hstack((points_second, ones))
    lines_second, lines_first = first @ fundamental.T, second @ fundamental
    algebraic = np.einsum("ij,ij->i", second, lines_second)
    scale = (lines_second[:, :2] ** 2).sum(axis=1) + (lines_first[:, :2] ** 2).sum(axis=1)
    return np.abs(algebraic) / np.sqrt(np.maximum(scale, 1e-18))


def noise_px(pairs: Sequence[MatchedPair]) -> float:
    """Return the median distance of verified matches from the geometry of their own pair, pixels."""
    residuals = [
        sampson_px(pair.fundamental, pair.points_first[pair.verified], pair.points_second[pair.verified])
        for pair in pairs
        if pair.fundamental is not None
    ]
    return float(np.median(np.concatenate(residuals))) if residuals else 0.0


def explained_by_pairs(pairs: Sequence[MatchedPair], tolerance_px: float) -> float:
    """Score the free geometry of each pair by itself, as `explained_matches` scores poses: what poses can reach.

    Args:
        pairs: Matches.
        tolerance_px: Distance from which a match counts nothing.

    Returns:
        Mean over all verified matches, 0 to 1.
    """
    total, count = 0.0, 0
    for pair in pairs:
        count += int(pair.verified.sum())
        if pair.fundamental is not None:
            total += _explained(pair.fundamental, pair, tolerance_px)
    return total / count if count else 0.0


def explained_matches(
    rotations: Array, centers: Array, camera: PinholeCamera, pairs: Sequence[MatchedPair], tolerance_px: float
) -> float:
    """Score poses and camera by the matches, independently of what a mapper kept or threw away.

    Each verified match counts `max(0, 1 - (d / tolerance)^2)` with d its distance from the epipolar geometry of the
    poses; a match of a picture without a pose counts nothing. A mapper that registers every picture with a wrong
    focal length keeps the points that suit it, so its own reprojection error looks good; this number does not.

    Args:
        rotations: (N, 3, 3) camera to world.
        centers: (N, 3) camera centres in the world; NaN where a picture has no pose.
        camera: Of all pictures.
        pairs: Matches.
        tolerance_px: Distance from which a match counts nothing.

    Returns:
        Mean over all verified matches, 0 to 1.
    """
    total, count = 0.0, 0
    for pair in pairs:
        count += int(pair.verified.sum())
        fundamental = fundamental_matrix(rotations, centers, camera, pair.first, pair.second)
        if fundamental is not None:
            total += _explained(fundamental, pair, tolerance_px)
    return total / count if count else 0.0


def _explained(fundamental: Array, pair: MatchedPair, tolerance_px: float) -> float:
    distance = sampson_px(fundamental, pair.points_first[pair.verified], pair.points_second[pair.verified])
    return float(np.maximum(0.0, 1.0 - (distance / tolerance_px) ** 2).sum())
