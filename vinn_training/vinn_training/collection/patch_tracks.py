"""Small parts of the gripper followed through a video: wherever they go, without drift."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray

#: Half the side of a patch, as shares of the picture's width.
PATCH_RADII = (0.017, 0.027)
#: How far a patch is looked for, as shares of the picture's width: fingers move sideways.
_REACH_X, _REACH_Y = 0.32, 0.07
#: Difference (0 to 255) below which a patch shows the same thing at the same place.
_SAME = 14.0
_SAME_PIXEL = 16.0
#: Least share of a patch that must be of the gripper rather than of the scene behind.
_LEAST_AREA = 0.1
#: Distance of a patch and its match, both of unit length, from which it is no match at all, and from which it is lost.
_NO_MATCH = 0.2
LOST = 0.25
#: Price of a jump against one of matching well or not at all in one frame, and of a step of one pixel.
_JUMP, _STEP = 0.25, 0.004
_GAINS = (0.6, 1.6)
_COLOUR_BINS = 22


@dataclass(frozen=True)
class Patch:
    """The look of a part of the gripper.

    Attributes:
        x: Column of the centre where it was found, pixels.
        y: Row of the centre there.
        radius: Half its side, pixels.
        look: (2 r + 1, 2 r + 1, 3) float32.
        weight: (2 r + 1, 2 r + 1) float32, 0 to 1: how much each pixel counts; none where the scene shows.
        present: (T,) bool, the frames in which it is where it was found.
    """

    x: int
    y: int
    radius: int
    look: NDArray[np.float32]
    weight: NDArray[np.float32]
    present: NDArray[np.bool_]


@dataclass(frozen=True)
class Track:
    """Where a patch was.

    Attributes:
        positions_px: (T, 2) float64, column and row of the centre.
        known: (T,) bool, whether it was seen there.
        distinct: 0 to 1: how rarely something else within reach looks like it.
    """

    positions_px: NDArray[np.float64]
    known: NDArray[np.bool_]
    distinct: float


class Rarity:
    """How rare each colour is in a video: a gripper is told from the scene by what the scene does not have.

    Args:
        images: (T, H, W, 3) uint8 RGB.
    """

    def __init__(self, images: ImageArray) -> None:
        sample = images[:: max(1, len(images) // 30), ::2, ::2]
        counts = np.bincount(self._bins(sample).ravel(), minlength=_COLOUR_BINS**3).astype(np.float64)
        cube = counts.reshape((_COLOUR_BINS,) * 3) / counts.sum()
        for axis in range(3):
            padded = np.pad(cube, [(1, 1) if other == axis else (0, 0) for other in range(3)], mode="edge")
            middle = np.take(padded, range(1, _COLOUR_BINS + 1), axis)
            cube = (
                np.take(padded, range(_COLOUR_BINS), axis)
                + 2.0 * middle
                + np.take(padded, range(2, _COLOUR_BINS + 2), axis)
            ) / 4.0
        self._weights = (1.0 / (cube + 2e-4)).ravel()

    def __call__(self, image: ImageArray) -> NDArray[np.float64]:
        """Return (H, W) float64 weights of the colours in an (H, W, 3) uint8 picture."""
        return np.asarray(self._weights[self._bins(image)])

    @staticmethod
    def _bins(image: ImageArray) -> NDArray[np.int64]:
        values = image.astype(np.int64) * _COLOUR_BINS // 256
        return np.asarray((values[..., 0] * _COLOUR_BINS + values[..., 1]) * _COLOUR_BINS + values[..., 2])


def cut_patch(
    images: ImageArray, rarity: Rarity, centre_px: Sequence[float], pair: tuple[int, int], radius: int
) -> Patch | None:
    """Return the part of the gripper at a still point, or None where too little there is of the gripper.

    The look is the median over all frames in which the point shows the same; what varies over these is scene.

    Args:
        images: (T, H, W, 3) uint8 RGB.
        rarity: Of the video's colours.
        centre_px: Column and row.
        pair: Two frames between which the point was still.
        radius: Half the side of the patch, pixels.
    """
    x, y = (round(float(value)) for value in centre_px)
    height, width = images.shape[1:3]
    if not (radius <= x < width - radius and radius <= y < height - radius):
        return None
    views = images[:, y - radius : y + radius + 1, x - radius : x + radius + 1].astype(np.float32)
    window = _window(radius)
    look = views[pair[0]]
    weight = window * np.exp(-((np.abs(look - views[pair[1]]).max(axis=2) / _SAME_PIXEL) ** 2))
    present = np.zeros(len(images), dtype=bool)
    for _ in range(3):
        if weight.sum() < _LEAST_AREA * window.sum():
            return None
        lit = _as_bright(views, look, weight)
        present = (np.abs(lit - look).max(axis=3) * weight).sum(axis=(1, 2)) / weight.sum() < _SAME
        if present.sum() < 3:
            return None
        look = np.median(lit[present], axis=0)
        spread = np.percentile(np.abs(lit[present] - look).max(axis=3), 85, axis=0)
        weight = window * np.exp(-((spread / _SAME) ** 2))
    if weight.sum() < _LEAST_AREA * window.sum():
        return None
    weight *= rarity(np.clip(look, 0, 255).astype(np.uint8))
    return Patch(x, y, radius, look.astype(np.float32), (weight / weight.max()).astype(np.float32), present)


def learn_from(images: ImageArray, rarity: Rarity, patch: Patch, track: Track) -> Patch:
    """Return the patch as it looked all along a track, which tells it from the scene behind better than one place.

    Args:
        images: (T, H, W, 3) uint8 RGB, those of the track.
        rarity: Of the video's colours.
        patch: That was followed.
        track: Where it was; known in three frames or more.
    """
    reach = np.arange(-patch.radius, patch.radius + 1)
    frames = np.flatnonzero(track.known)
    columns, rows = track.positions_px[frames].astype(np.int64).T
    views = images[frames[:, None, None], (rows[:, None] + reach)[:, :, None], (columns[:, None] + reach)[:, None, :]]
    lit = _as_bright(views.astype(np.float32), patch.look, patch.weight)
    look = np.median(lit, axis=0)
    spread = np.percentile(np.abs(lit - look).max(axis=3), 75, axis=0)
    weight = _window(patch.radius) * np.exp(-((spread / (2.0 * _SAME)) ** 2))
    weight *= rarity(np.clip(look, 0, 255).astype(np.uint8))
    weight /= max(float(weight.max()), 1e-9)
    return dataclasses.replace(patch, look=look.astype(np.float32), weight=weight.astype(np.float32))


def _window(radius: int) -> NDArray[np.float64]:
    offsets = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return np.asarray(np.exp(-(offsets**2).sum(axis=0) / (0.8 * radius) ** 2))


def _as_bright(
    views: NDArray[np.float32], look: NDArray[np.float32], weight: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return (N, S, S, 3) views, each made as bright as the look where the (S, S) weight is."""
    overlap = ((views * look).sum(axis=3) * weight).sum(axis=(1, 2))
    power = ((views**2).sum(axis=3) * weight).sum(axis=(1, 2))
    return np.asarray(views * np.clip(overlap / np.maximum(power, 1e-6), *_GAINS)[:, None, None, None])


