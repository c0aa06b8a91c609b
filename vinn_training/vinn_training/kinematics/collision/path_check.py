"""Whether a straight motion of the joints keeps parts of the robot apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.kinematics.collision.pair_distances import PairDistances

#: Parts that start nearer than they should may come this much nearer still, metres: the resolution of distances.
_RESOLUTION_M = 1e-4
#: A first look is never nearer than this part of the motion.
_SHORTEST = 1e-3


@dataclass(frozen=True)
class PathCheck:
    """How far along a straight motion of the joints the robot stays free of itself.

    Attributes:
        fraction: 1 for all of it.
        pair: Number of the pair that would come too near, -1 for none.
    """

    fraction: float
    pair: int = -1


def check_path(
    distances: PairDistances,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    keep_m: float,
    between_m: float,
    least_m: float,
    is_watched: NDArray[np.bool_],
    only_whole: bool = False,
) -> PathCheck:
    """Return how much of a motion may be made.

    The motion is looked at in places. Between two of them, from `seen` on for a part h of the whole, a pair stays
    farther apart than the larger of
    - its distance at the first, less the most that the joints can move one part against the other, and
    - the smaller gap, at both places, along the direction of its distance at the first, less T S h^2 / 8.
    The second holds because points that moved straight would keep the smaller gap, and a point that turns by T in
    all, with S the sum of angles times radii, is never farther than that from its chord: by the second derivatives of
    forward kinematics, axis_j x (axis_k x r_k), its acceleration is at most T S.

    Args:
        distances: The pairs.
        start: (nv,) float64, joint values.
        end: (nv,) float64.
        keep_m: Distance that parts must keep. Parts that start nearer may move apart, not nearer.
        between_m: How much less it may be between two places, for parts that start nearer than `keep_m`.
        least_m: What is kept between two places by all others; at most `keep_m` less `between_m`.
        is_watched: (P,) bool, pairs to look at.
        only_whole: Whether a motion that is not free to its end counts as none, which is quicker to tell.
    """
    way = np.abs(end - start)
    travel_m = distances.reach_m @ way
    bend_m = (distances.is_turned @ way) * ((distances.is_turned * distances.reach_m) @ way) / 8
    pairs = np.flatnonzero((distances.anchor(start) - travel_m < keep_m) & (travel_m > 0.0) & is_watched)
    apart_m, normals = distances.anchored_normals(pairs)
    floors = np.minimum(keep_m, apart_m - _RESOLUTION_M)
    lows = np.minimum(floors - between_m, least_m)
    is_open = apart_m - floors < travel_m[pairs]
    if not is_open.any():
        return PathCheck(1.0)
    pairs, floors, lows, apart_m, normals = (v[is_open] for v in (pairs, floors, lows, apart_m, normals))
    # Most pairs are told at once by the two ends of the motion; only the others are looked at in between.
    distances.move(end)
    gaps_m = distances.gaps_m(pairs, normals)
    least = np.maximum(np.minimum(apart_m, gaps_m) - bend_m[pairs], apart_m - travel_m[pairs])
    is_open = (least < lows) | (gaps_m < floors)
    if not is_open.any():
        return PathCheck(1.0)
    if not only_whole:
        is_open |= least < floors  # for these the motion may end anywhere, which is no place between two
    pairs, floors, lows, apart_m, normals, gaps_m = (
        v[is_open] for v in (pairs, floors, lows, apart_m, normals, gaps_m)
    )
    if only_whole:
        near = np.flatnonzero(gaps_m < floors)
        short_m = distances.distances_m(pairs[near]) - floors[near]
        if len(near) and short_m.min() < 0.0:
            return PathCheck(0.0, int(pairs[near[int(np.argmin(short_m))]]))
    seen = 0.0
    while True:
        is_open = apart_m - floors < travel_m[pairs] * (1.0 - seen)
        if not is_open.any():
            return PathCheck(1.0)
        pairs, floors, lows, apart_m, normals = (v[is_open] for v in (pairs, floors, lows, apart_m, normals))
        # As far as both bounds allow for parts that do not come nearer.
        spare_m = apart_m - lows
        far = np.maximum(spare_m / travel_m[pairs], np.sqrt(spare_m / np.maximum(bend_m[pairs], 1e-12)))
        part = max(float(far.min()), _SHORTEST)
        while True:  # ends at the latest where the joints can move nothing by `between_m`
            part = min(part, 1.0 - seen)
            there = seen + part
            distances.move(start + there * (end - start))
            gaps_m = distances.gaps_m(pairs, normals)
            least = np.maximum(np.minimum(apart_m, gaps_m) - bend_m[pairs] * part**2, apart_m - travel_m[pairs] * part)
            if (least < lows).any():
                part /= 2
                continue
            if there >= 1.0 and (gaps_m >= floors).all():
                return PathCheck(1.0)
            apart_there_m, normals_there = distances.normals(pairs)
            short = np.flatnonzero(apart_there_m < floors)
            if not len(short):
                break
            if only_whole or (travel_m[pairs[short]] * part <= between_m).any():
                return PathCheck(seen, int(pairs[short[int(np.argmin((apart_there_m - floors)[short]))]]))
            part /= 2
        if there >= 1.0:
            return PathCheck(1.0)
        seen, apart_m, normals = there, apart_there_m, normals_there
