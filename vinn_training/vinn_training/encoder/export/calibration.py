"""The frames on which int8 quantisation finds the range of every layer's numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

#: Fewer frames leave a layer's range to chance.
MIN_FRAMES = 32


def calibration_frames(
    demonstrations: Sequence[Demonstration], preprocessing: Preprocessing, count: int, seed: int
) -> ImageArray:
    """Return frames drawn from all demonstrations without repetition.

    Args:
        demonstrations: Those that the encoder was trained on, not those that it is tested on.
        preprocessing: Of the encoder; only its resizing is done.
        count: Frames to draw; all where there are fewer.
        seed: Of the draw.

    Returns:
        (N, S, S, 3) uint8 RGB.

    Raises:
        InvalidInput: If there are fewer than MIN_FRAMES frames, or a number is out of range.
        InvalidDemonstration: If an image cannot be read.
    """
    if count < MIN_FRAMES:
        raise InvalidInput(f"{count} frames to calibrate on; expected at least {MIN_FRAMES}, or --precision fp32")
    if seed < 0:
        raise InvalidInput(f"seed is {seed}; expected zero or more")
    places = [(item, frame) for item in demonstrations for frame in range(len(item))]
    if len(places) < MIN_FRAMES:
        raise InvalidInput(
            f"{len(demonstrations)} demonstration(s) to calibrate on have {len(places)} frames; expected at least "
            f"{MIN_FRAMES}: name a larger data set, or choose --precision fp32"
        )
    chosen = np.random.default_rng(seed).permutation(len(places))[:count]
    return np.stack([preprocessing.resize(item.load_image(frame)) for item, frame in (places[row] for row in chosen)])
