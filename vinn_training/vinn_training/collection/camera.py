"""The camera of linear pictures: what lens linearisation makes and structure from motion takes or finds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class PinholeCamera:
    """A camera without distortion.

    Attributes:
        width: Of its pictures, pixels.
        height: Of its pictures, pixels.
        fx: Focal length along the rows, pixels.
        fy: Focal length along the columns, pixels.
        cx: Column of the principal point, pixels.
        cy: Row of the principal point, pixels.

    Raises:
        InvalidInput: If a size or focal length is not positive, or the principal point lies outside the picture.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    def __post_init__(self) -> None:
        sizes = (self.width, self.height, self.fx, self.fy)
        if not all(math.isfinite(value) and value > 0 for value in sizes):
            raise InvalidInput(f"camera has size and focal lengths {sizes}; expected positive numbers, in pixels")
        if not (0.0 <= self.cx <= self.width and 0.0 <= self.cy <= self.height):
            raise InvalidInput(
                f"principal point is ({self.cx}, {self.cy}); expected it within {self.width}x{self.height} pixels"
            )

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(3, 3) float64, from the optical frame (x right, y down, z forward) to homogeneous pixels."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])
