"""Many videos into one data set: each whole or not at all, those collected already skipped, failures set aside."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from vinn_training.collection.chosen_pictures import shrink
from vinn_training.collection.collect import Collected, Collector
from vinn_training.collection.overlay import OverlayLabel, draw_overlay, write_overlay
from vinn_training.collection.path_plot import write_path_plot
from vinn_training.collection.quality import QualityRecord, read_quality
from vinn_training.contracts import ImageArray
from vinn_training.demonstrations.dataset_info import DatasetInfo, read_dataset_info
from vinn_training.demonstrations.images import encode_image
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.durable_files import sync_folder, write_file
from vinn_training.exceptions import InvalidInput, MissingDependency, VinnError

#: Folder within a data set for videos that failed; readers leave names with a leading dot out.
REJECTED_FOLDER = ".rejected"
PATH_FILE = "path.png"
OVERLAY_FILE = "overlay.mp4"
MASK_FILE = "grabber_mask.png"
_SAMPLE_BYTES = 1 << 20


@dataclass(frozen=True)
class Outcome:
    """What became of one video.

    Attributes:
        video: The file.
        name: Of the demonstration.
        state: "kept", "skipped" (collected before) or "rejected".
        quality: The report; None if skipped.
    """

    video: Path
    name: str
    state: Literal["kept", "skipped", "rejected"]
    quality: QualityRecord | None


def collect_videos(
    videos: Sequence[Path],
    root: Path,
    info: DatasetInfo,
    collector: Collector,
    report: Callable[[str, str], None] | None = None,
) -> Iterator[Outcome]:
    """Collect videos into a data set, one after the other, and yield what became of each.

    Demonstrations are named after their videos; where a name is taken by another video, `_2` and so on is added.
    A video is the same when its content is, wherever it lies.

    Args:
        videos: Files.
        root: Folder of the data set, made where missing.
        info: Meaning of its numbers.
        collector: Makes the demonstrations.
        report: Called with a demonstration's name and what is being done.

    Raises:
        InvalidInput: If a video is no file, or the folder holds a data set with another meaning.
        InvalidDemonstration: If the folder's files cannot be read.
        MissingDependency: If a package is not installed.
    """
    for video in videos:
        if not video.is_file():
            what = "is a folder" if video.is_dir() else "no such file"
            raise InvalidInput(f"{video}: {what}; expected a video")
    if read_dataset_info(root) is not None:
        VinnDatasetWriter(root, info)  # refuses another meaning before any work is done
    names = _Names(root)
    for video in videos:
        fingerprint = _fingerprint(video)
        if fingerprint in names.kept:
            yield Outcome(video, names.kept[fingerprint], "skipped", None)
            continue
        name = names.name(video, fingerprint)
        quality = QualityRecord(str(video.resolve()), fingerprint)
        try:
            collected = collector.collect(video, name, quality, None if report is None else partial(report, name))
            if info.crop is not None:
                info.crop.apply(collected.demonstration.load_image(0))
        except MissingDependency:
            raise
        except VinnError as error:
            quality.reason = str(error)
            _set_aside(root, name, quality)
            yield Outcome(video, name, "rejected", quality)
            continue
        quality.state = "kept"
        _write(root, info, collected, quality)
        shutil.rmtree(root / REJECTED_FOLDER / name, ignore_errors=True)
        names.kept[fingerprint] = name
        yield Outcome(video, name, "kept", quality)


class _Names:
    """Which names are taken, by which videos."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.kept = self._fingerprints(root)
        self._rejected = self._fingerprints(root / REJECTED_FOLDER)

    @staticmethod
    def _fingerprints(folder: Path) -> dict[str, str]:
        if not folder.is_dir():
            return {}
        known = {}
        for path in sorted(folder.iterdir()):
            if path.is_dir() and not path.name.startswith("."):
                quality = read_quality(path)
                if quality is not None:
                    known[str(quality.get("fingerprint"))] = path.name
        return known

    def name(self, video: Path, fingerprint: str) -> str:
        """Return a free name; a video that was set aside keeps its."""
        if fingerprint in self._rejected:
            return self._rejected[fingerprint]
        stem = video.stem.lstrip(".") or "video"
        number, name = 1, stem
        while (self._root / name).exists() or (self._root / REJECTED_FOLDER / name).exists():
            number += 1
            name = f"{stem}_{number}"
        self._rejected[fingerprint] = name
        return name


def _fingerprint(video: Path) -> str:
    """Return a hash of a file's size, beginning and end: enough to tell recordings apart without reading them all."""
    size = video.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with video.open("rb") as file:
        digest.update(file.read(_SAMPLE_BYTES))
        file.seek(max(0, size - _SAMPLE_BYTES))
        digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def _set_aside(root: Path, name: str, quality: QualityRecord) -> None:
    folder = root / REJECTED_FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    quality.write(folder)


def _write(root: Path, info: DatasetInfo, collected: Collected, quality: QualityRecord) -> None:
    """Write a demonstration and its report beside the data set, and move them into it at once."""
    VinnDatasetWriter(root, info)
    beside = root / f".{collected.demonstration.name}.{uuid.uuid4().hex[:8]}.partial"
    try:
        folder = VinnDatasetWriter(beside, info).write(collected.demonstration, source=f"video {quality.video}")
        _write_report(folder, collected, quality)
        os.rename(folder, root / folder.name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    sync_folder(root)


def _write_report(folder: Path, collected: Collected, quality: QualityRecord) -> None:
    quality.write(folder)
    if collected.mask is not None:
        mask = np.repeat(collected.mask[:, :, None], 3, axis=2)
        write_file(folder / MASK_FILE, encode_image(mask, ".png"))
    structure = collected.structure
    marks = {
        "at rest": np.array(quality.at_rest, dtype=np.intp),
        "dropped": np.array([step.frame for step in quality.dropped], dtype=np.intp),
    }
    title = f"{folder.name}: {quality.registered} of {quality.frames} frames"
    write_path_plot(folder / PATH_FILE, structure.centers, structure.rotations_camera_to_world, marks, title)
    write_overlay(folder / OVERLAY_FILE, _overlay_pictures(collected, quality), quality.rate_hz or 1.0)


def _overlay_pictures(collected: Collected, quality: QualityRecord) -> Iterator[ImageArray]:
    """Yield all chosen frames with what was labelled."""
    rows = {int(frame): row for row, frame in enumerate(collected.frames)}
    reasons = {step.frame: step.reason for step in quality.dropped}
    longer_side = max(collected.demonstration.load_image(0).shape[:2])
    for frame, image in enumerate(collected.pictures.images):
        row = rows.get(frame)
        label = OverlayLabel(
            text=f"frame {frame}  {collected.pictures.times_s[frame]:.2f} s",
            direction=None if row is None else collected.demonstration.directions[row],
            gripper=float(collected.openings[frame]),
            reason="" if row is not None else f"dropped: {reasons.get(frame, 'no label')}",
        )
        yield draw_overlay(shrink(image, longer_side), label, collected.mask)
