"""Which of the tracks that move are the fingers of one gripper, which end is open, and how far open they say it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.patch_tracks import Patch, Track
from vinn_training.exceptions import CollectionError

#: Percentiles of a track's places that are taken for its two ends.
EXTREMES = (3.0, 97.0)

#: A finger that others are compared with is seen in this share of frames.
_LEAST_KNOWN = 0.5
#: Frames, and share of the opening, that two fingers must have in common to be compared.
_FEWEST_SHARED, _LEAST_SHARED_WAY = 4, 0.4
#: How far a finger may be from where another's opening (0 to 1) puts it, on average and as a share of its way.
_AGREEMENT = 0.2
#: Evidence from one side of the gripper only counts less.
_ONE_FINGER = 0.5


@dataclass(frozen=True)
class Finger:
    """A track with its motion as one number a frame.

    Attributes:
        patch: What it looks like.
        track: Where the patch was.
        opening: (T,) float64, 0 to 1 along its own way, in either sense; not meaningful where not known.
        weight: How much it looks like a finger: 0 to 1.
    """

    patch: Patch
    track: Track
    opening: NDArray[np.float64]
    weight: float

    def along(self, track: Track) -> Finger:
        """Return the same finger followed through other frames."""
        return Finger(self.patch, track, way(track)[0], self.weight)


@dataclass(frozen=True)
class _Fit:
    """A finger's place as a line over another's opening: start + opening * way.

    Attributes:
        start_px: (2,) float64, column and row at opening 0.
        way_px: (2,) float64, from there to opening 1.
        opening: (T,) float64, the opening that the finger's own place stands for.
    """

    start_px: NDArray[np.float64]
    way_px: NDArray[np.float64]
    opening: NDArray[np.float64]


def way(track: Track) -> tuple[NDArray[np.float64], float]:
    """Return a track's place along its main direction, (T,) float64 0 to 1, and the length of the way in pixels."""
    known = track.positions_px[track.known]
    centred = track.positions_px - known.mean(axis=0)
    direction = np.linalg.svd(known - known.mean(axis=0), full_matrices=False)[2][0]
    along = centred @ direction
    low, high = np.percentile(along[track.known], EXTREMES)
    return np.clip((along - low) / max(high - low, 1e-9), -0.2, 1.2), float(high - low)


def best_set(
    fingers: list[Finger], centre_px: NDArray[np.float64] | None, least_px: float
) -> tuple[list[Finger], float]:
    """Return the fingers that move as one gripper, the one that was seen most first, and the sign of its opening.

    Fingers that move towards or away from each other tell which end is open. Where only one finger could be followed,
    open is the end that is farther, along the finger's own way, from the fixed parts of the gripper.

    Args:
        fingers: At least one.
        centre_px: (2,) float64, of the fixed parts, or None.
        least_px: By how much the fingers' distance must change, pixels.

    Returns:
        The fingers, and 1 if the first one's opening rises as the gripper opens, else -1.

    Raises:
        CollectionError: If there are no such fingers.
    """
    best_score, best, sign = 0.0, list[Finger](), 1.0
    for seed in fingers:
        if seed.track.known.mean() < _LEAST_KNOWN:
            continue
        fits = [(finger, _fit(seed, finger, least_px)) for finger in fingers]
        members = [(finger, fit) for finger, fit in fits if fit is not None]
        score, change_px = _change_of_distance(members)
        if abs(change_px) < least_px and centre_px is not None and len(members) > 1:
            score, change_px = _change_alongway(members, centre_px)
        if abs(change_px) >= least_px and score > best_score:
            others = [finger for finger, _ in members if finger is not seed]
            best_score, best, sign = score, [seed, *others], change_px
    if not best:
        raise CollectionError(
            f"gripper: {len(fingers)} parts of it seem to move, but not towards or away from each other; expected both "
            "fingers in view, and a gripper that opens or closes: label frames instead (vinn gripper label)"
        )
    return best, float(np.sign(sign))


