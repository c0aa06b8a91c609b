"""Points that stand still in the picture while the scene moves: what is fixed to the camera, as a gripper is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray

_CORNERS = 500
_CORNER_QUALITY = 0.003
_CORNER_DISTANCE_PX = 4
#: Frames between the two pictures of a pair; the first gap over which the scene moves enough is taken.
_GAPS = (1, 2, 3, 5, 8, 12, 18, 27, 40)
#: Median motion of all points, as a share of the width, from which the scene counts as moving.
_SCENE_MOTION = 0.012
#: A point is still below this many pixels and this share of the median motion.
_STILL_PX = 1.2
_STILL_SHARE = 0.2
#: How far a point tracked there and back may miss its start.
_ROUND_TRIP_PX = 0.5
_FEWEST_POINTS = 20
#: Of the optical flow: side of its window, pixels, and times the picture is halved.
_WINDOW, _LEVELS = (15, 15), 4


class StillPair(NamedTuple):
    """Two frames between which the scene moved, and the points that did not.

    Attributes:
        first: Number of the frame in which the points were found.
        second: Number of the other frame.
        points_px: (N, 2) float32, columns and rows in the first frame; N may be 0.
        scene_motion_px: Median motion of all points between the two.
    """

    first: int
    second: int
    points_px: NDArray[np.float32]
    scene_motion_px: float


def find_still_pairs(images: Sequence[ImageArray] | ImageArray, anchors: Sequence[int]) -> list[StillPair]:
    """Return up to two pairs for each anchor: with a later and with an earlier frame.

    Args:
        images: (H, W, 3) uint8 RGB, one size, in time order.
        anchors: Numbers of the frames to look for points in.
    """
    grey = [np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8) for image in images]
    pairs: list[StillPair] = []
    for anchor in anchors:
        corners = cv2.goodFeaturesToTrack(grey[anchor], _CORNERS, _CORNER_QUALITY, _CORNER_DISTANCE_PX)
        if corners is None or len(corners) < _FEWEST_POINTS:
            continue
        for direction in (1, -1):
            pair = _pair(grey, anchor, direction, np.asarray(corners, dtype=np.float32))
            if pair is not None:
                pairs.append(pair)
    return pairs


def _pair(grey: list[NDArray[np.uint8]], anchor: int, direction: int, corners: NDArray[np.float32]) -> StillPair | None:
    for gap in _GAPS:
        other = anchor + direction * gap
        if not 0 <= other < len(grey):
            return None
        moved, good = _track(grey[anchor], grey[other], corners)
        if good.sum() < _FEWEST_POINTS:
            return None
        distance = np.linalg.norm(moved - corners[:, 0], axis=1)
        median = float(np.median(distance[good]))
        if median > _SCENE_MOTION * grey[anchor].shape[1]:
            still = good & (distance < min(_STILL_PX, _STILL_SHARE * median))
            return StillPair(anchor, other, corners[still, 0], median)
    return None


def _track(
    first: NDArray[np.uint8], second: NDArray[np.uint8], points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return where (N, 1, 2) points went, (N, 2), and which of them came back when tracked back."""
    nowhere = np.zeros_like(points)
    there, found, _ = cv2.calcOpticalFlowPyrLK(first, second, points, nowhere, winSize=_WINDOW, maxLevel=_LEVELS)
    back, found_back, _ = cv2.calcOpticalFlowPyrLK(
        second, first, there, nowhere.copy(), winSize=_WINDOW, maxLevel=_LEVELS
    )
    missed = np.linalg.norm(back - points, axis=2)[:, 0]
    return np.asarray(there[:, 0], dtype=np.float32), (found[:, 0] > 0) & (found_back[:, 0] > 0) & (
        missed < _ROUND_TRIP_PX
    )
