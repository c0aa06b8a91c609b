"""Distances between the parts of the Stretch that could meet, and whether a motion is free of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.collision.bodies import Bodies
from vinn_training.kinematics.collision.pair_distances import PairDistances
from vinn_training.kinematics.collision.pairs import watched_pairs
from vinn_training.kinematics.collision.path_check import check_path
from vinn_training.kinematics.robot_model import RobotModel
from vinn_training.kinematics.urdf_chain import parse_urdf

#: Of the margin: a motion ends before parts come this near. The rest is the solver's, which linearises.
_STOP = 0.4
#: Of the margin: how much nearer than that they may be between two looks along a motion.
_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True)
class Proximity:
    """K pairs of parts that are near each other.

    Attributes:
        pairs: (K,) int64, their numbers in `CollisionModel.pair_names`.
        distances_m: (K,) float64, negative where they overlap.
        gradients: (K, n) float64, change of each distance with q.
    """

    pairs: NDArray[np.int64]
    distances_m: NDArray[np.float64]
    gradients: NDArray[np.float64]


@dataclass(frozen=True)
class FreePart:
    """How far along a straight motion of the joints the robot stays free of itself.

    Attributes:
        fraction: 1 for all of it.
        blocker: Which parts would meet, empty for 1.
    """

    fraction: float
    blocker: str


class CollisionModel:
    """Watches the pairs of parts that could meet; see `Bodies` for the parts and `watched_pairs` for the pairs.

    Args:
        robot: The chain that carries the camera; its description gives the shapes.
        margin_m: Distance that motions are to keep.
        camera_radius_m: Radius of a sphere about the camera's optical centre that covers it; 0 for none.

    Attributes:
        margin_m: Distance that motions are to keep.
        bodies: The parts.
        pairs: (P, 2) int64, numbers of the parts of each pair.
        pair_names: (P) what messages call each pair.

    Raises:
        InvalidInput: If the margin is not positive or the radius negative.
        KinematicsError: If the description has no usable collision geometry.
    """

    def __init__(self, robot: RobotModel, margin_m: float = 0.01, camera_radius_m: float = 0.03) -> None:
        if not (np.isfinite(margin_m) and margin_m > 0.0 and np.isfinite(camera_radius_m) and camera_radius_m >= 0.0):
            raise InvalidInput(
                f"collision margin is {margin_m} m and camera radius {camera_radius_m} m; expected a positive margin "
                "and a radius of 0 or more"
            )
        self.margin_m = margin_m
        self.bodies = Bodies(robot, camera_radius_m)
        root = parse_urdf(robot.description.xml, robot.description.name)
        self.pairs = watched_pairs(self.bodies, robot, root, margin_m)
        self.pair_names = tuple(f"{self.bodies.names[a]} and {self.bodies.names[b]}" for a, b in self.pairs.tolist())
        self._distances = PairDistances(self.bodies, self.pairs)
        self._has_finger = self.bodies.is_finger[self.pairs].any(axis=1)
        self._has_any = np.ones(len(self.pairs), dtype=bool)

    def near(self, q: NDArray[np.float64], finger_rad: float, within_m: float, only_fingers: bool = False) -> Proximity:
        """Return the pairs, or those with a finger, that are nearer than `within_m` at q, (n,)."""
        full = self.bodies.full(q, finger_rad)
        kept, distances, gradients = self._distances.near(full, within_m, self._watched(only_fingers))
        return Proximity(kept, distances, gradients @ self.bodies.q_to_full)

    def distances_m(self, q: NDArray[np.float64], finger_rad: float) -> NDArray[np.float64]:
        """Return the distance of every pair at q, (P,)."""
        self._distances.move(self.bodies.full(q, finger_rad))
        return self._distances.distances_m(np.arange(len(self.pairs)))

    def check_path(
        self,
        q_start: NDArray[np.float64],
        q_end: NDArray[np.float64],
        finger_start_rad: float,
        finger_end_rad: float,
        keep_m: float | None = None,
        only_fingers: bool = False,
        only_whole: bool = False,
    ) -> FreePart:
        """Return how much of the straight motion between two configurations may be made.

        Args:
            q_start: (n,) float64.
            q_end: (n,) float64.
            finger_start_rad: Finger angle at the start.
            finger_end_rad: Finger angle at the end.
            keep_m: Distance that parts must keep; None takes the least that is ever allowed, a part of the margin.
                Parts that start nearer may move apart, not nearer.
            only_fingers: Whether only pairs with a finger are looked at.
            only_whole: Whether a motion that is not free to its end counts as none, which is quicker to tell.
        """
        check = check_path(
            self._distances,
            self.bodies.full(q_start, finger_start_rad),
            self.bodies.full(q_end, finger_end_rad),
            keep_m=_STOP * self.margin_m if keep_m is None else keep_m,
            between_m=_BETWEEN_LOOKS * self.margin_m,
            least_m=(_STOP - _BETWEEN_LOOKS) * self.margin_m,
            is_watched=self._watched(only_fingers),
            only_whole=only_whole,
        )
        return FreePart(check.fraction, self.pair_names[check.pair] if check.pair >= 0 else "")

    def _watched(self, only_fingers: bool) -> NDArray[np.bool_]:
        return self._has_finger if only_fingers else self._has_any
