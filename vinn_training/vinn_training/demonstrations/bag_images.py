"""The wrist camera's images in a bag: which topic, when each was taken, and each picture on demand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.demonstrations.bag_messages import COMPRESSED_IMAGE, IMAGE, Messages
from vinn_training.demonstrations.bag_storage import Bag, MessageRef, Topic
from vinn_training.demonstrations.image_messages import (
    compressed_problem,
    compressed_to_rgb,
    raw_to_rgb,
    read_header,
    take_apart,
)
from vinn_training.demonstrations.pose_tracks import TimeArray, sort_samples
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

#: Of an uncompressed image, this much is read to find its stamp, frame, size and encoding.
_BEGINNING_BYTES = 512
#: How the wrist camera is called where a bag has several cameras.
_WRIST_WORDS = ("wrist", "gripper", "hand")


@dataclass(frozen=True)
class ImageSeries:
    """The usable images of one topic.

    Attributes:
        topic: Name.
        frame_id: Frame of the images, by the first of them.
        times_ns: (N,) int64, rising strictly.
        refs: N messages.
        bag: Where they are.
        is_compressed: Whether the messages are CompressedImage.
        dropped: Number of images left out, by reason.
    """

    topic: str
    frame_id: str
    times_ns: TimeArray
    refs: tuple[MessageRef, ...]
    bag: Bag
    is_compressed: bool
    dropped: dict[str, int]

    def load(self, index: int) -> ImageArray:
        """Return one picture, (H, W, 3) uint8 RGB.

        Raises:
            InvalidDemonstration: If it cannot be read or decoded; the message names bag, topic and time.
        """
        ref = self.refs[index]
        data = self.bag.read(ref)
        try:
            parts = take_apart(data, self.is_compressed)
            content = memoryview(data)[parts.data_start : parts.data_start + parts.data_size]
            if parts.layout is None:
                return compressed_to_rgb(content, parts.format)
            return raw_to_rgb(parts.layout, content)
        except (InvalidInput, ValueError) as error:
            raise InvalidDemonstration(
                f"{self.bag.path}: image of {self.topic} received at {ref.time_ns / 1e9:.3f} s: {error}"
            ) from error


def read_images(messages: Messages, camera: str) -> ImageSeries:
    """Return the images of the wrist camera; broken ones are left out, by what can be seen without decoding them.

    Args:
        messages: The bag's.
        camera: Topic, or "" for the only camera.

    Raises:
        InvalidDemonstration: If the bag has no such topic, several cameras and no choice, or no usable image.
    """
    bag = messages.bag
    topic = choose_camera(bag, camera)
    is_compressed = topic.type == COMPRESSED_IMAGE
    refs: list[MessageRef] = []
    stamps: list[int] = []
    frames: list[str] = []
    dropped: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    is_damaged = bool(bag.problems)
    for ref in topic.refs:
        try:
            # What lies behind a cut is noticed only by reading all of the image.
            data = bag.read(ref, 0 if is_compressed or is_damaged else _BEGINNING_BYTES)
            stamp, frame = read_header(data)
            problem = _problem(data, is_compressed)
        except (InvalidDemonstration, InvalidInput) as error:
            problem = str(error)
        if problem:
            dropped["broken"] += 1
            reasons.setdefault("broken", problem)
            continue
        refs.append(ref)
        stamps.append(stamp)
        frames.append(frame)
    if not refs:
        raise InvalidDemonstration(f"{bag.path}: no image of {topic.name} is usable: {reasons['broken']}")
    if dropped["broken"]:
        messages.notes.append(f"{dropped['broken']} images are broken, the first: {reasons['broken']}")
    times = messages.times(topic, refs, stamps)
    order = sort_samples(times)
    if len(order) < len(refs):
        dropped["repeated stamp"] = len(refs) - len(order)
    return ImageSeries(
        topic=topic.name,
        frame_id=frames[0],
        times_ns=times[order],
        refs=tuple(refs[index] for index in order),
        bag=bag,
        is_compressed=is_compressed,
        dropped=dict(dropped),
    )


def choose_camera(bag: Bag, camera: str) -> Topic:
    """Return the topic of the wrist camera.

    A camera that is recorded both raw and compressed is one camera; the topic with more images is taken.

    Raises:
        InvalidDemonstration: If it is not there, has no images, or there are several and none is named.
    """
    if camera:
        topic = bag.topics.get(camera) or bag.topics.get("/" + camera)
        if topic is None or topic.type not in (IMAGE, COMPRESSED_IMAGE):
            what = "no topic" if topic is None else f"no images, but {topic.type}, on"
            raise InvalidDemonstration(f"{bag.path}: {what} '{camera}'; the bag has: {bag.describe_topics()}")
        if not topic.refs:
            raise InvalidDemonstration(f"{bag.path}: no messages on {topic.name}; the bag has: {bag.describe_topics()}")
        return topic
    images = [topic for topic in bag.topics.values() if topic.type in (IMAGE, COMPRESSED_IMAGE)]
    cameras: dict[str, Topic] = {}
    for topic in sorted(images, key=lambda topic: topic.name):
        if topic.refs and "depth" not in topic.name.lower():
            name = topic.name.removesuffix("/compressed")
            if name not in cameras or topic.count > cameras[name].count:
                cameras[name] = topic
    if not cameras:
        what = "its image topics have no (colour) images" if images else "no image topic"
        raise InvalidDemonstration(f"{bag.path}: {what}; the bag has: {bag.describe_topics()}")
    wrist = [name for name in cameras if any(word in name.lower() for word in _WRIST_WORDS)]
    if len(cameras) > 1 and len(wrist) != 1:
        listed = ", ".join(f"{topic.name} ({topic.type}, {topic.count})" for topic in cameras.values())
        raise InvalidDemonstration(f"{bag.path}: several cameras; choose the wrist camera's topic, one of: {listed}")
    return cameras[wrist[0]] if len(cameras) > 1 else next(iter(cameras.values()))


def spacing_s(times_ns: TimeArray) -> float:
    """Return the median time between images, 0 for a single one."""
    return float(np.median(np.diff(times_ns))) * 1e-9 if len(times_ns) > 1 else 0.0


def _problem(data: bytes, is_compressed: bool) -> str:
    parts = take_apart(data, is_compressed)
    if parts.layout is not None:
        return parts.layout.problem()
    content = data[parts.data_start : parts.data_start + parts.data_size]
    return compressed_problem(content, parts.format)
