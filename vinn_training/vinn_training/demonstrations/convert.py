"""Writes any readable data set in the VINN layout, episode by episode: what `vinn data convert` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.demonstrations.conversion import ImageSize, chained_source, converted_info, resized
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.dataset_info import DATASET_FILE
from vinn_training.demonstrations.vinn_layout import load_demonstration
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.exceptions import InvalidInput, VinnError

Progress = Callable[[int, int, str], None]


class EpisodeResult(NamedTuple):
    """What became of one episode.

    Attributes:
        name: Of the demonstration.
        state: "written", "kept" (it was there already) or "failed".
        frames: How many it has; 0 where it failed.
        reason: Why it failed.
        image_error: Mean absolute difference of the copy's pixels from the original's, 0 to 255, where its images are
            stored with loss.
    """

    name: str
    state: Literal["written", "kept", "failed"]
    frames: int = 0
    reason: str = ""
    image_error: float | None = None


def convert_to_vinn(
    dataset: Dataset,
    output: Path,
    size: ImageSize | None = None,
    image_suffix: str = ".png",
    progress: Progress = lambda done, total, text: None,
) -> Iterator[EpisodeResult]:
    """Write a data set in the VINN layout; one episode that fails does not keep the others from being written.

    Episodes that are there already are kept, so that an interrupted conversion goes on where it stopped. Directions,
    rotations, lengths, times and gripper values are the same as before; images too with ".png" and no size.

    Args:
        dataset: As `open_usable` returns it.
        output: Folder of the new data set; new, or from an earlier call.
        size: Of the images; with one, they are cropped (where the data set has a crop) and resized. None leaves both
            images and crop as they are.
        image_suffix: ".png", or ".jpg", of which the loss is measured.
        progress: Called with (frames done, all frames, name of the episode).

    Yields:
        What became of each episode, those first that could not even be read.

    Raises:
        InvalidInput: If the folder is the data set itself, or holds something else.
        InvalidDemonstration: If its `dataset.json` cannot be read.
    """
    check_output(dataset, output)
    crop = dataset.crop if size is not None else None
    info = converted_info(dataset, None if size is not None else dataset.crop)
    writer = VinnDatasetWriter(output, info, image_suffix)
    for name, reason in dataset.rejected.items():
        yield EpisodeResult(name, "failed", reason=reason)
    total = sum(len(item) for item in dataset.demonstrations)
    done = 0
    for original in dataset.demonstrations:
        wanted = resized(original, crop, size)
        counted = counting(wanted, lambda index, done=done, name=wanted.name: progress(done + index, total, name))  # type: ignore[misc]
        try:
            yield _convert_episode(writer, counted, wanted, chained_source(dataset, wanted.name))
        except VinnError as error:
            yield EpisodeResult(wanted.name, "failed", reason=str(error))
        done += len(original)
        progress(done, total, original.name)


def check_output(dataset: Dataset, output: Path) -> None:
    """Refuse a folder that a conversion must not write into.

    Raises:
        InvalidInput: If it is the data set itself or within it, is a file, or holds something that is no data set.
    """
    source, target = dataset.root.resolve(), output.resolve()
    if target == source or source in target.parents:
        raise InvalidInput(f"{output}: is the data set that is to be converted; expected another folder")
    if output.exists() and not output.is_dir():
        raise InvalidInput(f"{output}: is a file; expected a folder")
    if output.is_dir() and any(output.iterdir()) and not (output / DATASET_FILE).exists():
        raise InvalidInput(f"{output}: holds other files; expected a new folder, or one that this command made")


def _convert_episode(
    writer: VinnDatasetWriter, counted: Demonstration, wanted: Demonstration, source: str
) -> EpisodeResult:
    """Write one episode, or check that the one that is there is it.

    Raises:
        VinnError: If it cannot be written, or another episode of its name is there.
    """
    folder = writer.root / wanted.name
    if folder.exists():
        _check_kept(writer, folder, wanted)
        return EpisodeResult(wanted.name, "kept", len(wanted))
    writer.write(counted, source)
    error = None if writer.image_suffix == ".png" else _image_error(wanted, load_demonstration(folder, writer.info))
    return EpisodeResult(wanted.name, "written", len(wanted), image_error=error)


def _check_kept(writer: VinnDatasetWriter, folder: Path, wanted: Demonstration) -> None:
    """Refuse an episode that is there but is not what would be written.

    Raises:
        InvalidInput: If length, labels or the size of the images differ.
        InvalidDemonstration: If one of the two cannot be read.
    """
    there = load_demonstration(folder, writer.info)
    same = (
        len(there) == len(wanted)
        and np.allclose(there.directions, wanted.directions, atol=1e-5)
        and np.allclose(there.gripper, wanted.gripper, atol=1e-5)
        and there.load_image(0).shape == wanted.load_image(0).shape
    )
    if not same:
        raise InvalidInput(
            f"{folder}: another demonstration of this name is there (other length, labels or size of images); "
            "convert into another folder"
        )


def _image_error(wanted: Demonstration, written: Demonstration) -> float:
    errors = [
        np.abs(wanted.load_image(index).astype(np.int16) - written.load_image(index)).mean()
        for index in range(len(wanted))
    ]
    return float(np.mean(errors))


def counting(demonstration: Demonstration, loaded: Callable[[int], None]) -> Demonstration:
    """Return a demonstration that calls `loaded` with the index of an image before it is loaded."""

    def load_image(index: int) -> ImageArray:
        loaded(index)
        return demonstration.load_image(index)

    return replace(demonstration, load_image=load_image)
