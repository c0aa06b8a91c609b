"""Where a camera moved between two pictures, from the pictures alone; it must not have turned meanwhile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

Array = NDArray[np.float64]

#: Taller pictures are searched at this height.
_HEIGHT_PX = 480
_CORNERS = 800
#: A point that is not found where it started, when followed there and back, is none.
_BACKWARD_ERROR_PX = 0.7
#: A point that moves less than this, in the picture that is searched, is part of the gripper, or too far away.
STILL_PX = 0.7
#: A track this near the line on which the direction says it must move agrees with the direction, by the picture's
#: height: on edges without texture the error of a track grows with its length.
_AGREES, _LEAST_AGREES_PX = 0.005, 1.0
_HYPOTHESES = 400
_REFINEMENTS = 8
#: No tracking is better than this, whatever the residuals of a few points say.
_LEAST_NOISE_PX = 0.3
#: Fewest moving points, smallest share of them that must agree, and largest uncertainty of a direction.
MIN_TRACKS, MIN_AGREEING, MAX_SPREAD_DEG = 24, 0.4, 6.0


@dataclass(frozen=True)
class PictureMotion:
    """What two pictures say about the motion of their camera.

    Attributes:
        first_px: (N, 2) float64, points of the first picture: column and row.
        second_px: (N, 2) float64, the same points in the second.
        moving: (N,) bool, points that are not still in the picture.
        agreeing: (N,) bool, moving points that agree with the direction.
        direction: (3,) float64 of unit length, or None: where the camera moved, in the axes of the picture (x right,
            y down, z into the scene), for the focal length that was given.
        spread_deg: Standard deviation of the direction by the tracks' own scatter.
        problem: Why there is no direction; empty where there is one.
    """

    first_px: Array
    second_px: Array
    moving: NDArray[np.bool_]
    agreeing: NDArray[np.bool_]
    direction: Array | None
    spread_deg: float
    problem: str

    @property
    def motion_px(self) -> float:
        """Median way of the moving points, 0 where there are none."""
        if not self.moving.any():
            return 0.0
        return float(np.median(np.linalg.norm((self.second_px - self.first_px)[self.moving], axis=1)))


def picture_motion(
    before: ImageArray, after: ImageArray, focal_px: float, mask: NDArray[np.uint8] | None = None
) -> PictureMotion:
    """Follow corners from one picture to the next and find the translation of the camera that explains them.

    Without a turn of the camera, every point of a scene at rest moves on the line through itself and the focus of
    expansion: `t . (p x p') = 0` for its rays p and p' (Hartley and Zisserman, section 11.7.1). Two points give t;
    the t with which most agree is refined with all that agree. Its sign is that for which the points lie in front of
    the camera. Points that stand still are left out: they agree with any direction.

    Args:
        before: (H, W, 3) uint8 RGB.
        after: The same, later.
        focal_px: Focal length, pixels. A wrong one only stretches the direction along the optical axis.
        mask: (H, W) uint8, 0 where nothing is to be followed (the gripper).

    Raises:
        InvalidInput: If the pictures differ in size or the focal length is not positive.
    """
    if before.shape != after.shape:
        raise InvalidInput(f"pictures are {before.shape} and {after.shape}; expected one size")
    if not (math.isfinite(focal_px) and focal_px > 0.0):
        raise InvalidInput(f"focal length is {focal_px} pixels; expected a positive number")
    first, second = _tracks(before, after, mask)
    height, width = before.shape[:2]
    still_px = STILL_PX * max(1.0, height / _HEIGHT_PX)
    moving = np.linalg.norm(second - first, axis=1) > still_px
    none = np.zeros(len(first), dtype=bool)

    def failure(problem: str, agreeing: NDArray[np.bool_] = none) -> PictureMotion:
        return PictureMotion(first, second, moving, agreeing, None, math.inf, problem)

    if np.array_equal(before, after):
        return failure("the picture did not change in any pixel: is the camera frozen?")
    if len(first) < MIN_TRACKS:
        return failure(f"too little texture: {len(first)} points could be followed, {MIN_TRACKS} are needed")
    if moving.sum() < MIN_TRACKS:
        return failure(
            f"no motion in the picture: {len(first)} points could be followed, {moving.sum()} of them moved by more "
            f"than {still_px:.1f} pixels, {MIN_TRACKS} are needed"
        )
    rays = [_rays(points[moving], width, height, focal_px) for points in (first, second)]
    tolerance = max(_AGREES * height, _LEAST_AGREES_PX) / focal_px
    direction, agrees = _translation(rays[0], rays[1], tolerance)
    agreeing = none.copy()
    agreeing[np.flatnonzero(moving)[agrees]] = True
    share = float(agrees.mean())
    if share < MIN_AGREEING or agrees.sum() < MIN_TRACKS:
        return failure(
            f"{share:.0%} of {len(agrees)} moving points agree on one direction, {MIN_AGREEING:.0%} and {MIN_TRACKS} "
            "are needed: did something in view move, or is the scene too plain?",
            agreeing,
        )
    spread_deg = _spread_deg(rays[0][agrees], rays[1][agrees], direction, focal_px)
    if spread_deg > MAX_SPREAD_DEG:
        return failure(f"the direction is uncertain by {spread_deg:.0f} degrees: too little texture", agreeing)
    return PictureMotion(first, second, moving, agreeing, direction, spread_deg, "")


def _tracks(before: ImageArray, after: ImageArray, mask: NDArray[np.uint8] | None) -> tuple[Array, Array]:
    """Return points of the first picture and where they are in the second, (N, 2) each, pixels."""
    height, width = before.shape[:2]
    scale = min(1.0, _HEIGHT_PX / height)
    size = (round(width * scale), round(height * scale))
    first_gray, second_gray = _gray(before, size), _gray(after, size)
    second_gray = _as_bright(second_gray, first_gray)
    small_mask = None if mask is None else cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    corners = cv2.goodFeaturesToTrack(first_gray, _CORNERS, 0.005, max(3.0, size[1] / 80), mask=small_mask)
    if corners is None:
        return np.zeros((0, 2)), np.zeros((0, 2))
    points = np.asarray(corners, dtype=np.float32)
    there, found = _flow(first_gray, second_gray, points)
    back, found_back = _flow(second_gray, first_gray, there)
    good = (found.ravel() > 0) & (found_back.ravel() > 0)
    good &= np.linalg.norm((back - points).reshape(-1, 2), axis=1) < _BACKWARD_ERROR_PX
    inside = there.reshape(-1, 2)
    good &= (inside >= 0.0).all(axis=1) & (inside <= (size[0] - 1, size[1] - 1)).all(axis=1)
    # Centres of pixels are at half numbers of pixel sides, in both sizes.
    first, second = ((array.reshape(-1, 2)[good].astype(np.float64) + 0.5) / scale - 0.5 for array in (points, there))
    return first, second


def _gray(image: ImageArray, size: tuple[int, int]) -> NDArray[np.uint8]:
    resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(resized, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _as_bright(image: NDArray[np.uint8], like: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Undo what a camera's automatic exposure did between two pictures."""
    mean, deviation = float(image.mean()), max(float(image.std()), 1.0)
    gain = min(max(float(like.std()) / deviation, 0.5), 2.0)
    values = (image.astype(np.float32) - mean) * gain + float(like.mean())
    return np.asarray(np.clip(np.rint(values), 0, 255), dtype=np.uint8)


