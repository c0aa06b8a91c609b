"""Writer of the original VINN layout: a killed recording loses only the demonstration that was not finished."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.demonstrations.axes import optical_to_disk
from vinn_training.demonstrations.dataset_info import DATASET_FILE, DatasetInfo, read_dataset_info
from vinn_training.demonstrations.images import encode_image
from vinn_training.demonstrations.labels import LABELS_FILE
from vinn_training.durable_files import replace_file, sync_folder, write_file
from vinn_training.exceptions import InvalidInput


class VinnDatasetWriter:
    """Adds demonstrations to a data set, each written beside it and then renamed into place.

    Args:
        root: Folder of the data set; made where missing.
        info: Meaning of the numbers; written as `dataset.json`. Where the folder already holds one, it must be equal.
        image_suffix: ".png" keeps images as they are; ".jpg" is a quarter of the size.

    Raises:
        InvalidInput: If the folder holds a data set with another meaning, or the suffix is unknown.
        InvalidDemonstration: If the folder's `dataset.json` cannot be read.
    """

    def __init__(self, root: Path | str, info: DatasetInfo | None = None, image_suffix: str = ".png") -> None:
        self.root = Path(root)
        if image_suffix not in (".png", ".jpg"):
            raise InvalidInput(f"image suffix is {image_suffix!r}; expected .png (lossless) or .jpg")
        self.image_suffix = image_suffix
        self.root.mkdir(parents=True, exist_ok=True)
        present = read_dataset_info(self.root)
        self.info = info or present or DatasetInfo()
        if present is not None and present != self.info:
            raise InvalidInput(
                f"{self.root / DATASET_FILE} says {present.to_dict()}, but this recording is {self.info.to_dict()}; "
                "expected the same: record into another folder"
            )
        if present is None:
            text = json.dumps(self.info.to_dict(), indent=2) + "\n"
            replace_file(self.root / DATASET_FILE, text.encode())

    def write(
        self,
        name: str,
        images: Sequence[ImageArray],
        directions: NDArray[np.floating],
        gripper: NDArray[np.floating],
        rotations: NDArray[np.floating] | None = None,
    ) -> Path:
        """Write one demonstration and return its folder.

        Args:
            name: Name of the folder; must be new.
            images: T images, each (H, W, 3) uint8 RGB.
            directions: (T, 3), unit length or zero, camera optical frame.
            gripper: (T,), opening in [0, 1].
            rotations: (T, 3), the layout's rotation columns, kept as they are; zeros where not given.

        Raises:
            InvalidInput: If the name is taken or no folder name, lengths differ, or a value cannot be written
                exactly (see GripperLabels.to_label). Nothing is left behind then.
        """
        if not name or name.startswith(".") or name != Path(name).name:
            raise InvalidInput(f"demonstration name is {name!r}; expected a plain folder name, not starting with a dot")
        target = self.root / name
        if target.exists():
            raise InvalidInput(f"{target}: exists already; expected a new name")
        checked = Demonstration(
            name,
            self._frame_names(len(images)),
            np.asarray(directions, dtype=np.float32),
            np.asarray(gripper, dtype=np.float32),
            lambda index: images[index],
        )
        labels = self._labels(checked, rotations)
        partial = self.root / f".{name}.{uuid.uuid4().hex[:8]}.partial"
        try:
            (partial / self.info.images_folder).mkdir(parents=True)
            for frame_name, image in zip(checked.frame_names, images, strict=True):
                data = encode_image(image, self.image_suffix)
                write_file(partial / self.info.images_folder / frame_name, data)
            write_file(partial / LABELS_FILE, json.dumps(labels).encode())
            os.rename(partial, target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync_folder(self.root)
        return target

    def _frame_names(self, count: int) -> tuple[str, ...]:
        return tuple(f"{index:06d}{self.image_suffix}" for index in range(count))

    def _labels(
        self, demonstration: Demonstration, rotations: NDArray[np.floating] | None
    ) -> dict[str, list[float] | list[list[float]]]:
        """Return the content of labels.json."""
        count = len(demonstration)
        turned = np.zeros((count, 3)) if rotations is None else np.asarray(rotations, dtype=np.float64)
        if turned.shape != (count, 3) or not np.isfinite(turned).all():
            raise InvalidInput(f"rotations have shape {turned.shape}; expected ({count}, 3), all finite")
        moved = optical_to_disk(demonstration.directions.astype(np.float64)) + 0.0  # no "-0.0" in the file
        labels: dict[str, list[float] | list[list[float]]] = {}
        for index, name in enumerate(demonstration.frame_names):
            label = self.info.gripper.to_label(float(demonstration.gripper[index]))
            if self.info.layout == "push":
                labels[name] = [moved[index].tolist()]
            else:
                labels[name] = [*moved[index].tolist(), *turned[index].tolist(), label]
        return labels
