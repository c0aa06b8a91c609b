"""Pictures to label or to look at: of a video, or of every demonstration of a data set, by the number of the frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vinn_training.collection.video import frames
from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import FORMATS, open_dataset
from vinn_training.exceptions import InvalidInput

#: How file names of videos end. A single file of a data set (HDF5, bag) ends otherwise.
VIDEO_SUFFIXES = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg")


@dataclass(frozen=True)
class Episode:
    """Pictures in time order.

    Attributes:
        source: Video file, or data set's folder or file.
        name: Demonstration within the data set; empty for a video.
        length: Number of pictures.
        read: Yields (number, picture) for rising numbers, in that order; each picture is (H, W, 3) uint8 RGB.
    """

    source: Path
    name: str
    length: int
    read: Callable[[Sequence[int]], Iterator[tuple[int, ImageArray]]]

    def images(self) -> Iterator[ImageArray]:
        """Yield every picture, one at a time."""
        for _, image in self.read(range(self.length)):
            yield image


def open_episodes(source: Path, options: ReaderOptions | None = None) -> list[Episode]:
    """Return a video as one episode, or a data set as one for each demonstration.

    Raises:
        InvalidInput: If there is no such file.
        InvalidDemonstration: If a data set cannot be read or a video cannot be decoded.
        MissingDependency: If a package is needed for it.
    """
    if not source.exists():
        raise InvalidInput(f"{source}: no such file or folder; expected a video or a data set ({', '.join(FORMATS)})")
    if source.is_file() and source.suffix.lower() in VIDEO_SUFFIXES:
        return [_video(source)]
    return [_demonstration(source, item) for item in open_dataset(source, options).demonstrations]


def spread(episodes: Sequence[Episode], count: int) -> list[list[int]]:
    """Return about `count` frame numbers at even distances in time, over all the episodes together.

    Args:
        episodes: At least one.
        count: Of pictures in all; every episode gives at least one.

    Returns:
        For every episode the numbers to take, rising.

    Raises:
        InvalidInput: If the count is not positive.
    """
    if count < 1:
        raise InvalidInput(f"count is {count}; expected 1 frame or more")
    step = max(1.0, sum(episode.length for episode in episodes) / count)
    return [
        np.unique(np.arange(step / 2, episode.length, step).astype(int)).tolist() or [episode.length // 2]
        for episode in episodes
    ]


def _demonstration(source: Path, demonstration: Demonstration) -> Episode:
    def read(numbers: Sequence[int]) -> Iterator[tuple[int, ImageArray]]:
        for number in numbers:
            yield number, demonstration.load_image(number)

    return Episode(source, demonstration.name, len(demonstration), read)


def _video(path: Path) -> Episode:
    times_s: list[float] = []

    def note(time_s: float) -> bool:
        times_s.append(time_s)
        return False

    for _ in frames(path, note):  # decoded once to count: a container's own number is often wrong or missing
        pass

    def read(numbers: Sequence[int]) -> Iterator[tuple[int, ImageArray]]:
        wanted = {times_s[number] for number in numbers}
        for frame in frames(path, wanted.__contains__):
            yield frame.index, frame.image
            if frame.index == max(numbers):
                return

    return Episode(path, "", len(times_s), read)
