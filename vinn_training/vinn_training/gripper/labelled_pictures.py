"""The pictures that labels speak of, at the size of the network's input."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.frame_sources import open_episodes
from vinn_training.gripper.label_set import LabelledFrame, LabelSet
from vinn_training.preprocessing import Preprocessing

_ASPECT_TOLERANCE = 0.02


class LabelledPictures(NamedTuple):
    """What the network learns from.

    Attributes:
        images: (N, S, S, 3) uint8 RGB.
        states: (N,) int64, index into the label set's states.
        episodes: N names of the video or demonstration.
        frames: N numbers within it.
        image_size: Width and height of the first picture before resizing, pixels.
    """

    images: ImageArray
    states: NDArray[np.int64]
    episodes: list[str]
    frames: list[int]
    image_size: tuple[int, int]


def load_pictures(
    labels: LabelSet,
    preprocessing: Preprocessing,
    options: ReaderOptions | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LabelledPictures:
    """Return the pictures of labelled frames.

    Args:
        labels: With sources that exist, as merge_label_sets returns them.
        preprocessing: Its crop and size are applied.
        options: Choices that some formats of data leave.
        progress: Called with (pictures read, in all).

    Raises:
        InvalidInput: If a label is of an episode or frame that is not there, or the pictures differ in aspect ratio.
        InvalidDemonstration: If a source cannot be read.
    """
    wanted: dict[tuple[str, str], dict[int, LabelledFrame]] = defaultdict(dict)
    for label in labels.frames:
        wanted[label.source, label.episode][label.frame] = label
    images, states, names, frames = [], [], [], []
    size: tuple[int, int] | None = None
    for source in sorted({source for source, _ in wanted}):
        present = {episode.name: episode for episode in open_episodes(Path(source), options)}
        for name in sorted(episode for origin, episode in wanted if origin == source):
            rows = wanted[source, name]
            if name not in present:
                raise InvalidInput(f"{source}: has no demonstration '{name}', though there are labels for it")
            if max(rows) >= present[name].length:
                raise InvalidInput(
                    f"{source} {name}: has {present[name].length} frames, but a label is for frame {max(rows)}; "
                    "is it the file that was labelled?"
                )
            for number, image in present[name].read(sorted(rows)):
                height, width = image.shape[:2]
                size = size or (width, height)
                if abs(width / height * size[1] / size[0] - 1.0) > _ASPECT_TOLERANCE:
                    raise InvalidInput(
                        f"{source} {name}: pictures are {width}x{height}, but others {size[0]}x{size[1]}; expected one "
                        "aspect ratio: train one network for each camera"
                    )
                images.append(preprocessing.resize(image))
                states.append(labels.closed_to_open.index(rows[number].state))
                names.append(f"{source}\n{name}")
                frames.append(number)
                if progress is not None:
                    progress(len(images), len(labels.frames))
    if size is None:
        raise InvalidInput("no labelled frames; label some with `vinn gripper label`")
    return LabelledPictures(np.stack(images), np.array(states, dtype=np.int64), names, frames, size)
