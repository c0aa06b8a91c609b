"""Checks of one episode, every image of which is decoded once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM, Demonstration, ImageArray
from vinn_training.demonstrations.findings import Findings
from vinn_training.demonstrations.image_hash import SIDE_PX, digest, distances, thumbnail
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.preprocessing import CropBox, check_image, check_not_blank

#: Pictures closer than this (see image_hash) are nearly the same: a still picture that a video codec wrote twice
#: differs by about 0.01, a hand-held camera at 15 frames a second by 0.03 or more even where it hardly moves.
STILL_DISTANCE = 0.02


@dataclass(frozen=True)
class EpisodeTraces:
    """What is kept of one episode's images.

    Attributes:
        demonstration: Its labels.
        thumbnails: (T, SIDE_PX ** 2) float32, of length 1; zeros where an image is blank or could not be read.
        digests: T digests of the decoded images; None where an image could not be read.
        size: (width, height) of the first image that could be read, pixels, or None.
    """

    demonstration: Demonstration
    thumbnails: NDArray[np.float32]
    digests: tuple[bytes | None, ...]
    size: tuple[int, int] | None


def scan_episode(demonstration: Demonstration, crop: CropBox | None, findings: Findings) -> EpisodeTraces:
    """Read an episode's images and note those that cannot be used, or have no content.

    Args:
        demonstration: The episode.
        crop: Rectangle that the encoder is to see; pictures are compared within it.
        findings: Takes the notes.
    """
    thumbnails = np.zeros((len(demonstration), SIDE_PX**2), dtype=np.float32)
    digests: list[bytes | None] = []
    size: tuple[int, int] | None = None
    for index, frame_name in enumerate(demonstration.frame_names):
        image = _load(demonstration, index, findings)
        digests.append(None if image is None else digest(image))
        if image is None:
            continue
        size = size or (image.shape[1], image.shape[0])
        try:
            seen = image if crop is None else crop.apply(image)
        except InvalidInput as error:
            findings.add("crop", demonstration.name, frame_name, str(error))
            continue
        try:
            check_not_blank(seen)
        except InvalidInput as error:
            findings.add("blank-image", demonstration.name, frame_name, str(error).partition(";")[0])
            continue
        thumbnails[index] = thumbnail(seen)
    return EpisodeTraces(demonstration, thumbnails, tuple(digests), size)


def check_episode(traces: EpisodeTraces, gripper_recorded: bool, findings: Findings) -> None:
    """Note frames that repeat the one before, and an episode in which nothing happens.

    Args:
        traces: Of the episode.
        gripper_recorded: False where the data set has no gripper labels, so that none can change.
        findings: Takes the notes.
    """
    demonstration = traces.demonstration
    name, names = demonstration.name, demonstration.frame_names
    moving = np.linalg.norm(demonstration.directions, axis=1) > REST_NORM
    steps = step_distances(traces)
    for index in range(len(demonstration) - 1):
        if traces.digests[index] is not None and traces.digests[index] == traces.digests[index + 1]:
            findings.add("duplicate-frame", name, names[index + 1], f"as {names[index]}")
        elif moving[index] and steps[index] < STILL_DISTANCE:
            detail = f"differs from {names[index + 1]} by {steps[index]:.3f}"
            findings.add("still-picture", name, names[index], detail)
    if len(demonstration) > 1 and _all_alike(traces):
        findings.add("constant-images", name, detail=f"{len(demonstration)} frames")
    if not moving.any():
        findings.add("no-motion", name, detail=f"{len(demonstration)} frames")
    if gripper_recorded and float(np.ptp(demonstration.gripper)) == 0.0:
        findings.add("constant-gripper", name, detail=f"opening is always {float(demonstration.gripper[0]):.3g}")


def step_distances(traces: EpisodeTraces) -> NDArray[np.float32]:
    """Return the (T - 1,) float32 distances of consecutive images."""
    cosines = np.einsum("ij,ij->i", traces.thumbnails[:-1], traces.thumbnails[1:])
    return distances(cosines)


def _load(demonstration: Demonstration, index: int, findings: Findings) -> ImageArray | None:
    try:
        image = demonstration.load_image(index)
        check_image(image)
    except (InvalidDemonstration, InvalidInput) as error:
        findings.add("corrupt-image", demonstration.name, demonstration.frame_names[index], str(error))
        return None
    return image


def _all_alike(traces: EpisodeTraces) -> bool:
    """Return whether every image is nearly the first one."""
    if any(item is None for item in traces.digests):
        return False
    if len(set(traces.digests)) == 1:
        return True
    return bool((distances(traces.thumbnails @ traces.thumbnails[0]) < STILL_DISTANCE).all())
