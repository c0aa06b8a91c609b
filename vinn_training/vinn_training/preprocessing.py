"""The one path from a camera image to the encoder's input: training, bank, simulator and robot all take it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.exceptions import InvalidInput

#: Channel statistics of ImageNet, RGB in [0, 1], as torchvision's weights expect them.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

#: A longer side is a broken header, not a camera.
MAX_IMAGE_SIDE_PX = 8192

#: A picture is blank below this standard deviation of every channel (0 to 255), once shrunk to so many pixels a side:
#: noise of the sensor averages out, and frames of the authors' video and of the simulator have ten times as much.
_BLANK_SIDE_PX = 32
_BLANK_SPREAD = 2.0

#: How far an image's aspect ratio may be from that of the images a crop was defined on.
_ASPECT_TOLERANCE = 0.01


@dataclass(frozen=True)
class CropBox:
    """A rectangle in images of one size; it scales with images of the same aspect ratio.

    Attributes:
        left: First column, pixels.
        top: First row, pixels.
        right: Column after the last, pixels.
        bottom: Row after the last, pixels.
        image_width: Width of the images in which the rectangle is given, pixels.
        image_height: Height of these images, pixels.

    Raises:
        InvalidInput: If the rectangle is empty or leaves the image.
    """

    left: int
    top: int
    right: int
    bottom: int
    image_width: int
    image_height: int

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= self.image_width and 0 <= self.top < self.bottom <= self.image_height):
            raise InvalidInput(
                f"crop ({self.left}, {self.top}, {self.right}, {self.bottom}) does not lie in an image of "
                f"{self.image_width}x{self.image_height}; expected 0 <= left < right <= width and "
                "0 <= top < bottom <= height"
            )

    def apply(self, image: ImageArray) -> ImageArray:
        """Return the rectangle of an (H, W, 3) image, as a view.

        Raises:
            InvalidInput: If the image's aspect ratio is not that of the images the crop was defined on.
        """
        height, width = image.shape[:2]
        aspect, expected = width / height, self.image_width / self.image_height
        if abs(aspect / expected - 1.0) > _ASPECT_TOLERANCE:
            raise InvalidInput(
                f"image is {width}x{height}, but the crop ({self.left}, {self.top}, {self.right}, {self.bottom}) is "
                f"defined on {self.image_width}x{self.image_height}; expected that size or another of the same aspect "
                "ratio: set the camera to it, or train with a crop for this camera"
            )
        scale_x, scale_y = width / self.image_width, height / self.image_height
        left, top = math.floor(self.left * scale_x), math.floor(self.top * scale_y)
        right = max(left + 1, min(width, round(self.right * scale_x)))
        bottom = max(top + 1, min(height, round(self.bottom * scale_y)))
        return image[top:bottom, left:right]


@dataclass(frozen=True)
class Preprocessing:
    """Crop, resize to a square, scale to [0, 1], normalise the channels.

    Resizing is by area where both sides shrink (no aliasing) and bilinear elsewhere. A picture that is not square is
    squeezed to a square, as in the original.

    Attributes:
        size: Side of the encoder's square input, pixels.
        crop: Rectangle kept of the camera image, or None for all of it.
        mean: Channel means in [0, 1], RGB.
        std: Channel standard deviations, RGB.

    Raises:
        InvalidInput: If the size is outside [16, 1024], or mean or std are not three finite numbers (std positive).
    """

    size: int = 224
    crop: CropBox | None = None
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD

    def __post_init__(self) -> None:
        if not 16 <= self.size <= 1024:
            raise InvalidInput(f"preprocessing size is {self.size}; expected 16 to 1024 pixels")
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) != 3 or not all(math.isfinite(value) for value in values):
                raise InvalidInput(f"preprocessing {name} is {values}; expected three finite numbers")
        if min(self.std) <= 0.0:
            raise InvalidInput(f"preprocessing std is {self.std}; expected positive numbers")

    def resize(self, image: ImageArray) -> ImageArray:
        """Return an (H, W, 3) uint8 RGB image cropped and resized to (size, size, 3) uint8.

        Raises:
            InvalidInput: If the array is not such an image, or the crop does not fit it.
        """
        check_image(image)
        if self.crop is not None:
            image = self.crop.apply(image)
        height, width = image.shape[:2]
        if (height, width) == (self.size, self.size):
            return np.ascontiguousarray(image)
        shrinks = height >= self.size and width >= self.size
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        resized = cv2.resize(image, (self.size, self.size), interpolation=interpolation)
        return np.asarray(resized, dtype=np.uint8)

    def normalise(self, images: ImageArray) -> FloatArray:
        """Return (N, S, S, 3) uint8 images as (N, 3, S, S) float32 with normalised channels, contiguous."""
        scale = 1.0 / (255.0 * np.asarray(self.std, dtype=np.float64))
        offset = -np.asarray(self.mean, dtype=np.float64) / np.asarray(self.std, dtype=np.float64)
        values = images.astype(np.float32)
        values *= scale.astype(np.float32)
        values += offset.astype(np.float32)
        return np.ascontiguousarray(values.transpose(0, 3, 1, 2))

    def __call__(self, image: ImageArray) -> FloatArray:
        """Return an (H, W, 3) uint8 RGB image as the encoder's input, (3, S, S) float32.

        Raises:
            InvalidInput: If the array is not such an image, or the crop does not fit it.
        """
        return np.asarray(self.normalise(self.resize(image)[None])[0])

    def batch(self, images: Sequence[ImageArray] | ImageArray) -> FloatArray:
        """Return N images, each (H, W, 3) uint8 RGB and of any size, as (N, 3, S, S) float32.

        Raises:
            InvalidInput: If there is no image, or one cannot be preprocessed.
        """
        if len(images) == 0:
            raise InvalidInput("no images to preprocess; expected at least one")
        return self.normalise(np.stack([self.resize(image) for image in images]))

    def to_dict(self) -> dict[str, Any]:
        """Return the values as plain JSON types; `from_dict` is the inverse."""
        values = asdict(self)
        values["mean"], values["std"] = list(self.mean), list(self.std)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Preprocessing:
        """Return the preprocessing that `to_dict` described.

        Raises:
            InvalidInput: If a key is missing or unknown, or a value cannot be used.
        """
        expected = {"size", "crop", "mean", "std"}
        if not isinstance(values, Mapping) or set(values) != expected:
            raise InvalidInput(f"preprocessing is {values!r}; expected an object with the keys {sorted(expected)}")
        try:
            crop = None if values["crop"] is None else CropBox(**{k: int(v) for k, v in values["crop"].items()})
            mean = tuple(float(value) for value in values["mean"])
            std = tuple(float(value) for value in values["std"])
            size = int(values["size"])
        except (TypeError, ValueError, AttributeError) as error:
            if isinstance(error, InvalidInput):
                raise
            raise InvalidInput(f"preprocessing is {values!r}; expected numbers as `to_dict` writes them") from error
        return cls(size=size, crop=crop, mean=mean, std=std)  # type: ignore[arg-type]  # lengths are checked there

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that differ where an image would be treated differently."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_image(image: ImageArray) -> None:
    """Refuse what is not an (H, W, 3) uint8 array of a camera's size.

    Raises:
        InvalidInput: With the shape or type that was received.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        received = getattr(image, "dtype", type(image).__name__)
        raise InvalidInput(f"image is of type {received}; expected a uint8 array, RGB")
    if image.ndim != 3 or image.shape[2] != 3:
        raise InvalidInput(f"image has shape {image.shape}; expected (height, width, 3), RGB")
    height, width = image.shape[:2]
    if not (0 < height <= MAX_IMAGE_SIDE_PX and 0 < width <= MAX_IMAGE_SIDE_PX):
        raise InvalidInput(f"image is {width}x{height}; expected 1 to {MAX_IMAGE_SIDE_PX} pixels a side")


def check_not_blank(image: ImageArray) -> None:
    """Refuse a picture without content, as a covered lens or a camera that is starting gives.

    An encoder places such a picture somewhere, often near real frames, so that distances do not tell.

    Args:
        image: (H, W, 3) uint8, checked by `check_image`.

    Raises:
        InvalidInput: If its values hardly vary.
    """
    small = cv2.resize(image, (_BLANK_SIDE_PX, _BLANK_SIDE_PX), interpolation=cv2.INTER_AREA)
    spread = float(small.std(axis=(0, 1)).max())
    if spread < _BLANK_SPREAD:
        raise InvalidInput(
            f"image is blank: its channels vary by {spread:.1f} of 255; expected a view of the scene: "
            "uncover the lens, or wait for the camera"
        )
