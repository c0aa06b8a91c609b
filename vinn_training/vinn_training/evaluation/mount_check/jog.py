"""One small motion of the check: what was asked of the robot, what it did, and the pictures before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

#: Along each axis away and back, so that every axis begins where the last one ended: first away from what the
#: gripper is in front of, and up before down.
ORDER = ("-z", "+z", "-y", "+y", "-x", "+x")


@dataclass(frozen=True)
class Jog:
    """One motion along an axis of the camera's optical frame (x right, y down, z forward).

    Attributes:
        name: One of ORDER.
        asked_m: Way asked for along the axis, positive.
        requested_base_m: (3,) float64, the same translation in base_link as the robot's camera transform has it (what
            the bridge published as requested).
        moved_base_m: (3,) float64, way of the camera in base_link, by joint states and odometry.
        before: (H, W, 3) uint8 RGB, taken at rest.
        after: The same, after the motion.
        turned_rad: Largest turn of a wrist joint or the base meanwhile: the check is for motions without one.
        clipped: Limits that changed the motion, as the bridge told them.

    Raises:
        InvalidInput: If the name is unknown, a number is not finite, or the way asked for is not positive.
    """

    name: str
    asked_m: float
    requested_base_m: NDArray[np.float64]
    moved_base_m: NDArray[np.float64]
    before: ImageArray = field(repr=False)
    after: ImageArray = field(repr=False)
    turned_rad: float = 0.0
    clipped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in ORDER:
            raise InvalidInput(f"motion is named '{self.name}'; expected one of: {', '.join(ORDER)}")
        for name in ("requested_base_m", "moved_base_m"):
            value = np.array(getattr(self, name), dtype=np.float64)
            if value.shape != (3,) or not np.isfinite(value).all():
                raise InvalidInput(f"motion {self.name}: {name} is {value.tolist()}; expected three finite metres")
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        if not (math.isfinite(self.asked_m) and self.asked_m > 0.0):
            raise InvalidInput(f"motion {self.name}: asked_m is {self.asked_m}; expected a positive way")

    @property
    def axis(self) -> str:
        """x, y or z."""
        return self.name[1]

    @property
    def direction(self) -> NDArray[np.float64]:
        """(3,) float64 unit vector, asked for, in the optical frame."""
        return direction_of(self.name)

    @property
    def gain(self) -> float:
        """Way gone in the requested direction, by the way requested."""
        requested = self.requested_base_m
        length_m = float(np.linalg.norm(requested))
        return float(self.moved_base_m @ requested) / length_m**2 if length_m > 0.0 else 0.0


def direction_of(name: str) -> NDArray[np.float64]:
    """Return the unit vector of one of ORDER, (3,) float64."""
    direction = np.zeros(3)
    direction["xyz".index(name[1])] = 1.0 if name[0] == "+" else -1.0
    return direction