def _flow(
    first: NDArray[np.uint8], second: NDArray[np.uint8], points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    there: Any
    found: Any
    there, found, _ = cv2.calcOpticalFlowPyrLK(  # type: ignore[call-overload]
        first, second, points, None, winSize=(21, 21), maxLevel=4, minEigThreshold=1e-3
    )
    return there, found


def _rays(points_px: Array, width: int, height: int, focal_px: float) -> Array:
    """Return (N, 3) rays of pixels, with z = 1; the principal point is the middle of the picture."""
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    return np.column_stack(((points_px - middle) / focal_px, np.ones(len(points_px))))


def _translation(first: Array, second: Array, tolerance: float) -> tuple[Array, NDArray[np.bool_]]:
    """Return the direction with which most tracks agree, (3,) of unit length, and which do, (N,) bool.

    Args:
        first: (N, 3) rays.
        second: The same points' later rays.
        tolerance: Distance from its line up to which a track agrees, for a focal length of 1.
    """
    normals = np.cross(first, second)
    pairs = np.random.default_rng(0).integers(0, len(first), (_HYPOTHESES, 2))
    candidates = np.cross(normals[pairs[:, 0]], normals[pairs[:, 1]])
    lengths = np.linalg.norm(candidates, axis=1)
    candidates = candidates[lengths > 1e-12] / lengths[lengths > 1e-12, None]
    candidates = np.concatenate((candidates, -candidates, [[0.0, 0.0, 1.0]]))
    agreements = _agree(first, second, candidates, tolerance)
    winner = int(agreements.sum(axis=0).argmax())
    best, agreed = candidates[winner], agreements[:, winner]
    for _ in range(_REFINEMENTS):
        if agreed.sum() < 3:
            break
        rows = normals[agreed] / _slopes(first[agreed], best[None])
        refined = np.linalg.svd(rows)[2][2]
        refined = refined if refined @ best > 0.0 else -refined
        agrees = _agree(first, second, refined[None], tolerance)[:, 0]
        if agrees.sum() < 0.9 * agreed.sum():
            break
        best, agreed = refined, agrees
    return best, agreed


def _slopes(first: Array, directions: Array) -> Array:
    """Return by how much a track's `t . (p x p')` grows with its distance from its line, (N, C) for C directions."""
    # Length of the first two components of t x p, for p = (x, y, 1).
    across = directions[:, 1] - np.outer(first[:, 1], directions[:, 2])
    down = np.outer(first[:, 0], directions[:, 2]) - directions[:, 0]
    return np.asarray(np.maximum(np.hypot(across, down), 1e-3))


def _agree(first: Array, second: Array, directions: Array, tolerance: float) -> NDArray[np.bool_]:
    """Return which of N tracks agree with which of C directions, (N, C)."""
    normals = np.cross(first, second)
    distances = np.abs(normals @ directions.T) / _slopes(first, directions)
    # Depth has the sign of -(p x p') . (p x t) = -((p x p') x p) . t.
    in_front = -np.cross(normals, first) @ directions.T > 0.0
    return np.asarray((distances < tolerance) & in_front)


def _spread_deg(first: Array, second: Array, direction: Array, focal_px: float) -> float:
    """Return the largest standard deviation of the direction in any plane, degrees (linear propagation)."""
    rows_px = focal_px * np.cross(first, second) / _slopes(first, direction[None])
    noise_px = max(1.48 * float(np.median(np.abs(rows_px @ direction))), _LEAST_NOISE_PX)
    tangents = np.linalg.svd(direction[None])[2][1:]
    information = tangents @ rows_px.T @ rows_px @ tangents.T
    weakest = float(np.linalg.eigvalsh(information)[0])
    return math.inf if weakest <= 0.0 else min(math.degrees(noise_px / math.sqrt(weakest)), 180.0)
