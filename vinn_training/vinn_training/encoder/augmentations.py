"""Random views, computed for a whole batch at once while every image draws its own parameters, unless told otherwise.

The parameters are drawn on the CPU, a few numbers an image; the pictures never leave their device. Which images a
change concerns is known before it starts, so that the others cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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
    """How views are drawn; the defaults are those of VINN's code, but for `per_batch`.

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
        per_batch: Draw once for all images of a batch, as VINN's code does, instead of once an image; each of the two
            views still has a draw of its own.

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
    per_batch: bool = False

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
        draws = _Draws(self._generator, start, len(images), len(images) if total is None else total, config.per_batch)
        views = _resized_crop(images, config, draws)
        jitter = _JitterFactors.draw(config, draws)
        _change(views, draws.chosen(config.jitter_probability), lambda some, rows: _jitter(some, jitter, rows))
        _change(views, draws.chosen(config.grey_probability), lambda some, _: luma(some).expand_as(some))
        sigma = draws.uniform(config.blur_sigma_min, config.blur_sigma_max)
        _change(views, draws.chosen(config.blur_probability), lambda some, rows: _blur(some, sigma[rows]))
        return views


class _Draws(NamedTuple):
    """Random numbers, on the CPU, of `rows` rows from `start` on, of a batch of `total`; one for all if `shared`."""

    generator: torch.Generator
    start: int
    rows: int
    total: int
    shared: bool = False

    def uniform(self, low: float, high: float) -> torch.Tensor:
        numbers = torch.rand(1 if self.shared else self.total, generator=self.generator)
        numbers = numbers.expand(self.total)[self.start : self.start + self.rows]
        return low + (high - low) * numbers

    def chosen(self, probability: float) -> torch.Tensor:
        """Return the indices of the rows that a coin picks; known without waiting for the device."""
        return torch.nonzero(self.uniform(0.0, 1.0) < probability).squeeze(1)


class _JitterFactors(NamedTuple):
    """Of one change of colour each, (N,) on the CPU; the hue's in turns."""

    brightness: torch.Tensor
    contrast: torch.Tensor
    saturation: torch.Tensor
    hue: torch.Tensor

    @classmethod
    def draw(cls, config: AugmentationConfig, draws: _Draws) -> _JitterFactors:
        brightness, contrast, saturation = (
            draws.uniform(1.0 - strength, 1.0 + strength)
            for strength in (config.brightness, config.contrast, config.saturation)
        )
        return cls(brightness, contrast, saturation, draws.uniform(-config.hue, config.hue))


def _change(
    views: torch.Tensor, rows: torch.Tensor, change: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
) -> None:
    """Replace the chosen rows of the views, and compute nothing for the others."""
    if len(rows) == len(views):
        views.copy_(change(views, rows))
    elif len(rows):
        where = rows.to(views.device, non_blocking=True)
        views.index_copy_(0, where, change(views.index_select(0, where), rows))


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
    if config.crop_scale_min == 1.0 and config.crop_ratio_max == 1.0:
        return images.clone(memory_format=torch.contiguous_format)  # every rectangle is the whole image
    theta = torch.zeros(len(images), 2, 3)
    theta[:, 0, 0], theta[:, 0, 2] = width, centre_x
    theta[:, 1, 1], theta[:, 1, 2] = height, centre_y
    theta = theta.to(images.device, non_blocking=True)
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _jitter(images: torch.Tensor, factors: _JitterFactors, rows: torch.Tensor) -> torch.Tensor:
    """Change the colours of images, which are the batch's `rows`."""
    brightness, contrast, saturation = (
        values[rows].view(-1, 1, 1, 1).to(images.device, non_blocking=True) for values in factors[:3]
    )
    views = (images * brightness).clamp_(0.0, 1.0)
    mean = luma(views).mean(dim=(1, 2, 3), keepdim=True)
    views = torch.lerp(mean, views, contrast).clamp_(0.0, 1.0)
    views = torch.lerp(luma(views).expand_as(views), views, saturation).clamp_(0.0, 1.0)
    return rotate_hue(views, factors.hue[rows])


def _blur(images: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """Blur with a separable kernel of three taps, sides reflected; sigma is (N,) in pixels, on the CPU."""
    side = torch.exp(-0.5 / sigma**2)
    side = (side / (1.0 + 2.0 * side)).view(-1, 1, 1, 1).to(images.device, non_blocking=True)
    padded = functional.pad(images, (1, 1, 1, 1), mode="reflect")
    rows = side * (padded[:, :, :-2] + padded[:, :, 2:]) + (1.0 - 2.0 * side) * padded[:, :, 1:-1]
    return side * (rows[..., :-2] + rows[..., 2:]) + (1.0 - 2.0 * side) * rows[..., 1:-1]


def luma(images: torch.Tensor) -> torch.Tensor:
    """Return the grey value of (N, 3, H, W) images as (N, 1, H, W)."""
    red, green, blue = images.unbind(dim=1)
    return (_LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue)[:, None]


def rotate_hue(images: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Return (N, 3, H, W) images in [0, 1] with image i's hue turned by turns[i], which is on the CPU."""
    to_yiq = torch.tensor(_RGB_TO_YIQ)
    angle = 2.0 * math.pi * turns
    rotation = torch.zeros(len(turns), 3, 3)
    rotation[:, 0, 0] = 1.0
    rotation[:, 1, 1] = rotation[:, 2, 2] = torch.cos(angle)
    rotation[:, 1, 2], rotation[:, 2, 1] = -torch.sin(angle), torch.sin(angle)
    # Nine numbers an image are computed here and sent to the device at once, which then does nothing but turn.
    matrix = (torch.linalg.inv(to_yiq) @ rotation @ to_yiq).to(images.device, non_blocking=True)
    return torch.matmul(matrix, images.flatten(2)).reshape(images.shape).clamp_(0.0, 1.0)
