"""Whether a straight motion of the joints keeps parts of the robot apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

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


class _Pairs(NamedTuple):
    """Pairs that are not told yet, with what holds of each at the place seen last; n of them.

    Attributes:
        numbers: (n,) int64.
        floors: (n,) distance that is kept at places that are looked at.
        lows: (n,) distance that is kept between two of them.
        apart_m: (n,) distance at the place seen last.
        normals: (n, 3) direction of that distance.
        travel_m: (n,) the most that the whole motion moves one part against the other.
        bend_m: (n,) the most that points stray from their chord in the whole motion.
    """

    numbers: NDArray[np.intp]
    floors: NDArray[np.float64]
    lows: NDArray[np.float64]
    apart_m: NDArray[np.float64]
    normals: NDArray[np.float64]
    travel_m: NDArray[np.float64]
    bend_m: NDArray[np.float64]

    def only(self, mask: NDArray[np.bool_]) -> _Pairs:
        """Return those in the mask, (n,)."""
        floors, lows, apart_m, normals, travel_m, bend_m = (values[mask] for values in self[1:])
        return _Pairs(self.numbers[mask], floors, lows, apart_m, normals, travel_m, bend_m)

    def least(self, gaps_m: NDArray[np.float64], part: float) -> NDArray[np.float64]:
        """Return the least distance within a part of the motion, at whose end the gaps are these, (n,)."""
        by_gap = np.minimum(self.apart_m, gaps_m) - self.bend_m * part**2
        return np.maximum(by_gap, self.apart_m - self.travel_m * part)


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
    near = np.flatnonzero((distances.anchor(start) - travel_m < keep_m) & (travel_m > 0.0) & is_watched)
    apart_m, normals = distances.anchored_normals(near)
    floors = np.minimum(keep_m, apart_m - _RESOLUTION_M)
    lows = np.minimum(floors - between_m, least_m)
    pairs = _Pairs(near, floors, lows, apart_m, normals, travel_m[near], bend_m[near])
    pairs = pairs.only(pairs.apart_m - pairs.floors < pairs.travel_m)
    if not len(pairs.numbers):
        return PathCheck(1.0)
    # Most pairs are told at once by the two ends of the motion; only the others are looked at in between.
    distances.move(end)
    gaps_m = distances.gaps_m(pairs.numbers, pairs.normals)
    least = pairs.least(gaps_m, 1.0)
    is_open = (least < pairs.lows) | (gaps_m < pairs.floors)
    if not is_open.any():
        return PathCheck(1.0)
    if not only_whole:
        is_open |= least < pairs.floors  # for these the motion may end anywhere, which is no place between two
    pairs, gaps_m = pairs.only(is_open), gaps_m[is_open]
    if only_whole:
        short = pairs.only(gaps_m < pairs.floors)
        short_m = distances.distances_m(short.numbers) - short.floors
        if len(short_m) and short_m.min() < 0.0:
            return PathCheck(0.0, int(short.numbers[int(np.argmin(short_m))]))
    return _walk(distances, start, end, pairs, between_m, only_whole)


def _walk(
    distances: PairDistances,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    pairs: _Pairs,
    between_m: float,
    only_whole: bool,
) -> PathCheck:
    """Go along the motion in steps as long as the bounds allow; arguments as in `check_path`."""
    seen = 0.0
    while True:
        pairs = pairs.only(pairs.apart_m - pairs.floors < pairs.travel_m * (1.0 - seen))
        if not len(pairs.numbers):
            return PathCheck(1.0)
        # As far as both bounds allow for parts that do not come nearer.
        spare_m = pairs.apart_m - pairs.lows
        far = np.maximum(spare_m / pairs.travel_m, np.sqrt(spare_m / np.maximum(pairs.bend_m, 1e-12)))
        part = max(float(far.min()), _SHORTEST)
        while True:  # ends at the latest where the joints can move nothing by `between_m`
            part = min(part, 1.0 - seen)
            there = seen + part
            distances.move(start + there * (end - start))
            gaps_m = distances.gaps_m(pairs.numbers, pairs.normals)
            if (pairs.least(gaps_m, part) < pairs.lows).any():
                part /= 2
                continue
            if there >= 1.0 and (gaps_m >= pairs.floors).all():
                return PathCheck(1.0)
            apart_m, normals = distances.normals(pairs.numbers)
            short = np.flatnonzero(apart_m < pairs.floors)
            if not len(short):
                break
            if only_whole or (pairs.travel_m[short] * part <= between_m).any():
                worst = short[int(np.argmin((apart_m - pairs.floors)[short]))]
                return PathCheck(seen, int(pairs.numbers[worst]))
            part /= 2
        if there >= 1.0:
            return PathCheck(1.0)
        seen, pairs = there, pairs._replace(apart_m=apart_m, normals=normals)
