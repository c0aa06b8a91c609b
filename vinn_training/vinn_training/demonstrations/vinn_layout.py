"""Reader of the original VINN layout: one folder a demonstration, `labels.json` and a folder of images."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.dataset_info import ORIGINAL_CROP, DatasetInfo, read_dataset_info
from vinn_training.demonstrations.demonstration_info import read_demonstration_info
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.demonstrations.images import read_image
from vinn_training.demonstrations.labels import LABELS_FILE, read_labels
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

_LOG = logging.getLogger(__name__)


def recognises(root: Path) -> bool:
    """Return whether a folder may be in the VINN layout: any folder that no other format claims."""
    return root.is_dir()


def read(root: Path, options: ReaderOptions) -> Dataset:
    """Return the demonstrations of a data set; folders whose name starts with a dot are unfinished and left out.

    Args:
        root: Folder with one folder a demonstration, or a single demonstration's folder.
        options: Not used: this layout leaves no choice.

    Raises:
        InvalidDemonstration: If anything in it cannot be used; the message names the file and the reason.
    """
    info = dataset_info(root)
    demonstrations = tuple(load_demonstration(folder, info) for folder in demonstration_folders(root))
    return Dataset(root, "vinn", demonstrations, info.crop, info.source, info.to_dict())


def read_usable(root: Path, options: ReaderOptions) -> Dataset:
    """Return the demonstrations that can be used; the others are in `rejected`, each with its reason.

    Args:
        root: As for `read`.
        options: Not used.

    Raises:
        InvalidDemonstration: If it is no data set at all, or its `dataset.json` cannot be used.
    """
    info = dataset_info(root)
    usable: list[Demonstration] = []
    rejected: dict[str, str] = {}
    for folder in demonstration_folders(root):
        try:
            usable.append(load_demonstration(folder, info))
        except InvalidDemonstration as error:
            rejected[folder.name] = str(error)
    return Dataset(root, "vinn", tuple(usable), info.crop, info.source, info.to_dict(), rejected)


def load_demonstration(folder: Path, info: DatasetInfo) -> Demonstration:
    """Return one demonstration; labels are read and checked now, images on demand.

    Raises:
        InvalidDemonstration: If labels cannot be used or the image of a labelled frame is missing.
    """
    labels = read_labels(folder, info)
    images = folder / info.images_folder
    try:
        present = set(os.listdir(images))
    except OSError as error:
        raise InvalidDemonstration(
            f"{images}: missing; expected the images of the {len(labels.frame_names)} frames in {LABELS_FILE}"
        ) from error
    missing = [name for name in labels.frame_names if name not in present]
    if missing:
        raise InvalidDemonstration(
            f"{images / missing[0]}: missing, though {LABELS_FILE} has a label for it "
            f"({len(missing)} of {len(labels.frame_names)} images are missing)"
        )

    def load_image(index: int) -> ImageArray:
        return read_image(images / labels.frame_names[index])

    extra = read_demonstration_info(folder)
    try:
        return Demonstration(
            name=folder.name,
            frame_names=labels.frame_names,
            directions=labels.directions,
            gripper=labels.gripper,
            load_image=load_image,
            rotations_rad=labels.rotations_rad if extra.rotations_known else None,
            lengths=None if extra.lengths is None else np.array(extra.lengths, dtype=np.float32),
            times_s=None if extra.times_s is None else np.array(extra.times_s, dtype=np.float64),
        )
    except InvalidInput as error:
        raise InvalidDemonstration(f"{folder}: {error}") from error


def demonstration_folders(root: Path) -> list[Path]:
    """Return the demonstrations' folders, by name.

    Raises:
        InvalidDemonstration: If there is none.
    """
    if not root.is_dir():
        raise InvalidDemonstration(f"{root}: no such folder; expected a data set with one folder a demonstration")
    if (root / LABELS_FILE).exists():
        return [root]
    folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not folders:
        raise InvalidDemonstration(f"{root}: holds no demonstrations; expected one folder each, with {LABELS_FILE}")
    return folders


def dataset_info(root: Path) -> DatasetInfo:
    """Return the meaning of a data set's numbers: its `dataset.json`, or else what the original means.

    Without the file, the layout is told by the first folder of images, classes are 0 to 3 from closed to open, and the
    original's crop is taken where the images are 1920x1080; the log says so.

    Raises:
        InvalidDemonstration: If the file or the data set cannot be used.
    """
    folders = demonstration_folders(root)
    info = read_dataset_info(root)
    if info is None and folders == [root]:
        info = read_dataset_info(root.parent)
    if info is not None:
        return info
    kinds = (folder / kind for folder in folders for kind in ("images_linear", "images"))
    images = next((path for path in kinds if path.is_dir()), None)
    if images is None:
        raise InvalidDemonstration(f"{folders[0]}: has neither images_linear/ (door layout) nor images/ (push layout)")
    if images.name == "images_linear":
        info = DatasetInfo(layout="door", crop=ORIGINAL_CROP if _is_full_hd(images) else None)
    else:
        info = DatasetInfo(layout="push", gripper=GripperLabels(meaning="constant", constant_opening=0.0))
    _LOG.warning(
        "%s has no dataset.json; assuming the original's meaning: %s layout, gripper %s, crop %s",
        root, info.layout, info.gripper.to_dict(), info.crop,
    )  # fmt: skip
    return info


def _is_full_hd(images: Path) -> bool:
    for path in sorted(images.iterdir()):
        if path.suffix.lower() in (".jpg", ".jpeg", ".png"):
            try:
                return read_image(path).shape[:2] == (1080, 1920)
            except InvalidDemonstration:
                continue  # found when it is loaded; the next one tells as well
    return False
