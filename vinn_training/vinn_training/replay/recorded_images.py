"""The images of a session by the stamps under which perception and policy answered them."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from vinn_training.demonstrations.bag_images import ImageSeries, read_images
from vinn_training.demonstrations.bag_messages import Messages
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.demonstrations.image_messages import read_header
from vinn_training.demonstrations.pose_tracks import TimeArray
from vinn_training.replay.recorded import RecordedFrame

#: Of a message, this much holds its header.
_HEADER_BYTES = 512


class RecordedImages(NamedTuple):
    """The usable images of one topic.

    Attributes:
        frames: In order of stamp, each stamp once.
        topic: Name.
        frame_id: Of the first image.
        has_stamps: Whether the images carry stamps; without, no answer can be told to be of an image.
        notes: What people should know, one line each.
    """

    frames: tuple[RecordedFrame, ...]
    topic: str
    frame_id: str
    has_stamps: bool
    notes: tuple[str, ...]


def read_recorded_images(bag: Bag, camera: str) -> RecordedImages:
    """Return the wrist camera's images; broken ones, repeated stamps, and zero stamps among others are left out.

    Args:
        bag: The session's.
        camera: Topic, or "" for the only camera.

    Raises:
        InvalidDemonstration: If the bag has no such topic, several cameras and no choice, or no usable image.
    """
    messages = Messages(bag, "header")
    series = read_images(messages, camera)
    received = np.array([ref.time_ns for ref in series.refs], dtype=np.int64)
    stamps = _stamps(series) if (series.times_ns == received).all() else series.times_ns
    notes = [f"images left out, {reason}: {count}" for reason, count in series.dropped.items()]
    has_stamps = bool((stamps > 0).any())
    if not has_stamps:
        notes.append(f"no image of {series.topic} has a stamp: answers cannot be told to be of an image")
        stamps = received
    unstamped = int((stamps <= 0).sum())
    if unstamped:
        notes.append(f"images left out, without a stamp: {unstamped}")
    elif has_stamps:
        notes += messages.notes
    order = np.argsort(received, kind="stable")
    late = int((np.diff(stamps[order][stamps[order] > 0]) < 0).sum())
    if late:
        notes.append(f"{late} images came after one with a later stamp; they are put in order of their stamps")
    _, first = np.unique(stamps, return_index=True)
    kept = [int(index) for index in first if stamps[index] > 0]
    frames = tuple(
        RecordedFrame(int(stamps[index]), int(received[index]), partial(series.load, index)) for index in kept
    )
    return RecordedImages(frames, series.topic, series.frame_id, has_stamps, tuple(notes))


def _stamps(series: ImageSeries) -> TimeArray:
    """Return the headers' stamps: a series with a zero stamp among its images has their times of receipt."""
    stamps = [read_header(series.bag.read(ref, _HEADER_BYTES))[0] for ref in series.refs]
    return np.array(stamps, dtype=np.int64)
