"""A wrist camera's picture without OpenGL: a textured wall that shifts as the robot moves."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

_WALL_PX = 512
#: The wall repeats itself beyond its edge.
_LARGEST_PX = 1920
#: The wall is a metre away: half a millimetre of motion is a pixel.
_PX_PER_M = 2000.0
#: Grey levels of the sensor's noise; without it, a camera at rest could not be told from a frozen one.
_NOISE_LEVELS = 3


class SyntheticCamera:
    """Looks at a wall drawn by a seed, and repeats itself exactly for the same seed, index and pose.

    Args:
        seed: Draws wall and noise.
        height_px: Height of the picture.
        width_px: Width of the picture.

    Raises:
        InvalidInput: If a side is not between 1 and 1920 pixels.
    """

    def __init__(self, seed: int, height_px: int, width_px: int) -> None:
        if not (0 < height_px <= _LARGEST_PX and 0 < width_px <= _LARGEST_PX):
            raise InvalidInput(f"picture size is {width_px}x{height_px}; expected 1 to {_LARGEST_PX} pixels a side")
        self._seed = seed
        self._height_px, self._width_px = height_px, width_px
        rng = np.random.default_rng(seed)
        coarse = rng.integers(0, 256, (_WALL_PX // 8, _WALL_PX // 8, 3), dtype=np.uint8)
        wall = np.asarray(cv2.resize(coarse, (_WALL_PX, _WALL_PX), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        # Drawn once and cut out at a place of its own for each picture: drawing anew takes 50 times as long.
        noise = rng.integers(0, _NOISE_LEVELS, wall.shape, dtype=np.uint8)
        self._wall = self._beyond_edges(np.minimum(wall, np.uint8(255 - _NOISE_LEVELS)))
        self._noise = self._beyond_edges(noise)

    def take(self, index: int, right_m: float, up_m: float) -> ImageArray:
        """Return picture number `index`, (H, W, 3) uint8 RGB.

        Args:
            index: Number of the picture; draws its noise.
            right_m: How far the camera moved to its right: the view moves left.
            up_m: How far the camera moved up: the view moves down.
        """
        view = self._cut(self._wall, -round(up_m * _PX_PER_M), round(right_m * _PX_PER_M))
        row, column = np.random.default_rng((self._seed, index)).integers(0, _WALL_PX, 2)
        return view + self._cut(self._noise, int(row), int(column))

    def _beyond_edges(self, tile: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return what repeats itself, far enough that a picture can be cut out anywhere in its first period."""
        return np.pad(tile, ((0, self._height_px), (0, self._width_px), (0, 0)), mode="wrap")

    def _cut(self, surface: NDArray[np.uint8], row: int, column: int) -> NDArray[np.uint8]:
        """Return the picture's size of a surface, from a place that may lie in any period."""
        row, column = row % _WALL_PX, column % _WALL_PX
        return surface[row : row + self._height_px, column : column + self._width_px]
