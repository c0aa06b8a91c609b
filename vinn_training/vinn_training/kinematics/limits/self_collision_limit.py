"""Keeps parts of the robot apart, as a hard constraint of the inverse kinematics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vinn_training.kinematics.collision.collision_model import CollisionModel, Proximity

#: Pairs of parts that are farther from each other than this are left to the next iteration, metres: of the first,
#: which makes most of the way, and of those that refine it.
_WITHIN_M = (0.1, 0.04)
#: A pair this close to the margin counts as being there, metres.
_AT_LIMIT_M = 1e-3


class SelfCollisionLimit:
    """Lets no pair of parts come nearer than the margin, to first order in the displacement.

    Pairs that are within the margin already may move apart, not nearer. What the linearisation misses is left to the
    next iteration, and at last to `CollisionModel.check_path`.

    Args:
        collision: The pairs and their margin.
        max_step: (n,) float64, largest displacement of each joint; pairs that it cannot bring together are skipped.
    """

    def __init__(self, collision: CollisionModel, max_step: NDArray[np.float64]) -> None:
        self._collision = collision
        self._max_step = np.array(max_step, dtype=np.float64)
        self._fingers_rad: tuple[float, ...] = (0.0,)
        self._is_first = True

    def start_at(self, fingers_rad: tuple[float, ...]) -> None:
        """Set the finger angles for the motion that begins: as measured, and as commanded where that differs."""
        self._fingers_rad = tuple(dict.fromkeys(fingers_rad))
        self._is_first = True

    def rows(self, q: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Return G, (k, n), and h, (k,), with G dq <= h at q, (n,); None where nothing is near."""
        within_m = _WITHIN_M[0] if self._is_first else _WITHIN_M[1]
        self._is_first = False
        nears = self._near(q, within_m)
        gradients = np.concatenate([near.gradients for near in nears])
        distances = np.concatenate([near.distances_m for near in nears])
        room = np.maximum(distances - self._collision.margin_m, 0.0)
        in_reach = np.abs(gradients) @ self._max_step > room
        if not in_reach.any():
            return None
        return -gradients[in_reach], room[in_reach]

    def active(self, q: NDArray[np.float64]) -> tuple[str, ...]:
        """Return one line for each pair that is at the margin or within it."""
        least: dict[str, float] = {}
        for near in self._near(q, self._collision.margin_m + _AT_LIMIT_M):
            for pair, distance in zip(near.pairs.tolist(), near.distances_m.tolist(), strict=True):
                name = self._collision.pair_names[pair]
                least[name] = min(distance, least.get(name, distance))
        return tuple(f"{name} {1000 * distance:.0f} mm apart" for name, distance in least.items())

    def _near(self, q: NDArray[np.float64], within_m: float) -> list[Proximity]:
        return [
            self._collision.near(q, finger_rad, within_m, only_fingers=index > 0)
            for index, finger_rad in enumerate(self._fingers_rad)
        ]
