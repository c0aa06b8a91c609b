"""Sightings of a chessboard in a video: sharp ones that differ from each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.video import VideoFrame
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

#: The board is looked for in pictures of at most this side: enough for boards that fill a fifth of the picture.
_SEARCH_SIDE_PX = 960
#: Two views are the same when no corner of the board differs by more than this, in parts of the picture's diagonal.
_SAME_VIEW = 0.04


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
