"""Every training frame decoded once and kept in memory, already at the encoder's size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing


def cache_frames(
    demonstrations: Sequence[Demonstration],
    preprocessing: Preprocessing,
    progress: Callable[[int, int], None] | None = None,
) -> ImageArray:
    """Return all frames, cropped and resized, as (N, S, S, 3) uint8.

    4,000 frames take 0.6 GB at 224 pixels and 0.1 GB at 96.

    Args:
        demonstrations: At least one.
        preprocessing: Crop and size.
        progress: Told (frames done, frames in all) after every demonstration.

    Raises:
        InvalidInput: If there is no demonstration, or the crop does not fit the images.
        InvalidDemonstration: If an image cannot be read.
    """
    total = sum(len(demonstration) for demonstration in demonstrations)
    if total == 0:
        raise InvalidInput("no demonstrations to train on; expected at least one")
    frames = np.empty((total, preprocessing.size, preprocessing.size, 3), dtype=np.uint8)
    done = 0
    for demonstration in demonstrations:
        for index in range(len(demonstration)):
            frames[done] = preprocessing.resize(demonstration.load_image(index))
            done += 1
        if progress is not None:
            progress(done, total)
    return frames
