"""A lens from a video of a chessboard."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.lens import Lens, LensModel
from vinn_training.collection.video import VideoFrame
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import CollectionError, InvalidInput

#: The board is looked for in pictures of at most this side: enough for boards that fill a fifth of the picture.
_SEARCH_SIDE_PX = 960
#: Two views are the same when no corner of the board differs by more than this, in parts of the picture's diagonal.
_SAME_VIEW = 0.04
#: The picture is divided into so many columns and rows to measure how much of it the boards reached.
_COVERAGE_CELLS = (8, 6)
#: A view is left out when its error is so many times the median's, and over half a pixel.
_OUTLIER_RATIO = 3.0


@dataclass(frozen=True)
class Board:
    """A chessboard.

    Attributes:
        columns: Inner corners along a row (a board of 10x7 squares has 9x6).
        rows: Inner corners along a column.
        square_m: Side of a square. It does not change the lens, only the distances to the board.

    Raises:
        InvalidInput: If there are fewer than 3 corners a side, or the square is not positive.
    """

    columns: int = 9
    rows: int = 6
    square_m: float = 0.024

    def __post_init__(self) -> None:
        if not (3 <= self.columns <= 50 and 3 <= self.rows <= 50):
            raise InvalidInput(
                f"board has {self.columns}x{self.rows} inner corners; expected 3 to 50 each: count the points at "
                "which four squares meet"
            )
        if not (math.isfinite(self.square_m) and self.square_m > 0.0):
            raise InvalidInput(f"squares are {self.square_m} m; expected a positive length in metres")

    @property
    def points(self) -> NDArray[np.float32]:
        """(N, 3) float32, corners in the board's plane, metres, row by row."""
        grid = np.zeros((self.columns * self.rows, 3), np.float32)
        grid[:, :2] = np.mgrid[: self.columns, : self.rows].T.reshape(-1, 2) * self.square_m
        return grid


@dataclass(frozen=True)
class CalibrationConfig:
    """What is demanded of a calibration.

    Attributes:
        fewest_views: Different views of the board.
        most_views: More are thinned out; they cost time and add nothing.
        least_coverage: Part of the picture that the boards must have reached, 0 to 1.
        least_tilt_deg: The board must be seen turned by this much in some view: boards that all face the camera do
            not tell focal length from distance.
        greatest_error_px: Root mean square reprojection error, for a picture 1000 pixels wide.

    Raises:
        InvalidInput: If a number cannot be satisfied.
    """

    fewest_views: int = 8
    most_views: int = 40
    least_coverage: float = 0.4
    least_tilt_deg: float = 15.0
    greatest_error_px: float = 1.0

    def __post_init__(self) -> None:
        if not (3 <= self.fewest_views <= self.most_views and 0.0 <= self.least_coverage <= 1.0):
            raise InvalidInput(
                f"calibration asks for {self.fewest_views} to {self.most_views} views and coverage "
                f"{self.least_coverage}; expected 3 or more, ordered, and 0 to 1"
            )


@dataclass(frozen=True)
class BoardView:
    """One sighting of the board.

    Attributes:
        time_s: In the video.
        corners: (N, 2) float32, pixels, row by row.
        sharpness: Of the picture at the board; larger is sharper.
    """

    time_s: float
    corners: NDArray[np.float32]
    sharpness: float


@dataclass(frozen=True)
class Calibration:
    """A lens and how well it is known.

    Attributes:
        lens: The result.
        error_px: Root mean square reprojection error.
        views: Number of views used.
        coverage: Part of the picture that the boards reached, 0 to 1.
    """

    lens: Lens
    error_px: float
    views: int
    coverage: float


def find_views(
    frames: Iterable[VideoFrame], board: Board, most_views: int, report: Callable[[float, int], None] | None = None
) -> tuple[list[BoardView], tuple[int, int]]:
    """Return sharp views of the board that differ from each other, and the pictures' size.

    Args:
        frames: Of the video, in time order; a few a second are enough.
        board: What to look for.
        most_views: How many to return at most.
        report: Called with the time in the video and the number of views so far.

    Returns:
        Views in time order; (width, height) in pixels.

    Raises:
        InvalidInput: If there is no frame.
    """
    views: list[BoardView] = []
    size: tuple[int, int] | None = None
    for frame in frames:
        grey = np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        size = (grey.shape[1], grey.shape[0])
        corners = _find_corners(grey, board)
        if corners is not None:
            _keep(views, BoardView(frame.time_s, corners, _sharpness(grey, corners)), math.hypot(*size))
        if report is not None:
            report(frame.time_s, len(views))
    if size is None:
        raise InvalidInput("the video has no frames; expected a video of a chessboard")
    return _spread(views, most_views), size


