"""Writer of the original VINN layout: a killed recording loses only the demonstration that was not finished."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.axes import optical_to_disk
from vinn_training.demonstrations.dataset_info import DATASET_FILE, DatasetInfo, read_dataset_info
from vinn_training.demonstrations.demonstration_info import DEMONSTRATION_FILE, DemonstrationInfo, checksum
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

    def write(self, demonstration: Demonstration, source: str = "") -> Path:
        """Write one demonstration and return its folder; its images are read one at a time.

        Frames are named by their number. Rotations are written in the door layout, as zeros where they are not known,
        and the sidecar says which.

        Args:
            demonstration: Its name becomes the folder's and must be new.
            source: Where it comes from, for people.

        Raises:
            InvalidInput: If the name is taken or no folder name, or a value cannot be written exactly (see
                GripperLabels.to_label). Nothing is left behind then.
            InvalidDemonstration: If an image cannot be read. Nothing is left behind either.
        """
        name = demonstration.name
        if not name or name.startswith(".") or name != Path(name).name:
            raise InvalidInput(f"demonstration name is {name!r}; expected a plain folder name, not starting with a dot")
        target = self.root / name
        if target.exists():
            raise InvalidInput(f"{target}: exists already; expected a new name")
        labels = self._labels(demonstration)
        checksums: dict[str, str] = {}
        partial = self.root / f".{name}.{uuid.uuid4().hex[:8]}.partial"

        def add(file_name: str, data: bytes) -> None:
            checksums[file_name] = checksum(data)
            write_file(partial / file_name, data)

        try:
            (partial / self.info.images_folder).mkdir(parents=True)
            for index, frame_name in enumerate(labels):
                image = encode_image(demonstration.load_image(index), self.image_suffix)
                add(f"{self.info.images_folder}/{frame_name}", image)
            add(LABELS_FILE, json.dumps(labels).encode())
            sidecar = DemonstrationInfo(
                source=source,
                times_s=_floats(demonstration.times_s),
                lengths=_floats(demonstration.lengths),
                checksums=checksums,
                rotations_known=demonstration.rotations_rad is not None,
            )
            write_file(partial / DEMONSTRATION_FILE, sidecar.to_json())
            os.rename(partial, target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync_folder(self.root)
        return target

    def _labels(self, demonstration: Demonstration) -> dict[str, list[float] | list[list[float]]]:
        """Return the content of labels.json."""
        count = len(demonstration)
        rotations = np.zeros((count, 3)) if demonstration.rotations_rad is None else demonstration.rotations_rad
        # Adding zero leaves no "-0.0" in the file.
        moved = optical_to_disk(demonstration.directions.astype(np.float64)) + 0.0
        turned = optical_to_disk(rotations.astype(np.float64)) + 0.0
        labels: dict[str, list[float] | list[list[float]]] = {}
        for index in range(count):
            label = self.info.gripper.to_label(float(demonstration.gripper[index]))
            name = f"{index:06d}{self.image_suffix}"
            if self.info.layout == "push":
                labels[name] = [moved[index].tolist()]
            else:
                labels[name] = [*moved[index].tolist(), *turned[index].tolist(), label]
        return labels


def _floats(values: NDArray[Any] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(values.tolist())
