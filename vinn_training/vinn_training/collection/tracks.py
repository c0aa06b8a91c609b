"""Points followed through many pictures, and which of their sightings agree with one place at rest in the world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.epipolar import Array, MatchedPair

# Pairs of sightings from which the place of one point is tried, and the shortest tracks that are tried.
_TRIALS = 12
_MIN_SIGHTINGS = 3
_MIN_ANGLE_COS = np.cos(np.deg2rad(1.0))


class Tracks(NamedTuple):
    """Sightings of points, sorted by point.

    Attributes:
        point: (S,) int64, which point.
        picture: (S,) int64, in which picture.
        pixel: (S, 2) float64, where.
    """

    point: NDArray[np.int64]
    picture: NDArray[np.int64]
    pixel: Array


class StaticFit(NamedTuple):
    """How sightings agree with a point at rest.

    Attributes:
        place: (P, 3) float64, world; NaN where no place was found.
        error_px: (S,) float64, distance of each sighting from its point's place; NaN without a place, infinite behind
            the camera.
    """

    place: Array
    error_px: Array


def link_tracks(pairs: Sequence[MatchedPair]) -> Tracks:
    """Link matches into tracks; a track that meets one picture twice keeps its first sighting there.

    Args:
        pairs: Matches; unverified ones count too, because on what moves by itself they are often right.
    """
    nodes: dict[tuple[int, int], int] = {}
    pixels: list[NDArray[np.float64]] = []
    pictures: list[int] = []
    parents: list[int] = []

    def node(picture: int, feature: int, pixel: NDArray[np.float64]) -> int:
        key = (picture, feature)
        if key not in nodes:
            nodes[key] = len(parents)
            parents.append(len(parents))
            pictures.append(picture)
            pixels.append(pixel)
        return nodes[key]

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for pair in pairs:
        rows = zip(pair.features.tolist(), pair.points_first, pair.points_second, strict=True)
        for (first, second), pixel_first, pixel_second in rows:
            a = root(node(pair.first, first, pixel_first))
            b = root(node(pair.second, second, pixel_second))
            if a != b:
                parents[max(a, b)] = min(a, b)
    if not parents:
        empty = np.zeros(0, dtype=np.int64)
        return Tracks(empty, empty, np.zeros((0, 2)))
    roots = np.array([root(index) for index in range(len(parents))])
    pictures_array = np.array(pictures)
    order = np.lexsort((pictures_array, roots))
    keys = np.column_stack((roots[order], pictures_array[order]))
    fresh = np.concatenate(([True], (np.diff(keys, axis=0) != 0).any(axis=1)))
    order = order[fresh]
    _, point = np.unique(roots[order], return_inverse=True)
    return Tracks(point.astype(np.int64), pictures_array[order].astype(np.int64), np.array(pixels)[order])


def fit_static_points(
    tracks: Tracks, rotations: Array, centers: Array, camera: PinholeCamera, tolerance_px: float, seed: int
) -> StaticFit:
    """Give each point the place at rest that most of its sightings agree with.

    Args:
        tracks: Sightings.
        rotations: (N, 3, 3) camera to world.
        centers: (N, 3) camera centres; NaN where a picture has no pose.
        camera: Of all pictures.
        tolerance_px: Up to which a sighting agrees.
        seed: Of the choice of sightings that places are tried from.
    """
    rng = np.random.default_rng(seed)
    rays = _rays(tracks, rotations, camera)
    has_pose = np.asarray(np.isfinite(centers[tracks.picture]).all(axis=1))
    count = int(tracks.point[-1]) + 1 if len(tracks.point) else 0
    places = np.full((count, 3), np.nan)
    errors = np.full(len(tracks.point), np.nan)
    bounds = np.searchsorted(tracks.point, np.arange(count + 1))
    for point in range(count):
        rows = np.arange(bounds[point], bounds[point + 1])
        posed = rows[has_pose[rows]]
        if len(posed) < _MIN_SIGHTINGS:
            continue
        origin = centers[tracks.picture[posed]]
        place = _best_place(origin, rays[posed], tracks, rotations, centers, camera, posed, tolerance_px, rng)
        if place is not None:
            places[point] = place
            errors[posed] = _errors_px(place[None], tracks, rotations, centers, camera, posed)[0]
    return StaticFit(places, errors)


def _rays(tracks: Tracks, rotations: Array, camera: PinholeCamera) -> Array:
    """Return (S, 3) unit rays of the sightings in the world."""
    homogeneous = np.hstack((tracks.pixel, np.ones((len(tracks.pixel), 1))))
    rays = np.einsum("sij,sj->si", rotations[tracks.picture], homogeneous @ np.linalg.inv(camera.matrix).T)
    return rays / np.linalg.norm(rays, axis=1, keepdims=True)


def _best_place(
    origins: Array,
    rays: Array,
    tracks: Tracks,
    rotations: Array,
    centers: Array,
    camera: PinholeCamera,
    rows: NDArray[np.int64],
    tolerance_px: float,
    rng: np.random.Generator,
) -> Array | None:
    """Try places from pairs of sightings; return the one with most sightings within the tolerance."""
    first, second = np.triu_indices(len(rows), 1)
    wide = np.flatnonzero((rays[first] * rays[second]).sum(axis=1) < _MIN_ANGLE_COS)
    first, second = first[wide], second[wide]
    if len(first) == 0:
        return None
    if len(first) > _TRIALS:
        chosen = rng.choice(len(first), _TRIALS, replace=False)
        first, second = first[chosen], second[chosen]
    places = _midpoints(origins[first], rays[first], origins[second], rays[second])
    errors = _errors_px(places, tracks, rotations, centers, camera, rows)
    agreement = np.maximum(0.0, 1.0 - (errors / tolerance_px) ** 2).sum(axis=1)
    best = int(agreement.argmax())
    return places[best] if (errors[best] < tolerance_px).sum() >= _MIN_SIGHTINGS else None


def _midpoints(origin_a: Array, ray_a: Array, origin_b: Array, ray_b: Array) -> Array:
    """Return (K, 3) points halfway between the nearest points of pairs of rays that are not parallel."""
    cosine = (ray_a * ray_b).sum(axis=1)
    between = origin_b - origin_a
    along_a, along_b = (between * ray_a).sum(axis=1), (between * ray_b).sum(axis=1)
    sine2 = 1.0 - cosine**2
    reach_a = (along_a - cosine * along_b) / sine2
    reach_b = (cosine * along_a - along_b) / sine2
    return 0.5 * (origin_a + reach_a[:, None] * ray_a + origin_b + reach_b[:, None] * ray_b)


def _errors_px(
    places: Array,
    tracks: Tracks,
    rotations: Array,
    centers: Array,
    camera: PinholeCamera,
    rows: NDArray[np.int64],
) -> Array:
    """Return (K, len(rows)) distances of sightings from the pictures of places; infinite behind the camera."""
    picture = tracks.picture[rows]
    seen = np.einsum("kri,rij->krj", places[:, None, :] - centers[picture][None], rotations[picture])
    front = seen[..., 2] > 1e-9
    depth = np.where(front, seen[..., 2], 1.0)
    x = camera.fx * seen[..., 0] / depth + camera.cx - tracks.pixel[rows, 0]
    y = camera.fy * seen[..., 1] / depth + camera.cy - tracks.pixel[rows, 1]
    return np.where(front, np.hypot(x, y), np.inf)
