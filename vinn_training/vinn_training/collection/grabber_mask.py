"""The grabber in a hand-held video: the part of the picture that stands still while everything else moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray

# Pictures are searched at this height; motion thresholds below are for it.
_HEIGHT_PX = 540
_MAX_PAIRS = 40
#: The scene must move by this much between two pictures, so that standing still says something.
_MIN_MOTION_PX = 12.0
#: A point stands still if it moves less than this, and less than this part of the scene's motion.
_STILL_PX, _STILL_FRACTION = 2.5, 0.2
_CORNERS = 1500
_BACKWARD_ERROR_PX = 1.0
# Patches closer than twice this are one.
_BRIDGE_PX = 40.0
# Width of the blur over which votes are pooled, and how far the mask is grown.
_POOL_PX, _GROW_PX = 13.0, 14
# Smallest share of votes for "still" and smallest part of the picture that make a grabber.
_MIN_SHARE, _MIN_AREA = 0.4, 0.004
# A "grabber" larger than this is a camera that does not move.
_MAX_AREA = 0.6
_MIN_PAIRS = 3


class _Votes(NamedTuple):
    """Tracked points of one pair, (P, 2) float32 pixels of the first picture, and which of them stood still."""

    points: NDArray[np.float32]
    still: NDArray[np.bool_]


def find_grabber(images: Sequence[ImageArray]) -> NDArray[np.uint8] | None:
    """Find what stands still in the picture while the scene moves.

    Corners are followed from each picture to later ones and back. In pairs between which the scene moves by a dozen
    pixels or more, points that hardly move vote for the grabber and all others against it; where votes for it prevail
    in one large patch, its convex hull is taken, with a margin.

    Args:
        images: (H, W, 3) uint8 RGB, in time order.

    Returns:
        (H, W) uint8, 0 on the grabber and 255 elsewhere, for `reconstruct`; None if nothing stands still or the scene
        hardly moves.
    """
    if len(images) < 2:
        return None
    height, width = images[0].shape[:2]
    scale = min(1.0, _HEIGHT_PX / height)
    size = (round(width * scale), round(height * scale))
    small = [_gray(image, size) for image in images]
    # Smaller pictures than the thresholds are for have proportionally smaller motions.
    unit = size[1] / _HEIGHT_PX
    still = np.zeros(size[::-1], np.float32)
    moving = np.zeros(size[::-1], np.float32)
    pairs = 0
    for votes in _pairs(small, unit):
        pairs += 1
        for canvas, points in ((still, votes.points[votes.still]), (moving, votes.points[~votes.still])):
            columns, rows = np.clip(np.rint(points).astype(int).T, 0, np.array([[size[0] - 1], [size[1] - 1]]))
            np.add.at(canvas, (rows, columns), 1.0)
    if pairs < _MIN_PAIRS:
        return None
    region = _region(still, moving, pairs, unit)
    if region is None:
        return None
    full = cv2.resize(region, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.where(full > 0, 0, 255).astype(np.uint8)


def _gray(image: ImageArray, size: tuple[int, int]) -> NDArray[np.uint8]:
    resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(resized, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _pairs(images: Sequence[NDArray[np.uint8]], unit: float) -> Iterator[_Votes]:
    """Follow points from pictures spread over the video to the first later ones that are far enough away."""
    starts = np.unique(np.linspace(0, len(images) - 2, min(_MAX_PAIRS, len(images) - 1)).astype(int))
    wanted = -(-_MAX_PAIRS // len(starts))  # of a short video each picture is used more often
    for start in starts:
        given = 0
        for gap in (1, 2, 3, 5, 8, 12):
            if start + gap >= len(images):
                break
            tracked = _track(images[start], images[start + gap], unit)
            if tracked is None:
                break  # further apart, even fewer are found again
            points, motion = tracked
            typical = float(np.median(motion))
            if typical >= _MIN_MOTION_PX * unit:
                yield _Votes(points, motion < min(_STILL_PX * unit, _STILL_FRACTION * typical))
                given += 1
                if given == wanted:
                    break


def _track(
    first: NDArray[np.uint8], second: NDArray[np.uint8], unit: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Return points of the first picture and how far they move, for those that are found again both ways."""
    corners = cv2.goodFeaturesToTrack(first, _CORNERS, 0.003, max(3.0, 5.0 * unit))
    if corners is None or len(corners) < 50:
        return None
    there, found = _flow(first, second, np.asarray(corners, dtype=np.float32))
    back, found_back = _flow(second, first, there)
    good = (found.ravel() > 0) & (found_back.ravel() > 0)
    good &= np.linalg.norm((back - corners).reshape(-1, 2), axis=1) < _BACKWARD_ERROR_PX * max(unit, 0.5)
    if good.sum() < 50:
        return None
    points = np.asarray(corners, dtype=np.float32).reshape(-1, 2)[good]
    return points, np.linalg.norm(there.reshape(-1, 2)[good] - points, axis=1)


def _flow(
    first: NDArray[np.uint8], second: NDArray[np.uint8], points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    there: Any
    there, found, _ = cv2.calcOpticalFlowPyrLK(  # type: ignore[call-overload]
        first, second, points, None, winSize=(21, 21), maxLevel=4
    )
    return there, found


def _region(
    still: NDArray[np.float32], moving: NDArray[np.float32], pairs: int, unit: float
) -> NDArray[np.uint8] | None:
    """Return 255 on the convex hull of the patches where votes for standing still prevail, grown by a margin."""
    pool = _POOL_PX * unit
    still_density, moving_density = cv2.GaussianBlur(still, (0, 0), pool), cv2.GaussianBlur(moving, (0, 0), pool)
    # One vote in a patch of the blur's size in every fourth pair is the least that counts.
    least = 0.25 * pairs / (2.0 * np.pi * pool**2)
    prevails = (still_density > least) & (still_density > _MIN_SHARE * (still_density + moving_density))
    # Fingers and stick come as patches near each other; a mark in a corner of the picture stays apart.
    bridge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(_BRIDGE_PX * unit) + 1,) * 2)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(prevails.astype(np.uint8), cv2.MORPH_CLOSE, bridge)
    )
    area = float(still.size)
    largest = max((int(stats[index, cv2.CC_STAT_AREA]) for index in range(1, count)), default=0)
    if largest < _MIN_AREA * area:
        return None
    hull = np.zeros(still.shape, np.uint8)
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_AREA] >= max(0.15 * largest, 0.25 * _MIN_AREA * area):
            rows, columns = np.nonzero(labels == index)
            points = cv2.convexHull(np.column_stack((columns, rows)).astype(np.int32))
            cv2.fillConvexPoly(hull, points, 255)
    grow = 2 * max(1, round(_GROW_PX * unit)) + 1
    grown = cv2.dilate(hull, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (grow, grow)))
    return None if float((grown > 0).mean()) > _MAX_AREA else np.asarray(grown, dtype=np.uint8)
