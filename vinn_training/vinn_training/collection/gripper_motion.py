"""Opening of a gripper that is fixed to the camera, from the video alone: no labels, no model of the gripper."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.gripper_fingers import EXTREMES, Finger, best_set, common_opening, way
from vinn_training.collection.patch_tracks import PATCH_RADII, Patch, Rarity, Track, cut_patch, follow, learn_from
from vinn_training.collection.still_points import StillPair, find_still_pairs
from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.exceptions import CollectionError, InvalidInput
from vinn_training.preprocessing import check_image

_LOG = logging.getLogger(__name__)

#: Width at which the video is looked at, pixels.
_WIDTH_PX = 320
#: Frames looked at, at most; those in between are interpolated.
_FRAMES = 240
_ANCHORS = 16
#: Rounds in which the look of a patch is learnt again from wherever it was seen, in so large a share of frames.
_ROUNDS, _LEAST_GLIMPSED, _MOST_GLIMPSED = 2, 0.1, 0.9
_PATCHES_PER_ANCHOR = 20
_FOLLOWED = 8
_FEWEST_FRAMES = 8
#: Distances in pixels at the width above: of two patches of one anchor, and of still points that support each other.
_PATCH_DISTANCE_PX, _SUPPORT_PX = 5.0, 2.0
#: A finger moves by at least this much, a fiftieth of the width, is seen in this share of frames, and is this distinct.
_LEAST_PX = 6.4
_LEAST_KNOWN = 0.25
_LEAST_DISTINCT = 0.4
#: A finger stands still, relative to the scene's motion, in at least this share of pairs of frames.
_LEAST_STILL = 0.55
_STILL_PX, _STILL_SHARE = 1.5, 0.3
#: A part that is where it was found in more than this share of frames is fixed to the camera, and no finger. A gripper
#: that is closed nearly all the time is so, too, but its fingers are also found where they are when it is open.
_FIXED_PRESENT = 0.6
#: Frames from which on a video has several in every motion of the gripper, so that a single odd one can be told.
_LONG_ENOUGH = 40


class GripperMotionLabeller:
    """Measures how far a gripper in view is open, from 0 (the video's most closed) to 1 (its most open).

    Parts of the gripper stand still in the picture while the scene moves, but for the moments in which it opens or
    closes. Such parts are found by optical flow and followed; those that move together, towards or away from each
    other, are the fingers.

    It needs a camera fixed to the gripper, both fingers in view, a gripper that opens or closes at least once, and a
    camera that moves both before and after.
    """

    def __call__(self, images: Sequence[ImageArray]) -> FloatArray:
        """Return the opening in every frame of one video.

        Args:
            images: (H, W, 3) uint8 RGB, T of one size, in time order.

        Returns:
            (T,) float32, 0 closed to 1 open, NaN where the fingers are not seen.

        Raises:
            CollectionError: If no finger is found or the opening never changes; the message says which.
            InvalidInput: If a picture is no such array, or they differ in size.
        """
        if len(images) < _FEWEST_FRAMES:
            raise CollectionError(f"gripper: {len(images)} frames; expected at least {_FEWEST_FRAMES}")
        chosen = np.unique(np.linspace(0, len(images) - 1, min(len(images), _FRAMES)).round().astype(int))
        shapes = {np.shape(image) for image in images}
        if len(shapes) > 1:
            raise InvalidInput(f"gripper: pictures have the shapes {sorted(shapes)[:3]}; expected one size")
        small = np.stack([_shrink(images[index]) for index in chosen])
        anchors = np.unique(np.linspace(0, len(small) - 1, _ANCHORS).round().astype(int)).tolist()
        pairs = find_still_pairs(small, anchors)
        if sum(len(pair.points_px) for pair in pairs) == 0:
            raise CollectionError(
                "gripper: nothing stands still in the picture while the scene moves; expected a gripper fixed to the "
                "camera and a moving camera: label a few hundred frames instead (vinn gripper label)"
            )
        # What moved, and what stood still, is decided by the frames of the pairs; only then are all frames looked at.
        looked = sorted({number for pair in pairs for number in (pair.first, pair.second)})
        place = {number: index for index, number in enumerate(looked)}
        pairs = [pair._replace(first=place[pair.first], second=place[pair.second]) for pair in pairs]
        fingers, centre_px = _find_fingers(small[looked], pairs)
        best, _ = best_set(fingers, centre_px, _LEAST_PX)
        tracks = [(finger, follow(small, finger.patch)) for finger in _most_seen(best)]
        whole = [finger.along(track) for finger, track in tracks if track.known.sum() >= _FEWEST_FRAMES]
        best, sign = best_set(whole, centre_px, _LEAST_PX)
        opening = common_opening(best, sign, _LEAST_PX)
        return _spread_out(opening, chosen, len(images))


def _most_seen(fingers: list[Finger]) -> list[Finger]:
    """Return the first finger and those of the others that look most like one."""
    return fingers[:1] + sorted(fingers[1:], key=lambda finger: -finger.weight)[: _FOLLOWED - 1]


def _shrink(image: ImageArray) -> ImageArray:
    check_image(image)
    height, width = image.shape[:2]
    size = (_WIDTH_PX, max(1, round(height * _WIDTH_PX / width)))
    interpolation = cv2.INTER_AREA if width > _WIDTH_PX else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=interpolation), dtype=np.uint8)


def _find_fingers(images: ImageArray, pairs: list[StillPair]) -> tuple[list[Finger], NDArray[np.float64] | None]:
    """Return the followed patches that move, yet mostly stand still, and the centre of those that never move.

    The centre, (2,) float64, column and row, is None where no patch stands still all the time.

    Raises:
        CollectionError: If there is none.
    """
    fingers: list[Finger] = []
    fixed: list[tuple[int, int]] = []
    rarity = Rarity(images)
    patches = _patches(images, rarity, pairs)
    for patch in patches:
        if patch.present.mean() >= _FIXED_PRESENT:
            fixed.append((patch.x, patch.y))
            continue
        track = follow(images, patch)
        for _ in range(_ROUNDS):
            if not _LEAST_GLIMPSED <= track.known.mean() <= _MOST_GLIMPSED or track.distinct < _LEAST_DISTINCT:
                break
            patch = learn_from(images, rarity, patch, track)
            track = follow(images, patch)
        if track.known.mean() < _LEAST_KNOWN or track.distinct < _LEAST_DISTINCT:
            continue
        opening, way_px = way(track)
        still = _stillness(track, pairs)
        if way_px >= _LEAST_PX and still >= _LEAST_STILL:
            fingers.append(Finger(patch, track, opening, (still * track.distinct) ** 2 * float(track.known.mean())))
    _LOG.debug("gripper: %d patches, %d fixed, %d fingers", len(patches), len(fixed), len(fingers))
    if not fingers:
        raise CollectionError(
            f"gripper: {len(patches)} parts stand still in the picture, but none moves as a finger does; the gripper "
            "never opens or closes in this video, or its fingers are out of view: label frames instead "
            "(vinn gripper label)"
        )
    return fingers, np.mean(fixed, axis=0) if fixed else None


def _patches(images: ImageArray, rarity: Rarity, pairs: list[StillPair]) -> list[Patch]:
    """Return patches at still points that nearby anchors confirm, each at several sizes."""
    reach = 2.5 * len(images) / _ANCHORS
    patches: list[Patch] = []
    for anchor in sorted({pair.first for pair in pairs}):
        near = [pair.points_px for pair in pairs if abs(pair.first - anchor) <= reach and len(pair.points_px)]
        found = [
            (point, pair)
            for pair in pairs
            if pair.first == anchor
            for point in pair.points_px
        ]  # fmt: skip
        support = [
            sum(bool((np.linalg.norm(points - point, axis=1) < _SUPPORT_PX).any()) for points in near)
            for point, _ in found
        ]
        taken: list[NDArray[np.float32]] = []
        for index in np.argsort([-value for value in support], kind="stable"):
            point, pair = found[index]
            if support[index] < 2 or len(taken) == _PATCHES_PER_ANCHOR:
                break
            if any(np.linalg.norm(point - other) < _PATCH_DISTANCE_PX for other in taken):
                continue
            taken.append(point)
            for radius in PATCH_RADII:
                patch = cut_patch(images, rarity, point, (pair.first, pair.second), round(radius * _WIDTH_PX))
                if patch is not None and not any(_is_same(patch, other) for other in patches):
                    patches.append(patch)
    return patches


def _is_same(patch: Patch, other: Patch) -> bool:
    if patch.radius != other.radius or np.hypot(patch.x - other.x, patch.y - other.y) >= _PATCH_DISTANCE_PX:
        return False
    both = int((patch.present & other.present).sum())
    return both > 0.7 * min(int(patch.present.sum()), int(other.present.sum()))


def _stillness(track: Track, pairs: list[StillPair]) -> float:
    """Return the share of pairs of frames, the scene moving, in which a track stays where it is."""
    still = []
    for pair in pairs:
        if track.known[pair.first] and track.known[pair.second]:
            moved = np.linalg.norm(track.positions_px[pair.second] - track.positions_px[pair.first])
            still.append(moved < max(_STILL_PX, _STILL_SHARE * pair.scene_motion_px))
    return float(np.mean(still)) if len(still) >= 3 else 0.0


def _spread_out(opening: NDArray[np.float64], chosen: NDArray[np.int64], count: int) -> FloatArray:
    """Return the opening of all frames, 0 and 1 at the extremes, from that of the frames looked at."""
    if len(opening) >= _LONG_ENOUGH:  # a single frame in which something else looked like a finger
        neighbours = np.stack([opening, np.roll(opening, 1), np.roll(opening, -1)])[:, 1:-1]
        whole = np.isfinite(neighbours).all(axis=0)
        opening = opening.copy()
        opening[1:-1][whole] = np.median(neighbours[:, whole], axis=0)
    seen = np.isfinite(opening)
    low, high = np.percentile(opening[seen], EXTREMES)
    scaled = np.clip((opening - low) / max(high - low, 1e-9), 0.0, 1.0)
    everywhere = np.interp(np.arange(count), chosen[seen], scaled[seen])
    nearest = np.abs(np.arange(count)[:, None] - chosen[None]).argmin(axis=1)
    everywhere[~seen[nearest]] = np.nan
    return everywhere.astype(np.float32)
