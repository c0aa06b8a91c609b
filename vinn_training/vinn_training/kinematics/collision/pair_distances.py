"""Distances of watched pairs of parts, where the joints are."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from vinn_training.kinematics.collision.bodies import Bodies
from vinn_training.kinematics.collision.shapes import MAX_HULL_POINTS


class PairDistances:
    """Places M parts and measures between P pairs of them.

    Args:
        bodies: The parts.
        pairs: (P, 2) int64, numbers of the parts of each pair.

    Attributes:
        bodies: The parts.
        pairs: (P, 2) int64.
        reach_m: (P, nv) float64, the parts of a pair move no farther against each other than this for a unit of each
            joint's motion; 0 for a joint that carries both.
        is_turned: (P, nv) bool, whether a joint turns one part of a pair against the other.
    """

    def __init__(self, bodies: Bodies, pairs: NDArray[np.int64]) -> None:
        self.bodies = bodies
        self.pairs = pairs
        self._first, self._second = pairs.T
        is_apart = bodies.is_supported[self._first] != bodies.is_supported[self._second]
        self.reach_m = np.where(is_apart, np.maximum(bodies.reach_m[self._first], bodies.reach_m[self._second]), 0.0)
        self.is_turned = is_apart & ~bodies.is_slide
        self._geometry = bodies.geometry.copy()
        for a, b in pairs.tolist():
            self._geometry.addCollisionPair(pin.CollisionPair(a, b))
        self._data = bodies.model.createData()
        self._geometry_data = self._geometry.createData()
        self._points_m = np.array([_filled(shape.points_m).T for shape in bodies.shapes])  # (M, 3, 32)
        self._round_m = np.array([shape.round_m for shape in bodies.shapes])
        self._common = np.array([self._common_turning_joint(a, b) for a, b in pairs.tolist()], dtype=np.int64)
        self._set_covers()

    def move(self, full: NDArray[np.float64], with_jacobians: bool = False) -> None:
        """Place the parts for joint values of `bodies.model`, (nv,)."""
        if with_jacobians:
            pin.computeJointJacobians(self.bodies.model, self._data, full)
        else:
            pin.forwardKinematics(self.bodies.model, self._data, full)
        pin.updateGeometryPlacements(self.bodies.model, self._data, self._geometry, self._geometry_data)

    def least_m(self) -> NDArray[np.float64]:
        """Return a quick bound from below on each pair's distance, (P,)."""
        centres = np.array([pose.translation for pose in self._geometry_data.oMg])
        gaps = np.abs(centres[self._first] - centres[self._second]) - self._half_m
        np.maximum(gaps, 0.0, out=gaps)
        return np.sqrt(np.einsum("pk,pk->p", gaps, gaps)) - self._radius_m

    def distances_m(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the distances of K pairs, (K,), negative where they overlap."""
        return np.array([self._measure(pair).min_distance for pair in pairs.tolist()])

    def normals(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the distances of K pairs, (K,), and the directions from first to second part, (K, 3).

        A direction is in the frame that both parts move with, so that it keeps its meaning in another place.
        """
        results = [self._measure(pair) for pair in pairs.tolist()]
        normals = np.array([result.normal for result in results]).reshape(-1, 3)
        rotations = self._common_rotations(pairs)
        return np.array([result.min_distance for result in results]), np.einsum("kji,kj->ki", rotations, normals)

    def gaps_m(self, pairs: NDArray[np.int64], normals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far the parts of K pairs are apart along given directions, (K,); never more than they are.

        Args:
            pairs: (K,) int64.
            normals: (K, 3) float64, as `normals` returned them, for this or another place.
        """
        directions = np.einsum("kij,kj->ki", self._common_rotations(pairs), normals)
        first, second = self._first[pairs], self._second[pairs]
        poses = self._geometry_data.oMg
        centres = np.array([pose.translation for pose in poses])
        rotations = np.array([pose.rotation for pose in poses])
        along = np.einsum("ki,ki->k", centres[second] - centres[first], directions)
        return (
            along
            - self._extent_m(first, rotations[first], directions)
            - self._extent_m(second, rotations[second], -directions)
        )

    def gradients(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the distances of K pairs, (K,), and their change with each joint, (K, nv); after jacobians."""
        results = [self._measure(pair) for pair in pairs.tolist()]
        normals = np.array([result.normal for result in results]).reshape(-1, 3)
        at_first = np.array([result.getNearestPoint1() for result in results]).reshape(-1, 3)
        at_second = np.array([result.getNearestPoint2() for result in results]).reshape(-1, 3)
        first = self._speeds(self._first[pairs], normals, at_first)
        second = self._speeds(self._second[pairs], normals, at_second)
        return np.array([result.min_distance for result in results]), second - first

    def _measure(self, pair: int) -> pin.DistanceResult:
        return pin.computeDistance(self._geometry, self._geometry_data, pair)

    def _speeds(
        self, parts: NDArray[np.int64], normals: NDArray[np.float64], points_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the velocity along a direction of a point of each part, by joint, (K, nv)."""
        jacobian = self._data.J  # of the body at the world's origin: linear, then angular
        x, y, z = points_m.T
        i, j, k = normals.T
        arms = np.stack([y * k - z * j, z * i - x * k, x * j - y * i], axis=1)  # np.cross, at a quarter of its time
        return np.where(self.bodies.is_supported[parts], normals @ jacobian[:3] + arms @ jacobian[3:], 0.0)

    def _extent_m(
        self, parts: NDArray[np.int64], rotations: NDArray[np.float64], directions: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return how far parts reach from their centres along directions, (K,)."""
        local = directions[:, None, :] @ rotations
        return (local @ self._points_m[parts])[:, 0].max(axis=1) + self._round_m[parts]

    def _common_turning_joint(self, first: int, second: int) -> int:
        """Return the last joint that carries both parts, or 0 where these joints turn nothing."""
        model = self.bodies.model
        both = self.bodies.is_supported[first] & self.bodies.is_supported[second]
        if not (both & ~self.bodies.is_slide).any():
            return 0
        return max(joint for joint in range(1, model.njoints) if both[model.joints[joint].idx_v])

    def _common_rotations(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        commons = self._common[pairs]
        if not commons.any():
            return np.broadcast_to(np.eye(3), (len(pairs), 3, 3))
        return np.array([pose.rotation for pose in self._data.oMi])[commons]

    def _set_covers(self) -> None:
        """Cover what can turn by spheres and what cannot by boxes along the axes of base_link."""
        self.move(pin.neutral(self.bodies.model))
        guided = self.bodies.is_guided
        turned = [
            np.abs(pose.rotation) @ shape.half_extents_m
            for pose, shape in zip(self._geometry_data.oMg, self.bodies.shapes, strict=True)
        ]
        half = np.where(guided[:, None], np.array(turned), 0.0)
        radius = np.where(guided, 0.0, [shape.radius_m for shape in self.bodies.shapes])
        self._half_m = half[self._first] + half[self._second]
        self._radius_m = radius[self._first] + radius[self._second]


def _filled(points_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points, repeated to as many as every shape has room for, (32, 3)."""
    return points_m[np.arange(MAX_HULL_POINTS) % len(points_m)]