def follow(images: Sequence[ImageArray] | ImageArray, patch: Patch) -> Track:
    """Return where a patch is in every frame: the path that matches best with few jumps.

    Args:
        images: (H, W, 3) uint8 RGB, T of one size, in time order.
        patch: From this video.
    """
    height, width = images[0].shape[:2]
    reach_x, reach_y = round(_REACH_X * width), round(_REACH_Y * width)
    left, right = max(0, patch.x - patch.radius - reach_x), min(width, patch.x + patch.radius + 1 + reach_x)
    top, bottom = max(0, patch.y - patch.radius - reach_y), min(height, patch.y + patch.radius + 1 + reach_y)
    mask = np.repeat(np.sqrt(patch.weight)[:, :, None], 3, axis=2)
    distances = []
    for image in images:
        part = image[top:bottom, left:right].astype(np.float32)
        # Normalised by length only: the light may change, but a colour must stay the colour it is.
        likeness = cv2.matchTemplate(part, patch.look, cv2.TM_CCORR_NORMED, mask=mask)
        likeness = np.nan_to_num(likeness, nan=0.0, posinf=0.0, neginf=0.0)
        distances.append(np.sqrt(np.clip(2.0 - 2.0 * likeness, 0.0, 2.0)))
    distance = np.stack(distances)
    cost = (1.0 - np.exp(-((distance / _NO_MATCH) ** 2))).astype(np.float32)
    rows, columns = best_path(cost).T
    found = distance[np.arange(len(images)), rows, columns]
    positions = np.stack([columns + left + patch.radius, rows + top + patch.radius], axis=1).astype(np.float64)
    return Track(positions, found < LOST, float(np.percentile(cost, 2, axis=(1, 2)).mean()))


def best_path(cost: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the cheapest path through (T, H, W) costs as (T, 2) rows and columns (Viterbi's algorithm).

    Staying is free, a step to one of the eight neighbours costs little, a jump anywhere a fixed price.
    """
    kernel = np.ones((3, 3), dtype=np.uint8)
    totals = [cost[0]]
    for frame in range(1, len(cost)):
        last = totals[-1]
        way = np.minimum(np.minimum(last, cv2.erode(last, kernel) + _STEP), last.min() + _JUMP)
        totals.append((cost[frame] + way).astype(np.float32))
    width = cost.shape[2]
    row, column = divmod(int(totals[-1].argmin()), width)
    path = [(row, column)]
    for last in reversed(totals[:-1]):
        top, left = max(0, row - 1), max(0, column - 1)
        near = last[top : row + 2, left : column + 2] + _STEP
        near[row - top, column - left] -= _STEP
        if near.min() <= last.min() + _JUMP:
            down, across = divmod(int(near.argmin()), near.shape[1])
            row, column = top + down, left + across
        else:
            row, column = divmod(int(last.argmin()), width)
        path.append((row, column))
    return np.array(path[::-1], dtype=np.int64)
