"""Changes of a picture that leave the state of the gripper as it is: light, and a camera mounted slightly otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class GripperAugmentation:
    """How much each picture is changed, drawn evenly within plus and minus.

    Attributes:
        brightness: Added, as a share of the full range.
        contrast: Factor minus 1.
        tint: Factor minus 1 on each channel.
        noise: Standard deviation, as a share of the full range.
        shift: In either direction, as a share of the side.
        zoom: Factor minus 1. Kept small: a large zoom makes an opening look like another.
        turn_rad: Turn of the picture.

    Raises:
        InvalidInput: If a value is outside [0, 0.5].
    """

    brightness: float = 0.15
    contrast: float = 0.3
    tint: float = 0.1
    noise: float = 0.02
    shift: float = 0.04
    zoom: float = 0.05
    turn_rad: float = 0.05

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0.0 <= value <= 0.5:
                raise InvalidInput(f"augmentation {name} is {value}; expected 0 to 0.5")

    def __call__(self, images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Return changed copies.

        Args:
            images: (N, 3, S, S) float32, 0 to 1.
            generator: Of the draws.

        Returns:
            (N, 3, S, S) float32, 0 to 1.
        """
        count = len(images)

        def draw(amount: float, *shape: int) -> torch.Tensor:
            return (torch.rand(count, *shape, generator=generator) * 2.0 - 1.0) * amount

        turn, scale = draw(self.turn_rad), 1.0 + draw(self.zoom)
        matrix = torch.zeros(count, 2, 3)
        matrix[:, 0, 0] = matrix[:, 1, 1] = scale * torch.cos(turn)
        matrix[:, 0, 1] = -scale * torch.sin(turn)
        matrix[:, 1, 0] = scale * torch.sin(turn)
        matrix[:, :, 2] = draw(2.0 * self.shift, 2)  # the grid's side is 2
        grid = functional.affine_grid(matrix, list(images.shape), align_corners=False)
        moved = functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
        mean = moved.mean(dim=(1, 2, 3), keepdim=True)
        lit = (moved - mean) * (1.0 + draw(self.contrast, 1, 1, 1)) + mean + draw(self.brightness, 1, 1, 1)
        lit = lit * (1.0 + draw(self.tint, 3, 1, 1))
        noise = torch.randn(lit.shape, generator=generator) * self.noise
        return (lit + noise).clamp(0.0, 1.0)
