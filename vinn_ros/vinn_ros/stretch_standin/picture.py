"""A wrist camera's picture without OpenGL: a textured wall that shifts as the robot moves."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

_WALL_PX = 512
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
        InvalidInput: If a side is not between 1 and 512 pixels.
    """

    def __init__(self, seed: int, height_px: int, width_px: int) -> None:
        if not (0 < height_px <= _WALL_PX and 0 < width_px <= _WALL_PX):
            raise InvalidInput(f"picture size is {width_px}x{height_px}; expected 1 to {_WALL_PX} pixels a side")
        self._seed = seed
        self._height_px, self._width_px = height_px, width_px
        rng = np.random.default_rng(seed)
        coarse = rng.integers(0, 256, (_WALL_PX // 8, _WALL_PX // 8, 3), dtype=np.uint8)
        self._wall: NDArray[np.uint8] = np.asarray(
            cv2.resize(coarse, (_WALL_PX, _WALL_PX), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
        )

    def take(self, index: int, right_m: float, up_m: float) -> ImageArray:
        """Return picture number `index`, (H, W, 3) uint8 RGB.

        Args:
            index: Number of the picture; draws its noise.
            right_m: How far the camera moved to its right: the view moves left.
            up_m: How far the camera moved up: the view moves down.
        """
        rows = (np.arange(self._height_px) - round(up_m * _PX_PER_M)) % _WALL_PX
        columns = (np.arange(self._width_px) + round(right_m * _PX_PER_M)) % _WALL_PX
        view = self._wall[np.ix_(rows, columns)]
        noise = np.random.default_rng((self._seed, index)).integers(0, _NOISE_LEVELS, view.shape, dtype=np.uint8)
        return np.minimum(view, np.uint8(255 - _NOISE_LEVELS)) + noise
