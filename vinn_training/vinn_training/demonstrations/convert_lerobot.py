"""Writes any readable data set in the LeRobot format: the other half of what `vinn data convert` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.conversion import ImageSize, converted_info, resized
from vinn_training.demonstrations.convert import EpisodeResult, Progress, counting
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.reader import open_usable
from vinn_training.exceptions import InvalidDemonstration, InvalidInput, VinnError
from vinn_training.preprocessing import CropBox

#: LeRobot has no data without a rate; this one is written where none is known.
FALLBACK_FPS = 5.0


class LeRobotConversion(NamedTuple):
    """What became of a data set.

    Attributes:
        episodes: What became of each episode.
        fps: Rate that was written, frames a second; 0 where nothing was.
        fps_known: Whether the rate is the data's own or was asked for.
        video_error: Mean absolute difference of the videos' pixels from the original's, 0 to 255, or None where
            nothing was written.
    """

    episodes: tuple[EpisodeResult, ...]
    fps: float
    fps_known: bool
    video_error: float | None


def known_rate_hz(dataset: Dataset) -> float | None:
    """Return the images' rate as the data set says it, or the median one of their times, or None."""
    stated = converted_info(dataset, None).rate_hz
    if stated is not None:
        return stated
    steps = [np.diff(item.times_s) for item in dataset.demonstrations if item.times_s is not None and len(item) > 1]
    return 1.0 / float(np.median(np.concatenate(steps))) if steps else None


def convert_to_lerobot(
    dataset: Dataset,
    output: Path,
    size: ImageSize | None = None,
    fps: float = 0.0,
    progress: Progress = lambda done, total, text: None,
) -> LeRobotConversion:
    """Write a data set in the LeRobot format, all of it or nothing; episodes that cannot be read are left out.

    LeRobot keeps many episodes in one file, so nothing can be added later: a data set that holds the same episodes
    already is kept, and another one is refused.

    Args:
        dataset: As `open_usable` returns it.
        output: Folder of the new data set.
        size: Of the images; with one, they are cropped (where the data set has a crop) and resized.
        fps: Frames a second; 0 takes the data's own, or FALLBACK_FPS where that is not known. True times are kept.
        progress: Called with (done, in all, empty text).

    Raises:
        InvalidInput: If the folder is taken, or a value cannot be used.
        InvalidDemonstration: If no episode can be read, or the video does not hold what was written.
        ModuleNotFoundError: If a package is missing that LeRobot's formats need.
    """
    failed = [EpisodeResult(name, "failed", reason=reason) for name, reason in dataset.rejected.items()]
    crop = dataset.crop if size is not None else None
    loaded: list[int] = []
    wanted = [counting(resized(item, crop, size), loaded.append) for item in dataset.demonstrations]
    if _is_there(output, wanted):
        kept = [EpisodeResult(item.name, "kept", len(item)) for item in wanted]
        return LeRobotConversion((*failed, *kept), 0.0, False, None)
    known = fps or known_rate_hz(dataset)
    rate = known or FALLBACK_FPS
    kept_crop = None if size is not None else dataset.crop
    try:
        error = _write(dataset, wanted, output, rate, kept_crop, progress)
    except VinnError:
        # What fails before an image is loaded has nothing to do with one.
        bad = _unreadable(wanted) if loaded else {}
        if not bad:
            raise
        failed += [EpisodeResult(name, "failed", reason=reason) for name, reason in bad.items()]
        wanted = [item for item in wanted if item.name not in bad]
        if not wanted:
            return LeRobotConversion(tuple(failed), 0.0, False, None)
        error = _write(dataset, wanted, output, rate, kept_crop, progress)
    written = [EpisodeResult(item.name, "written", len(item)) for item in wanted]
    return LeRobotConversion((*failed, *written), rate, bool(known), error)


def _write(
    dataset: Dataset,
    demonstrations: Sequence[Demonstration],
    output: Path,
    fps: float,
    crop: CropBox | None,
    progress: Progress,
) -> float:
    """Write everything and return the mean absolute error of the images."""
    from vinn_training.demonstrations.lerobot_writer import write_lerobot  # needs optional packages

    report = write_lerobot(
        demonstrations,
        output,
        fps,
        source=f"{dataset.source or 'unknown'}; converted from {dataset.format} data {dataset.root.resolve().name}",
        length_unit=converted_info(dataset, None).length_unit,
        crop=crop,
        progress=lambda done, total: progress(done, total, ""),
    )
    return report.video_error


def _is_there(output: Path, wanted: Sequence[Demonstration]) -> bool:
    """Return whether a folder holds the episodes already, by name and length."""
    if not (output / "meta" / "info.json").exists():
        return False
    present = open_usable(output)
    return [(item.name, len(item)) for item in present.demonstrations] == sorted(
        (item.name, len(item)) for item in wanted
    )


def _unreadable(demonstrations: Sequence[Demonstration]) -> dict[str, str]:
    """Return the names of episodes that have an image which cannot be read or is of another size, with the reason."""
    bad: dict[str, str] = {}
    size: tuple[int, ...] | None = None
    for demonstration in demonstrations:
        try:
            for index in range(len(demonstration)):
                found = demonstration.load_image(index).shape
                size = size or found
                if found != size:
                    raise InvalidInput(
                        f"frame '{demonstration.frame_names[index]}' is {found[1]}x{found[0]}, the first was "
                        f"{size[1]}x{size[0]}; expected one size: give one with --size"
                    )
        except (InvalidDemonstration, InvalidInput) as error:
            bad[demonstration.name] = str(error)
    return bad
