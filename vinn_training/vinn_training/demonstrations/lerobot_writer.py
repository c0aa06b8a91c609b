"""Writer of LeRobot data sets, version 3.0: mp4 and parquet, readable by the lerobot library."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations import lerobot_layout as layout
from vinn_training.demonstrations.dataset_info import LengthUnit
from vinn_training.demonstrations.lerobot_meta import EpisodeSpan, describe, episode_row, tasks_table
from vinn_training.demonstrations.lerobot_statistics import ImageHistogram, Statistics, array_statistics
from vinn_training.demonstrations.lerobot_videos import EpisodeVideos, VideoPlace
from vinn_training.durable_files import sync_folder, write_file
from vinn_training.exceptions import InvalidInput, MissingDependency
from vinn_training.preprocessing import CropBox

#: Features that a demonstration may lack, and its attribute.
_OPTIONAL = {layout.ROTATION: "rotations_rad", layout.LENGTH: "lengths", layout.TIME: "times_s"}

#: Rows of a table that make a file of about half of LeRobot's limit.
_DATA_FILE_ROWS = 1_000_000

#: Called with (frames done, frames in all); every frame counts twice: written, then compared with what was written.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LeRobotReport:
    """What was written.

    Attributes:
        root: The data set's folder.
        episodes: Number of episodes.
        frames: Number of frames.
        video_error: Mean absolute difference between the images and the decoded video, in levels of 0 to 255, over
            all frames.
        worst_frame_error: The same of the frame that suffered most.
        video_megabytes: Size of the videos.
    """

    root: Path
    episodes: int
    frames: int
    video_error: float
    worst_frame_error: float
    video_megabytes: float


def write_lerobot(
    demonstrations: Sequence[Demonstration],
    root: Path | str,
    fps: float,
    *,
    task: str = "imitate the demonstration",
    camera: str = "observation.images.wrist",
    source: str = "",
    length_unit: LengthUnit = "unknown",
    crop: CropBox | None = None,
    progress: Progress | None = None,
) -> LeRobotReport:
    """Write demonstrations as a LeRobot data set; reading it again gives the same labels, bit by bit.

    Directions and gripper go into `action`; rotations, lengths and times, where any demonstration has them, into
    features of their own; names, units and the crop into `meta/vinn.json`. Images are read one at a time, twice: to
    encode, and to measure what encoding changed. Everything is written beside the target and then renamed into place.

    Args:
        demonstrations: At least one, with different names and images of one size.
        root: Folder to make; must not exist, or be empty.
        fps: Frames a second of LeRobot's time grid and of the video; true times stay in their feature.
        task: What is done, in words: LeRobot wants it.
        camera: Name of the image feature.
        source: Where the data comes from, for people.
        length_unit: Unit of the lengths.
        crop: Rectangle that the encoder is to see; kept beside the data, images are written whole.
        progress: Told after every frame.

    Raises:
        MissingDependency: If PyAV or pyarrow is not installed.
        InvalidInput: If the folder is taken, there is no demonstration, a name occurs twice, image sizes differ, or
            fps or camera cannot be used. Nothing is left behind then.
        InvalidDemonstration: If an image cannot be read, or the written video does not hold what was written. Nothing
            is left behind either.
    """
    try:
        import av  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise MissingDependency(
            f"writing LeRobot data needs the package '{error.name}'; install it with: "
            "pip install 'vinn_training[formats]'"
        ) from error
    root = Path(root)
    _check(demonstrations, root, fps, camera)
    root.parent.mkdir(parents=True, exist_ok=True)
    partial = root.parent / f".{root.name}.{uuid.uuid4().hex[:8]}.partial"
    try:
        writer = _Writer(demonstrations, partial, Fraction(fps).limit_denominator(1001), task, camera, progress)
        sidecar = layout.Sidecar(source, length_unit, crop, writer.sidecar_episodes())
        report = writer.write(root, sidecar)
        for path in partial.rglob("*"):
            if path.is_file():
                _sync(path)
        if root.exists():
            root.rmdir()
        os.rename(partial, root)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(root.parent)
    return report


def _check(demonstrations: Sequence[Demonstration], root: Path, fps: float, camera: str) -> None:
    if root.exists() and not (root.is_dir() and not any(root.iterdir())):
        raise InvalidInput(f"{root}: exists already; expected a new name")
    if not demonstrations:
        raise InvalidInput("no demonstrations to write; expected at least one")
    names = [demonstration.name for demonstration in demonstrations]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInput(f"two demonstrations are named {twice[0]}; expected different names")
    if not 0.1 <= fps <= 1000.0:
        raise InvalidInput(f"fps is {fps}; expected 0.1 to 1000 frames a second")
    if not camera.startswith("observation.images.") or "/" in camera or camera.endswith("."):
        raise InvalidInput(f"camera is {camera!r}; expected observation.images.NAME, without a slash")


class _Writer:
    """Writes one data set into a folder that is not there yet."""

    def __init__(
        self,
        demonstrations: Sequence[Demonstration],
        folder: Path,
        rate: Fraction,
        task: str,
        camera: str,
        progress: Progress | None,
    ) -> None:
        self._demonstrations = demonstrations
        self._folder = folder
        self._rate = rate
        self._task = task
        self._camera = camera
        self._progress = progress
        self._frames = sum(len(item) for item in demonstrations)
        self._done = 0
        self._videos = EpisodeVideos(demonstrations, folder, rate, camera, self._tell)
        starts = np.cumsum([0, *(len(item) for item in demonstrations)])
        known = {name for item in demonstrations for name in _OPTIONAL.values() if getattr(item, name) is not None}
        self._columns = [self._labels(index, int(starts[index]), known) for index in range(len(demonstrations))]

    def sidecar_episodes(self) -> tuple[layout.SidecarEpisode, ...]:
        return tuple(
            layout.SidecarEpisode(
                item.name, len(item), item.rotations_rad is not None, item.lengths is not None, item.times_s is not None
            )
            for item in self._demonstrations
        )

    def write(self, root: Path, sidecar: layout.Sidecar) -> LeRobotReport:
        places, histograms = self._videos.write()
        errors = self._videos.compare(places)
        data_files = self._write_data()
        episodes = [self._episode_statistics(index, histogram) for index, histogram in enumerate(histograms)]
        self._write_episodes(places, data_files, episodes)
        self._write_meta(ImageHistogram.join(histograms), sidecar)
        videos = (self._folder / "videos").rglob("*.mp4")
        return LeRobotReport(
            root=root,
            episodes=len(self._demonstrations),
            frames=self._frames,
            video_error=float(np.mean(errors)),
            worst_frame_error=float(np.max(errors)),
            video_megabytes=sum(path.stat().st_size for path in videos) / 1e6,
        )

    def _labels(self, index: int, first: int, known: set[str]) -> dict[str, NDArray[Any]]:
        """Return the columns of an episode, in LeRobot's order, without those that no episode knows."""
        item, count = self._demonstrations[index], len(self._demonstrations[index])
        columns: dict[str, NDArray[Any]] = {
            layout.ACTION: np.concatenate([item.directions, item.gripper[:, None]], axis=1)
        }
        empty: dict[str, NDArray[Any]] = {
            layout.ROTATION: np.zeros((count, 3), dtype=np.float32),
            layout.LENGTH: np.zeros(count, dtype=np.float32),
            layout.TIME: np.zeros(count),
        }
        for name, attribute in _OPTIONAL.items():
            if attribute in known:
                values = getattr(item, attribute)
                columns[name] = empty[name] if values is None else values
        columns["timestamp"] = (np.arange(count) / float(self._rate)).astype(np.float32)
        columns["frame_index"] = np.arange(count)
        columns["episode_index"] = np.full(count, index)
        columns["index"] = np.arange(first, first + count)
        columns["task_index"] = np.zeros(count, dtype=np.int64)
        return columns

    def _write_data(self) -> list[int]:
        """Write the labels and return each episode's file number."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        files: list[int] = []
        file, rows = 0, 0
        writer: pq.ParquetWriter | None = None
        try:
            for columns in self._columns:
                count = len(columns["index"])
                if writer is not None and rows + count > _DATA_FILE_ROWS:
                    writer.close()
                    writer, file, rows = None, file + 1, 0
                table = pa.table({name: _arrow(values) for name, values in columns.items()})
                if writer is None:
                    path = self._place(layout.DATA_PATH, file)
                    writer = pq.ParquetWriter(path, table.schema, compression="snappy")
                writer.write_table(table)
                files.append(file)
                rows += count
        finally:
            if writer is not None:
                writer.close()
        return files

    def _place(self, template: str, file: int) -> Path:
        chunk_index, file_index = divmod(file, layout.CHUNK_FILES)
        path = self._folder / template.format(chunk_index=chunk_index, file_index=file_index)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _episode_statistics(self, index: int, histogram: ImageHistogram) -> dict[str, Statistics]:
        arrays = {name: array_statistics(values) for name, values in self._columns[index].items()}
        return {self._camera: histogram.statistics(), **arrays}

    def _write_episodes(
        self, places: Sequence[VideoPlace], data_files: Sequence[int], statistics: Sequence[dict[str, Statistics]]
    ) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows, first = [], 0
        for index, (place, data_file) in enumerate(zip(places, data_files, strict=True)):
            span = EpisodeSpan(index, first, len(self._demonstrations[index]), data_file, place.file, place.first)
            rows.append(episode_row(span, self._camera, self._rate, self._task, statistics[index]))
            first += span.frames
        pq.write_table(pa.Table.from_pylist(rows), self._place(layout.EPISODES_PATH, 0), compression="snappy")

    def _write_meta(self, histogram: ImageHistogram, sidecar: layout.Sidecar) -> None:
        import pyarrow.parquet as pq

        pq.write_table(tasks_table([self._task]), self._folder / "meta/tasks.parquet")
        whole = {name: np.concatenate([item[name] for item in self._columns]) for name in self._columns[0]}
        statistics = {self._camera: histogram.statistics()}
        statistics.update({name: array_statistics(values) for name, values in whole.items()})
        info = describe(
            self._camera, self._videos.size, self._rate, [len(item) for item in self._demonstrations], self._columns[0]
        )
        for name, content in ((layout.INFO_FILE, info), ("meta/stats.json", statistics)):
            write_file(self._folder / name, json.dumps(content, indent=4).encode() + b"\n")
        write_file(self._folder / layout.SIDECAR_FILE, sidecar.to_json())

    def _tell(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, 2 * self._frames)


def _sync(path: Path) -> None:
    """Wait until a file is on disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _arrow(values: NDArray[Any]) -> Any:
    import pyarrow as pa

    if values.ndim == 1:
        return pa.array(values)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
