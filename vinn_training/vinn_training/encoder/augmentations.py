"""Random views, computed for a whole batch at once while every image draws its own parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch.nn import functional

from vinn_training.exceptions import InvalidInput

#: ITU-R BT.601 luma, as torchvision's grey scale.
_LUMA = (0.299, 0.587, 0.114)

#: RGB -> YIQ (NTSC); a rotation of the (I, Q) plane changes the hue and keeps the luma.
_RGB_TO_YIQ = ((0.299, 0.587, 0.114), (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))


@dataclass(frozen=True)
class AugmentationConfig:
    """How views are drawn; the defaults are those of VINN's code.

    Attributes:
        crop_scale_min: Smallest share of the picture's area that a crop keeps, in (0, 1]; the largest is 1.
        crop_ratio_max: Largest ratio of a crop's sides, 1 or more; the smallest is its inverse.
        jitter_probability: Of changing brightness, contrast, saturation and hue together.
        brightness: Factors from 1 - b to 1 + b.
        contrast: Factors from 1 - c to 1 + c.
        saturation: Factors from 1 - s to 1 + s.
        hue: Rotations from -h to h, in turns.
        grey_probability: Of dropping the colour.
        blur_probability: Of a 3x3 Gaussian blur.
        blur_sigma_min: Smallest standard deviation, pixels.
        blur_sigma_max: Largest standard deviation, pixels.

    Raises:
        InvalidInput: If a probability is outside [0, 1] or a range is empty.
    """

    crop_scale_min: float = 0.6
    crop_ratio_max: float = 4.0 / 3.0
    jitter_probability: float = 0.3
    brightness: float = 0.8
    contrast: float = 0.8
    saturation: float = 0.8
    hue: float = 0.2
    grey_probability: float = 0.2
    blur_probability: float = 0.2
    blur_sigma_min: float = 1.0
    blur_sigma_max: float = 2.0

    def __post_init__(self) -> None:
        shares = ("jitter_probability", "brightness", "contrast", "saturation", "grey_probability", "blur_probability")
        for name in shares:
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise InvalidInput(f"{name} is {getattr(self, name)}; expected 0 to 1")
        if not 0.0 < self.crop_scale_min <= 1.0 or self.crop_ratio_max < 1.0:
            raise InvalidInput(
                f"crop_scale_min is {self.crop_scale_min}, crop_ratio_max {self.crop_ratio_max}; "
                "expected more than 0 and at most 1, and 1 or more"
            )
        if not 0.0 <= self.hue <= 0.5:
            raise InvalidInput(f"hue is {self.hue}; expected 0 to 0.5 turns")
        if not 0.0 < self.blur_sigma_min <= self.blur_sigma_max:
            raise InvalidInput(
                f"blur sigma is {self.blur_sigma_min} to {self.blur_sigma_max}; expected a range above 0"
            )


class Augmentation:
    """Draws views.

    Args:
        config: How.
        generator: Source of randomness, on the CPU; its state is all that views depend on, on any device.
    """

    def __init__(self, config: AugmentationConfig, generator: torch.Generator) -> None:
        self.config = config
        self._generator = generator

    def __call__(self, images: torch.Tensor, start: int = 0, total: int | None = None) -> torch.Tensor:
        """Return one view of each image: (N, 3, S, S) float32 in [0, 1] to the same, on the images' device.

        The jitter's order is fixed (brightness, contrast, saturation, hue), where torchvision's is random.

        Args:
            images: Rows `start` to `start + N` of a batch that is spread over processes.
            start: First row; 0 where the batch is whole.
            total: Rows of the whole batch. Every process draws for all of them, so that a frame's view does not
                depend on how many processes there are.
        """
        config = self.config
        draws = _Draws(self._generator, start, len(images), len(images) if total is None else total, images.device)
        views = _resized_crop(images, config, draws)
        views = _sometimes(views, _jitter(views, config, draws), config.jitter_probability, draws)
        views = _sometimes(views, luma(views).expand_as(views), config.grey_probability, draws)
        return _sometimes(views, _blur(views, config, draws), config.blur_probability, draws)


class _Draws(NamedTuple):
    """Random numbers of `rows` rows from `start` on, of a batch of `total`."""

    generator: torch.Generator
    start: int
    rows: int
    total: int
    device: torch.device

    def uniform(self, low: float, high: float) -> torch.Tensor:
        numbers = torch.rand(self.total, generator=self.generator)[self.start : self.start + self.rows]
        return (low + (high - low) * numbers).to(self.device, non_blocking=True)


def _sometimes(images: torch.Tensor, changed: torch.Tensor, probability: float, draws: _Draws) -> torch.Tensor:
    chosen = draws.uniform(0.0, 1.0) < probability
    return torch.where(chosen[:, None, None, None], changed, images)


def _resized_crop(images: torch.Tensor, config: AugmentationConfig, draws: _Draws) -> torch.Tensor:
    """Cut a rectangle of random area, ratio and place out of each image and stretch it back, bilinearly."""
    scale = draws.uniform(config.crop_scale_min, 1.0)
    log_ratio = math.log(config.crop_ratio_max)
    ratio = torch.exp(draws.uniform(-log_ratio, log_ratio))
    # torchvision draws again where a rectangle leaves the image; cutting it to the image is close and batched.
    width = torch.sqrt(scale * ratio).clamp(max=1.0)
    height = torch.sqrt(scale / ratio).clamp(max=1.0)
    centre_x = (1.0 - width) * draws.uniform(-1.0, 1.0)
    centre_y = (1.0 - height) * draws.uniform(-1.0, 1.0)
    theta = torch.zeros(len(images), 2, 3, device=images.device)
    theta[:, 0, 0], theta[:, 0, 2] = width, centre_x
    theta[:, 1, 1], theta[:, 1, 2] = height, centre_y
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _jitter(images: torch.Tensor, config: AugmentationConfig, draws: _Draws) -> torch.Tensor:
    def factor(strength: float) -> torch.Tensor:
        return draws.uniform(1.0 - strength, 1.0 + strength)[:, None, None, None]

    views = (images * factor(config.brightness)).clamp(0.0, 1.0)
    mean = luma(views).mean(dim=(1, 2, 3), keepdim=True)
    views = torch.lerp(mean, views, factor(config.contrast)).clamp(0.0, 1.0)
    views = torch.lerp(luma(views).expand_as(views), views, factor(config.saturation)).clamp(0.0, 1.0)
    return rotate_hue(views, draws.uniform(-config.hue, config.hue))


def _blur(images: torch.Tensor, config: AugmentationConfig, draws: _Draws) -> torch.Tensor:
    """Blur with a separable kernel of three taps, sides reflected."""
    sigma = draws.uniform(config.blur_sigma_min, config.blur_sigma_max)
    side = torch.exp(-0.5 / sigma**2)
    side = (side / (1.0 + 2.0 * side))[:, None, None, None]
    padded = functional.pad(images, (1, 1, 1, 1), mode="reflect")
    rows = side * (padded[:, :, :-2] + padded[:, :, 2:]) + (1.0 - 2.0 * side) * padded[:, :, 1:-1]
    return side * (rows[..., :-2] + rows[..., 2:]) + (1.0 - 2.0 * side) * rows[..., 1:-1]


def luma(images: torch.Tensor) -> torch.Tensor:
    """Return the grey value of (N, 3, H, W) images as (N, 1, H, W)."""
    red, green, blue = images.unbind(dim=1)
    return (_LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue)[:, None]


def rotate_hue(images: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Return (N, 3, H, W) images in [0, 1] with image i's hue turned by turns[i]."""
    to_yiq = torch.tensor(_RGB_TO_YIQ)
    from_yiq = torch.linalg.inv(to_yiq).to(images.device)
    angle = 2.0 * math.pi * turns
    rotation = torch.zeros(len(turns), 3, 3, device=images.device)
    rotation[:, 0, 0] = 1.0
    rotation[:, 1, 1] = rotation[:, 2, 2] = torch.cos(angle)
    rotation[:, 1, 2], rotation[:, 2, 1] = -torch.sin(angle), torch.sin(angle)
    matrix = from_yiq @ rotation @ to_yiq.to(images.device)
    return torch.matmul(matrix, images.flatten(2)).reshape(images.shape).clamp(0.0, 1.0)