def common_opening(fingers: list[Finger], sign: float, least_px: float) -> NDArray[np.float64]:
    """Return the opening that the fingers of one gripper show together, (T,) float64, NaN where none is seen.

    Args:
        fingers: Followed through all frames; the first is the one that the others are compared with.
        sign: 1 if the first one's opening rises as the gripper opens, else -1.
        least_px: As for `best_set`.
    """
    seed = fingers[0]
    fits = [(finger, fit) for finger in fingers if (fit := _fit(seed, finger, least_px)) is not None]
    forward = fits[0][1].way_px
    sides = []
    for side in (1.0, -1.0):
        members = [(finger, fit) for finger, fit in fits if side * float(fit.way_px @ forward) > 0.0]
        if members:
            weights = np.array([finger.track.known * finger.weight for finger, _ in members])
            values = _weighted_median(np.array([fit.opening for _, fit in members]), weights)
            sides.append(np.where(weights.sum(axis=0) > 0.0, values, np.nan))
    # The mean of both sides is their distance: a sideways shift of a closed gripper is no opening.
    known = np.isfinite(sides)
    total = np.where(known, sides, 0.0).sum(axis=0)
    common = np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
    return common if sign > 0.0 else 1.0 - common


def _fit(seed: Finger, finger: Finger, least_px: float) -> _Fit | None:
    """Return a finger's place as a line over the seed's opening, or None where it does not move with the seed."""
    both = seed.track.known & finger.track.known
    if both.sum() < max(_FEWEST_SHARED, 0.5 * finger.track.known.sum()):
        return None
    opening, places = seed.opening[both], finger.track.positions_px[both]
    low, high = np.percentile(opening, EXTREMES)
    if high - low < _LEAST_SHARED_WAY:
        return None
    start, way = np.linalg.lstsq(np.stack([np.ones_like(opening), opening], axis=1), places, rcond=None)[0]
    length = float(np.linalg.norm(way))
    if length * (high - low) < least_px:
        return None
    missed = np.linalg.norm(places - start - opening[:, None] * way, axis=1)
    if missed.mean() > _AGREEMENT * length:
        return None
    own = np.clip((finger.track.positions_px - start) @ way / length**2, -0.2, 1.2)
    return _Fit(start, way, own)


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted median over the rows of two (N, T) arrays, (T,)."""
    order = np.argsort(values, axis=0)
    heaped = np.cumsum(np.take_along_axis(weights, order, axis=0), axis=0)
    middle = (heaped >= 0.5 * heaped[-1]).argmax(axis=0)
    return np.take_along_axis(np.take_along_axis(values, order, axis=0), middle[None], axis=0)[0]


def _change_of_distance(members: list[tuple[Finger, _Fit]]) -> tuple[float, float]:
    """Return the evidence of fingers that move towards or away from each other, and by how many pixels.

    The evidence is that of all pairs together; the pixels are those by which the pair with the most evidence is farther
    apart at opening 1 than at 0.
    """
    evidence, largest, change_px = 0.0, 0.0, 0.0
    for index, (finger, fit) in enumerate(members):
        for other, other_fit in members[:index]:
            start = fit.start_px - other_fit.start_px
            end = start + fit.way_px - other_fit.way_px
            change = float(np.linalg.norm(end) - np.linalg.norm(start))
            lengths = float(np.linalg.norm(fit.way_px) * np.linalg.norm(other_fit.way_px))
            opposed = max(0.0, -float(fit.way_px @ other_fit.way_px) / lengths)
            importance = opposed * abs(change) * finger.weight * other.weight
            evidence += importance
            if importance > largest:
                largest, change_px = importance, change
    return evidence, change_px


def _change_alongway(members: list[tuple[Finger, _Fit]], centre_px: NDArray[np.float64]) -> tuple[float, float]:
    """Return the same for one finger and the fixed parts, along the finger's own way; it counts less."""
    changes = []
    for _, fit in members:
        length = float(np.linalg.norm(fit.way_px))
        start = float((fit.start_px - centre_px) @ fit.way_px) / length
        changes.append(abs(start + length) - abs(start))
    weights = [finger.weight for finger, _ in members]
    change_px = float(np.average(changes, weights=weights))
    return _ONE_FINGER * abs(change_px) * max(weights) ** 2, change_px
