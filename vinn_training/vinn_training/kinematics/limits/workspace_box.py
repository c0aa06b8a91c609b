"""The region that the gripper may be sent to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class WorkspaceBox:
    """Axis-aligned box for the point between the fingertips, in base_link where the base was at reset.

    The default keeps the gripper off the floor, the mast and the base's own body, and the base within 0.6 m of
    where it started.

    Attributes:
        lower_m: Lower corner (x forward, y left, z up). The arm extends along -y.
        upper_m: Upper corner.

    Raises:
        InvalidInput: If a corner is not finite or the box is empty.
    """

    lower_m: tuple[float, float, float] = (-0.7, -1.4, 0.1)
    upper_m: tuple[float, float, float] = (0.9, -0.2, 1.6)

    def __post_init__(self) -> None:
        corners = np.array([self.lower_m, self.upper_m], dtype=np.float64)
        if corners.shape != (2, 3) or not np.isfinite(corners).all() or not (corners[0] < corners[1]).all():
            raise InvalidInput(
                f"workspace box is {self.lower_m} to {self.upper_m}; expected three finite metres each, "
                "every lower below its upper"
            )

    def clamp(self, point_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Return the nearest point in the box, (3,), and one line for each face that was in the way."""
        inside = np.clip(point_m, self.lower_m, self.upper_m)
        lines = []
        for axis, wanted, got in zip("xyz", point_m, inside, strict=True):
            if wanted != got:
                side = "lower" if got > wanted else "upper"
                lines.append(f"workspace {side} {axis} face at {got:.4g} m")
        return inside, tuple(lines)
