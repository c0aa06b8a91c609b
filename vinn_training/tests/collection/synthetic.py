"""Points at rest and on a door, seen along a path with known poses: no pictures, no estimation."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import cv2
import numpy as np

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.epipolar import MatchedPair
from vinn_training.collection.structure import Structure

CAMERA = PinholeCamera(960, 540, 410.0, 410.0, 479.5, 269.5)


@dataclass(frozen=True)
class Views:
    rotations: np.ndarray
    centers: np.ndarray
    pixels: np.ndarray  # (N, P, 2)
    points: np.ndarray  # (P, 3) at rest
    on_door: np.ndarray  # (P,) bool
    inside: np.ndarray = field(repr=False)  # (N, P) bool

    def pairs(self, noise_px: float = 0.0, reach: int = 100) -> tuple[MatchedPair, ...]:
        rng = np.random.default_rng(1)
        pixels = self.pixels + noise_px * rng.standard_normal(self.pixels.shape)
        found = []
        for first, second in combinations(range(len(self.centers)), 2):
            if second - first > reach:
                continue
            rows = np.flatnonzero(self.inside[first] & self.inside[second])
            a, b = pixels[first, rows], pixels[second, rows]
            matrix, _ = cv2.findFundamentalMat(a, b, cv2.FM_8POINT)
            found.append(
                MatchedPair(first, second, a, b, np.column_stack((rows, rows)), np.ones(len(rows), bool), matrix)
            )
        return tuple(found)

    def structure(self, **changes: object) -> Structure:
        count = len(self.centers)
        fields = {
            "registered": np.isfinite(self.centers).all(axis=1),
            "rotations_camera_to_world": self.rotations,
            "centers": self.centers,
            "camera": CAMERA,
            "points": self.points,
            "reprojection_error_px": 0.5,
            "explained": 1.0,
            "support": np.full(count, 500),
            "disputed": np.zeros(count),
            "pairs": (),
            "mapper": "global",
            "focal_profile": None,
            "notes": (),
        }
        return Structure(**{**fields, **changes})  # type: ignore[arg-type]


def synthetic_views(count: int = 10, door_from: int | None = None) -> Views:
    """A camera comes nearer, sideways and turning; from picture `door_from` on, a patch of the points swings away."""
    rng = np.random.default_rng(0)
    points = np.column_stack((rng.uniform(-2, 2, 400), rng.uniform(-1.2, 1.2, 400), rng.uniform(2.0, 4.0, 400)))
    on_door = (np.abs(points[:, 0] - 0.2) < 0.7) & (np.abs(points[:, 1]) < 0.7)
    points[on_door, 2] = 2.5
    at = np.linspace(0.0, 1.0, count)
    centers = np.column_stack((0.5 * np.sin(3 * at), 0.1 * at, 0.9 * at))
    rotations = np.array([cv2.Rodrigues(np.array([0.15 * a, 0.35 * np.sin(4 * a), 0.1 * a]))[0] for a in at])
    pixels = np.zeros((count, len(points), 2))
    inside = np.zeros((count, len(points)), dtype=bool)
    for index in range(count):
        places = points.copy()
        if door_from is not None and index >= door_from:
            angle = 0.15 * (index - door_from + 1)
            turn = cv2.Rodrigues(np.array([0.0, angle, 0.0]))[0]
            hinge = np.array([0.9, 0.0, 2.5])
            places[on_door] = (places[on_door] - hinge) @ turn.T + hinge
        seen = (places - centers[index]) @ rotations[index]
        pixels[index] = seen[:, :2] / seen[:, 2:] * CAMERA.fx + [CAMERA.cx, CAMERA.cy]
        inside[index] = (seen[:, 2] > 0.1) & (pixels[index] > 0).all(axis=1) & (pixels[index] < [959, 539]).all(axis=1)
    return Views(rotations, centers, pixels, points, on_door, inside)
