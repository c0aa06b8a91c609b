"""Distances of watched pairs of parts, where the joints are."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from vinn_training.kinematics.collision.bodies import Bodies
from vinn_training.kinematics.collision.shapes import MAX_HULL_POINTS

#: So many pairs are measured at once in less time than the quick bound takes.
_FEW = 20

#: A product with it sums three columns, faster than a sum along so short an axis.
_ONES = np.ones(3)


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
        local = [part.placement for part in bodies.geometry.geometryObjects]
        self._local_rotations = np.array([pose.rotation for pose in local])
        self._local_centres_m = np.array([pose.translation for pose in local])[:, :, None]
        self._joint_places: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self._places: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self._common = np.array([self._common_turning_joint(a, b) for a, b in pairs.tolist()], dtype=np.int64)
        self._trail, self._trail_m = np.zeros(bodies.model.nv), np.full(len(pairs), -np.inf)
        self._anchor: NDArray[np.float64] | None = None
        self._anchor_m, self._anchor_normals = np.zeros(len(pairs)), np.zeros((len(pairs), 3))
        self._is_anchored = np.zeros(len(pairs), dtype=bool)
        self._set_covers()

    def move(self, full: NDArray[np.float64], with_jacobians: bool = False) -> None:
        """Place the parts for joint values of `bodies.model`, (nv,)."""
        if with_jacobians:
            pin.computeJointJacobians(self.bodies.model, self._data, full)
        else:
            pin.forwardKinematics(self.bodies.model, self._data, full)
        pin.updateGeometryPlacements(self.bodies.model, self._data, self._geometry, self._geometry_data)
        self._joint_places = None
        self._places = None

    def least_m(self) -> NDArray[np.float64]:
        """Return a quick bound from below on each pair's distance, (P,)."""
        centres = self._placed()[1]
        gaps = centres[self._first]
        gaps -= centres[self._second]
        np.abs(gaps, out=gaps)
        gaps -= self._half_m
        np.maximum(gaps, 0.0, out=gaps)
        gaps *= gaps
        least: NDArray[np.float64] = np.sqrt(gaps @ _ONES)
        least -= self._radius_m
        return least

    def distances_m(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the distances of K pairs, (K,), negative where they overlap."""
        return np.array([self._measure(pair).min_distance for pair in pairs.tolist()])

    def normals(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the distances of K pairs, (K,), and the directions from first to second part, (K, 3).

        A direction is in the frame that both parts move with, so that it keeps its meaning in another place.
        """
        results = [self._measure(pair) for pair in pairs.tolist()]
        normals: NDArray[np.float64] = np.array([result.normal for result in results]).reshape(-1, 3)
        distances = np.array([result.min_distance for result in results])
        commons = self._common[pairs]
        if commons.any():
            normals = (normals[:, None, :] @ self._joint_placed()[0][commons])[:, 0]
        return distances, normals

    def gaps_m(self, pairs: NDArray[np.int64], normals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far the parts of K pairs are apart along given directions, (K,); never more than they are.

        Args:
            pairs: (K,) int64.
            normals: (K, 3) float64, as `normals` returned them, for this or another place.
        """
        commons = self._common[pairs]
        if commons.any():
            normals = (self._joint_placed()[0][commons] @ normals[:, :, None])[:, :, 0]
        rotations, centres = self._placed()
        first, second = self._first[pairs], self._second[pairs]
        along = ((centres[second] - centres[first]) * normals) @ _ONES
        # Both parts of every pair at once: how far each reaches from its centre towards the other.
        parts = np.concatenate([first, second])
        directions = np.concatenate([normals, -normals])[:, None, :]
        reaches = (directions @ rotations[parts] @ self._points_m[parts])[:, 0].max(axis=1) + self._round_m[parts]
        gaps: NDArray[np.float64] = along - reaches[: len(pairs)] - reaches[len(pairs) :]
        return gaps

    def anchor(self, full: NDArray[np.float64]) -> NDArray[np.float64]:
        """Remember what is measured at joint values, (nv,), until the next; return bounds of distances below, (P,).

        Several motions are looked at that begin in one place.
        """
        if self._anchor is None or not np.array_equal(full, self._anchor):
            self._anchor = full.copy()
            self.move(full)
            self._anchor_m[:] = self.least_m()
            self._is_anchored[:] = False
        return self._anchor_m

    def anchored_normals(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what `normals` returns at the anchor."""
        assert self._anchor is not None
        unknown = pairs[~self._is_anchored[pairs]]
        if len(unknown):
            self.move(self._anchor)
            self._anchor_m[unknown], self._anchor_normals[unknown] = self.normals(unknown)
            self._is_anchored[unknown] = True
        return self._anchor_m[pairs], self._anchor_normals[pairs]

    def near(
        self, full: NDArray[np.float64], within_m: float, is_watched: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the pairs that are nearer than `within_m`, (K,).

        Args:
            full: (nv,) float64, joint values; the parts are placed there.
            within_m: Distance that counts as near.
            is_watched: (P,) bool, pairs to look at.

        Returns:
            Their numbers, (K,), their distances, (K,), and how these change with each joint, (K, nv).
        """
        self.move(full, with_jacobians=True)
        # What was measured a little way from here bounds what can be near here.
        bounds_m = self._trail_m - self.reach_m @ np.abs(full - self._trail)
        pairs = np.flatnonzero((bounds_m < within_m) & is_watched)
        if len(pairs) > _FEW:
            np.maximum(bounds_m, self.least_m(), out=bounds_m)
            pairs = np.flatnonzero((bounds_m < within_m) & is_watched)
        measured = [(pair, self._measure(pair)) for pair in pairs.tolist()]
        bounds_m[pairs] = [result.min_distance for _, result in measured]
        self._trail, self._trail_m = full.copy(), bounds_m
        found = [(pair, result) for pair, result in measured if result.min_distance < within_m]
        kept = np.array([pair for pair, _ in found], dtype=np.int64)
        distances = np.array([result.min_distance for _, result in found])
        normals = np.array([result.normal for _, result in found]).reshape(-1, 3)
        at_first = np.array([result.getNearestPoint1() for _, result in found]).reshape(-1, 3)
        at_second = np.array([result.getNearestPoint2() for _, result in found]).reshape(-1, 3)
        parts = np.concatenate([self._first[kept], self._second[kept]])
        speeds = self._speeds(parts, np.concatenate([normals, normals]), np.concatenate([at_first, at_second]))
        return kept, distances, speeds[len(kept) :] - speeds[: len(kept)]

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

    def _common_turning_joint(self, first: int, second: int) -> int:
        """Return the last joint that carries both parts, or 0 where these joints turn nothing."""
        model = self.bodies.model
        both = self.bodies.is_supported[first] & self.bodies.is_supported[second]
        if not (both & ~self.bodies.is_slide).any():
            return 0
        return max(joint for joint in range(1, model.njoints) if both[model.joints[joint].idx_v])

    def _joint_placed(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return rotations, (joints, 3, 3), and origins, (joints, 3), of the joints where they are."""
        if self._joint_places is None:
            poses = np.array([pose.homogeneous for pose in self._data.oMi])
            self._joint_places = np.ascontiguousarray(poses[:, :3, :3]), np.ascontiguousarray(poses[:, :3, 3])
        return self._joint_places

    def _placed(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return rotations, (M, 3, 3), and centres, (M, 3), of the parts where they are."""
        if self._places is None:
            rotations, origins = self._joint_placed()
            carriers = rotations[self.bodies.joint_of]
            centres = (carriers @ self._local_centres_m)[:, :, 0] + origins[self.bodies.joint_of]
            self._places = carriers @ self._local_rotations, centres
        return self._places

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