def calibrate(
    views: list[BoardView], size: tuple[int, int], board: Board, model: LensModel, config: CalibrationConfig
) -> Calibration:
    """Return the lens that explains the views.

    Args:
        views: From `find_views`.
        size: (width, height) of the pictures.
        board: Which was seen.
        model: Of the lens.
        config: What is demanded.

    Raises:
        CollectionError: If views, their coverage or tilt are too few, or the lens does not explain them.
    """
    if len(views) < config.fewest_views:
        raise CollectionError(
            f"the board of {board.columns}x{board.rows} inner corners was seen in {len(views)} different views; "
            f"expected at least {config.fewest_views}: check --columns and --rows, keep the whole board in view, "
            "move slowly, and show it near every border and tilted"
        )
    coverage = _coverage(views, size)
    if coverage < config.least_coverage:
        raise CollectionError(
            f"the board reached {100 * coverage:.0f} % of the picture; expected at least "
            f"{100 * config.least_coverage:.0f} %: show it near every border and corner of the picture"
        )
    fit = _solve(views, size, board, model)
    usual_px = float(np.median(fit.errors_px))
    good = [
        view for view, error in zip(views, fit.errors_px, strict=True)
        if error <= max(0.5, _OUTLIER_RATIO * usual_px)
    ]  # fmt: skip
    if config.fewest_views <= len(good) < len(views):
        views = good
        fit = _solve(views, size, board, model)
    greatest_px = config.greatest_error_px * size[0] / 1000.0
    error_px = float(np.sqrt(np.mean(fit.errors_px**2)))
    if error_px > greatest_px:
        raise CollectionError(
            f"the {model} lens misses the corners by {error_px:.2f} px (root mean square); expected at most "
            f"{greatest_px:.2f}: use a flat board, a still camera mode (no stabilisation or zoom), or the other --model"
        )
    tilt_deg = float(fit.tilts_deg.max())
    if tilt_deg < config.least_tilt_deg:
        raise CollectionError(
            f"the board was turned by at most {tilt_deg:.0f} degrees from the picture; expected at least "
            f"{config.least_tilt_deg:.0f} in some views: tilt it to all sides"
        )
    lens = Lens(
        model=model,
        width=size[0],
        height=size[1],
        fx=float(fit.matrix[0, 0]),
        fy=float(fit.matrix[1, 1]),
        cx=float(fit.matrix[0, 2]),
        cy=float(fit.matrix[1, 2]),
        distortion=tuple(fit.distortion.tolist()),
        source=f"calibrated: {len(views)} views of a board, {error_px:.3f} px",
    )
    return Calibration(lens, error_px, len(views), coverage)


@dataclass(frozen=True)
class _Fit:
    matrix: NDArray[np.float64]
    distortion: NDArray[np.float64]
    errors_px: NDArray[np.float64]
    tilts_deg: NDArray[np.float64]


def _solve(views: list[BoardView], size: tuple[int, int], board: Board, model: LensModel) -> _Fit:
    """Return OpenCV's least squares fit.

    Raises:
        CollectionError: If it finds none.
    """
    seen = [view.corners.reshape(1, -1, 2).astype(np.float64) for view in views]
    boards = [board.points.reshape(1, -1, 3).astype(np.float64)] * len(views)
    # OpenCV's types do not allow for "no first guess".
    fit: Any = cv2.fisheye.calibrate if model == "fisheye" else cv2.calibrateCamera
    project: Any = cv2.fisheye.projectPoints if model == "fisheye" else cv2.projectPoints
    try:
        if model == "fisheye":
            # OpenCV 5 moved these constants, and changed their values.
            names: Any = cv2 if hasattr(cv2, "CALIB_RECOMPUTE_EXTRINSIC") else cv2.fisheye
            flags = names.CALIB_RECOMPUTE_EXTRINSIC | names.CALIB_FIX_SKEW
            _, matrix, distortion, turns, shifts = fit(boards, seen, size, None, None, flags=flags)
        else:
            singles = [item.astype(np.float32) for item in seen]
            grids = [item.astype(np.float32) for item in boards]
            _, matrix, distortion, turns, shifts = fit(grids, singles, size, None, None)
    except cv2.error as error:
        raise CollectionError(
            f"no {model} lens explains the {len(views)} views ({error.err}); record again with the board tilted to all "
            "sides and near every border, or use the other --model"
        ) from error
    errors, tilts = [], []
    for points, corners, turn, shift in zip(boards, seen, turns, shifts, strict=True):
        pixels, _ = project(points, turn.reshape(3), shift.reshape(3), matrix, distortion)
        misses = np.linalg.norm(np.asarray(pixels).reshape(-1, 2) - corners.reshape(-1, 2), axis=1)
        errors.append(math.sqrt(float(np.mean(misses**2))))
        normal = cv2.Rodrigues(turn.reshape(3))[0][:, 2]
        tilts.append(math.degrees(math.acos(min(1.0, abs(float(normal[2]))))))
    return _Fit(matrix, np.asarray(distortion).ravel()[:5], np.array(errors), np.array(tilts))


