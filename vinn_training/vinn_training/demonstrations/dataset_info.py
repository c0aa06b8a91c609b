"""What a data set's numbers mean: `dataset.json` beside the demonstrations."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from vinn_training.demonstrations.gripper_labels import ORIGINAL_GRIPPER, GripperLabels
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.preprocessing import CropBox

DATASET_FILE = "dataset.json"
FORMAT = "vinn"
VERSION = 1

#: Crop of the original's door images, 1920x1080 frames of a GoPro (VINN's code; see its data loader).
ORIGINAL_CROP = CropBox(410, 0, 1600, 697, image_width=1920, image_height=1080)

Layout = Literal["door", "push"]
LengthUnit = Literal["m", "arbitrary", "unknown"]


@dataclass(frozen=True)
class DatasetInfo:
    """How the files of a data set in the VINN layout are to be read.

    Attributes:
        layout: "door": images in `images_linear/`, labels of seven numbers (translation, rotation, gripper).
            "push" (pushing and stacking): images in `images/`, labels of one 3-vector inside a list.
        gripper: Meaning of the gripper column.
        crop: Rectangle of the images that the encoder is to see, or None for all of them.
        source: Where the data comes from, for people.
        frame: Axes of the translations on disk. Only "x right, y forward, z up" (of the camera) is known.
        unit: Unit of the translations on disk. Only "unit length" is known.
        length_unit: Unit of the raw lengths kept beside the labels: "m", "arbitrary" (monocular structure from
            motion has no scale), or "unknown".
        rate_hz: Frames a second, or None where it is not known or not constant.

    Raises:
        InvalidInput: If layout, frame or a unit is unknown, or the rate is not positive.
    """

    layout: Layout = "door"
    gripper: GripperLabels = ORIGINAL_GRIPPER
    crop: CropBox | None = None
    source: str = ""
    frame: str = "x right, y forward, z up"
    unit: str = "unit length"
    length_unit: LengthUnit = "unknown"
    rate_hz: float | None = None

    def __post_init__(self) -> None:
        choices = {
            "layout": ("door", "push"),
            "frame": ("x right, y forward, z up",),
            "unit": ("unit length",),
            "length_unit": get_args(LengthUnit),
        }
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise InvalidInput(f"{name} is {getattr(self, name)!r}; expected one of: {', '.join(known)}")
        if self.rate_hz is not None and not (math.isfinite(self.rate_hz) and self.rate_hz > 0.0):
            raise InvalidInput(f"rate_hz is {self.rate_hz}; expected a positive number, or none")

    @property
    def images_folder(self) -> str:
        """Name of the folder with a demonstration's images."""
        return "images_linear" if self.layout == "door" else "images"

    def to_dict(self) -> dict[str, Any]:
        """Return the content of `dataset.json`."""
        return {"format": FORMAT, "version": VERSION, **asdict(self), "gripper": self.gripper.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DatasetInfo:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If the format is unknown or newer, or a value cannot be used.
        """
        if not isinstance(values, Mapping) or values.get("format") != FORMAT:
            raise InvalidInput(f'expected an object with "format": "{FORMAT}"')
        if values.get("version") != VERSION:
            raise InvalidInput(
                f"version is {values.get('version')!r}; this program reads {VERSION}: update it, or convert the data"
            )
        fields = {key: value for key, value in values.items() if key not in ("format", "version")}
        unknown = set(fields) - set(cls.__dataclass_fields__)
        if unknown:
            raise InvalidInput(f"unknown keys {sorted(unknown)}; expected {sorted(cls.__dataclass_fields__)}")
        try:
            if fields.get("crop") is not None:
                fields["crop"] = CropBox(**fields["crop"])
            if "gripper" in fields:
                fields["gripper"] = GripperLabels.from_dict(fields["gripper"])
            return cls(**fields)
        except TypeError as error:
            raise InvalidInput(str(error)) from error


def read_dataset_info(root: Path) -> DatasetInfo | None:
    """Return the meaning of a data set's numbers, or None where it has no `dataset.json`.

    Raises:
        InvalidDemonstration: If the file cannot be read or used; the message names it.
    """
    path = root / DATASET_FILE
    if not path.exists():
        return None
    try:
        return DatasetInfo.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InvalidDemonstration(f"{path}: {error}") from error
