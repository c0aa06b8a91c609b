"""Episodes of any format as the VINN layout or LeRobot are to hold them: resized, and with a meaning to write down."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple, cast, get_args

import cv2
import numpy as np

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.dataset_info import DatasetInfo, LengthUnit
from vinn_training.demonstrations.demonstration_info import read_demonstration_info
from vinn_training.demonstrations.gripper_labels import ORIGINAL_GRIPPER, GripperLabels
from vinn_training.demonstrations.labels import LABELS_FILE
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import MAX_IMAGE_SIDE_PX, CropBox

#: How far the time between two images may be from the median for the rate to be called constant.
_RATE_TOLERANCE = 0.01


class ImageSize(NamedTuple):
    """Size of the images to write, pixels."""

    width: int
    height: int


def parse_size(text: str) -> ImageSize:
    """Return the size that "224" (a square) or "640x480" (width x height) names.

    Raises:
        InvalidInput: If it is neither, or a side is outside 16 to MAX_IMAGE_SIDE_PX.
    """
    width, cross, height = text.lower().partition("x")
    try:
        size = ImageSize(int(width), int(height if cross else width))
    except ValueError as error:
        raise InvalidInput(f"size is {text!r}; expected a number of pixels, or WIDTHxHEIGHT, as 640x480") from error
    if not all(16 <= side <= MAX_IMAGE_SIDE_PX for side in size):
        raise InvalidInput(f"size is {text!r}; expected sides of 16 to {MAX_IMAGE_SIDE_PX} pixels")
    return size


def resized(demonstration: Demonstration, crop: CropBox | None, size: ImageSize | None) -> Demonstration:
    """Return a demonstration whose images are cropped and then resized as they are loaded.

    They are resized as the encoder's input is (by area where both sides shrink, bilinear elsewhere), so that training
    on copies of the encoder's size sees what it would have made of the originals.

    Args:
        demonstration: As it was read.
        crop: Rectangle of the images to keep, or None for all of them.
        size: Of the images to load, or None to leave them as they are.
    """

    def load_image(index: int) -> ImageArray:
        image = demonstration.load_image(index)
        if crop is not None:
            image = crop.apply(image)
        if size is None or (image.shape[1], image.shape[0]) == size:
            return np.ascontiguousarray(image)
        shrinks = image.shape[1] >= size.width and image.shape[0] >= size.height
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(image, size, interpolation=interpolation), dtype=np.uint8)

    return dataclasses.replace(demonstration, load_image=load_image)


def converted_info(dataset: Dataset, crop: CropBox | None) -> DatasetInfo:
    """Return what the numbers mean in a copy of a data set in the VINN layout.

    Args:
        dataset: As it was read.
        crop: Rectangle of the copy's images that the encoder is to see, or None for all of them.
    """
    unit = dataset.meaning.get("length_unit")
    return DatasetInfo(
        gripper=gripper_labels(dataset),
        crop=crop,
        source=dataset.source or f"{dataset.format} data set {dataset.root.resolve().name}",
        length_unit=cast(LengthUnit, unit) if unit in get_args(LengthUnit) else "unknown",
        rate_hz=_rate_hz(dataset),
    )


def gripper_labels(dataset: Dataset) -> GripperLabels:
    """Return a meaning in which every gripper value of a data set can be written exactly.

    Classes of a data set in the VINN layout stay what they are. Others become the original's four classes where every
    value falls on one, and an opening elsewhere.
    """
    if dataset.format == "vinn":
        return GripperLabels.from_dict(dataset.meaning["gripper"])
    try:
        for opening in np.unique(np.concatenate([item.gripper for item in dataset.demonstrations])).tolist():
            ORIGINAL_GRIPPER.to_label(opening)
    except InvalidInput:
        return GripperLabels(meaning="opening")
    return ORIGINAL_GRIPPER


def chained_source(dataset: Dataset, name: str) -> str:
    """Return where a copied episode comes from: where its original came from, and the original."""
    root = dataset.root.resolve()
    origin = dataset.source
    if dataset.format == "vinn":
        folder = root if (root / LABELS_FILE).exists() else root / name
        origin = read_demonstration_info(folder).source or origin
    text = f"{origin or 'unknown'}; converted from {dataset.format} data {root.name}, episode {name}"
    horizon = dataset.meaning.get("horizon_frames", 1)
    return f"{text}, motions over {horizon} frames" if horizon != 1 else text


def _rate_hz(dataset: Dataset) -> float | None:
    """Return the images' rate where it is known and constant."""
    stated = dataset.meaning.get("rate_hz")
    if isinstance(stated, (int, float)) and stated > 0:
        return float(stated)
    if any(item.times_s is None for item in dataset.demonstrations):
        return None
    steps = np.concatenate([np.diff(item.times_s) for item in dataset.demonstrations if item.times_s is not None])
    if not steps.size:
        return None
    median = float(np.median(steps))
    constant = bool((np.abs(steps / median - 1.0) <= _RATE_TOLERANCE).all())
    return round(1.0 / median, 6) if constant else None
