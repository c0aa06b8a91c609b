"""The simulated wrist webcam."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.camera_mount import CameraMount

_MAX_SIDE_PX = 1920


@dataclass(frozen=True)
class CameraConfig:
    """The wrist camera's picture.

    Attributes:
        width_px: Width of the picture.
        height_px: Height of the picture.
        vertical_fov_rad: Vertical field of view.
        mount: Where the camera sits on the robot.

    Raises:
        InvalidInput: If a size is not from 16 to 1920 pixels or the field of view is not from 0.2 to 2.5 rad.
    """

    width_px: int = 224
    height_px: int = 224
    vertical_fov_rad: float = math.radians(60.0)
    mount: CameraMount = field(default_factory=CameraMount.tilted_down)

    def __post_init__(self) -> None:
        for name in ("width_px", "height_px"):
            value = getattr(self, name)
            if not 16 <= value <= _MAX_SIDE_PX:
                raise InvalidInput(f"wrist camera: {name} is {value}; expected 16 to {_MAX_SIDE_PX} pixels")
        if not 0.2 <= self.vertical_fov_rad <= 2.5:
            raise InvalidInput(f"wrist camera: vertical_fov_rad is {self.vertical_fov_rad}; expected 0.2 to 2.5 rad")