def _find_corners(grey: ImageArray, board: Board) -> NDArray[np.float32] | None:
    """Return the board's inner corners, (N, 2) pixels, or None where it is not wholly seen."""
    scale = min(1.0, _SEARCH_SIDE_PX / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1.0 else grey
    flags = cv2.CALIB_CB_ADAPTIVE_THRESH | cv2.CALIB_CB_NORMALIZE_IMAGE | cv2.CALIB_CB_FAST_CHECK
    found, corners = cv2.findChessboardCorners(small, (board.columns, board.rows), flags=flags)
    if not found:
        return None
    corners = (corners.reshape(-1, 2) + 0.5) / scale - 0.5
    # The window must not reach the next corner.
    grid = corners.reshape(board.rows, board.columns, 2)
    gaps = [np.linalg.norm(np.diff(grid, axis=axis), axis=2).min() for axis in (0, 1)]
    half = int(np.clip(min(gaps) * 0.4, 2, 15))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 40, 1e-3)
    refined = cv2.cornerSubPix(grey, corners.astype(np.float32).reshape(-1, 1, 2), (half, half), (-1, -1), criteria)
    return np.asarray(refined, dtype=np.float32).reshape(-1, 2)


def _sharpness(grey: ImageArray, corners: NDArray[np.float32]) -> float:
    """Return the strength of the steepest edges at the board, relative to its contrast."""
    left, top = np.maximum(corners.min(axis=0).astype(int), 0)
    right, bottom = corners.max(axis=0).astype(int) + 1
    patch = grey[top:bottom, left:right].astype(np.float32)
    steps = np.abs(np.diff(patch, axis=1))
    contrast = float(np.percentile(patch, 95) - np.percentile(patch, 5))
    return float(np.percentile(steps, 99)) / max(contrast, 1.0)


def _keep(views: list[BoardView], new: BoardView, diagonal_px: float) -> None:
    """Add a view, or let it take the place of one that is the same and less sharp."""
    for index, view in enumerate(views):
        if np.linalg.norm(view.corners - new.corners, axis=1).max() < _SAME_VIEW * diagonal_px:
            if new.sharpness > view.sharpness:
                views[index] = new
            return
    views.append(new)


def _spread(views: list[BoardView], count: int) -> list[BoardView]:
    """Return at most `count` views, each next the furthest from those chosen, in time order."""
    if len(views) <= count:
        return views
    corners = np.stack([view.corners for view in views])
    chosen = [int(np.argmax([view.sharpness for view in views]))]
    distances = np.full(len(views), np.inf)
    while len(chosen) < count:
        distances = np.minimum(distances, np.linalg.norm(corners - corners[chosen[-1]], axis=2).max(axis=1))
        chosen.append(int(np.argmax(distances)))
    return [views[index] for index in sorted(chosen)]


def _coverage(views: list[BoardView], size: tuple[int, int]) -> float:
    """Return the part of the picture's cells in which a corner was seen."""
    columns, rows = _COVERAGE_CELLS
    corners = np.concatenate([view.corners for view in views])
    across = np.clip((corners[:, 0] / size[0] * columns).astype(int), 0, columns - 1)
    down = np.clip((corners[:, 1] / size[1] * rows).astype(int), 0, rows - 1)
    return len(set(zip(across.tolist(), down.tolist(), strict=True))) / (columns * rows)
