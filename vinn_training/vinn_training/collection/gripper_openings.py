"""The gripper's opening in every chosen frame, from a labeller that need not know all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from vinn_training.collection.chosen_pictures import Pictures, small_pictures
from vinn_training.collection.quality import QualityRecord
from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.exceptions import CollectionError

#: Openings of the gripper in N pictures in time order: (N,) float32 in [0, 1], NaN where not known.
Labeller = Callable[[Sequence[ImageArray]], FloatArray]


def gripper_openings(
    labeller: Labeller | None, pictures: Pictures, path: Path, rate_hz: float, size: int, quality: QualityRecord
) -> FloatArray:
    """Return the openings of the chosen frames, (N,) float32, those not known taken from the nearest in time.

    Args:
        labeller: What knows them; None takes the gripper as always open.
        pictures: The chosen frames.
        path: Their video.
        rate_hz: Frames a second that the labeller is shown where that is more than were chosen.
        size: Longer side of the pictures that it is shown then, pixels.
        quality: Filled with what is found.

    Raises:
        InvalidDemonstration: If the video cannot be read.
        CollectionError: If the gripper cannot be labelled.
    """
    count = len(pictures.images)
    if labeller is None:
        quality.gripper = {"source": "none", "unknown_frames": count}
        quality.notes.append("gripper openings are not labelled: all are 1 (open); a policy cannot learn to grasp")
        return np.ones(count, np.float32)
    images, times_s = pictures.images, pictures.times_s
    if rate_hz > (quality.rate_hz or 0.0):
        images, times_s = small_pictures(path, rate_hz, size)
    try:
        openings = np.array(labeller(images), dtype=np.float32)
    except CollectionError as error:
        raise CollectionError(
            f"the gripper could not be labelled: {error}. Label it with a network (--gripper FOLDER), or keep it "
            "as open (--gripper none)"
        ) from error
    if openings.shape != (len(images),):
        raise CollectionError(f"gripper labels have shape {openings.shape}; expected ({len(images)},)")
    known = np.flatnonzero(np.isfinite(openings))
    quality.gripper = {"source": _name(labeller), "unknown_frames": count}
    if not len(known):
        quality.notes.append("the gripper's opening was found in no frame: all are 1 (open)")
        return np.ones(count, np.float32)
    away_s = np.abs(pictures.times_s[:, None] - times_s[known])
    same_s = np.abs(pictures.times_s[:, None] - times_s).min(axis=1)
    quality.gripper["unknown_frames"] = int((away_s.min(axis=1) > same_s + 1e-6).sum())
    return np.clip(openings[known[away_s.argmin(axis=1)]], 0.0, 1.0)


def _name(labeller: Labeller) -> str:
    return getattr(labeller, "__name__", type(labeller).__name__)
