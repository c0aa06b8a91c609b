"""A lens from views of a chessboard."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.board_views import Board, BoardView
from vinn_training.collection.lens import Lens, LensModel
from vinn_training.exceptions import CollectionError, InvalidInput

#: The picture is divided into so many columns and rows to measure how much of it the boards reached.
_COVERAGE_CELLS = (8, 6)
#: A view is left out when its error is so many times the median's, and over half a pixel.
_OUTLIER_RATIO = 3.0


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


def _coverage(views: list[BoardView], size: tuple[int, int]) -> float:
    """Return the part of the picture's cells in which a corner was seen."""
    columns, rows = _COVERAGE_CELLS
    corners = np.concatenate([view.corners for view in views])
    across = np.clip((corners[:, 0] / size[0] * columns).astype(int), 0, columns - 1)
    down = np.clip((corners[:, 1] / size[1] * rows).astype(int), 0, rows - 1)
    return len(set(zip(across.tolist(), down.tolist(), strict=True))) / (columns * rows)
