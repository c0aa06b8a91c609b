"""The images of a bag as they were recorded, and which of them were answered; no rclpy."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from vinn_training.demonstrations.bag_images import read_images
from vinn_training.demonstrations.bag_messages import COMPRESSED_IMAGE, IMAGE, Messages
from vinn_training.demonstrations.bag_storage import Bag, MessageRef
from vinn_training.demonstrations.image_messages import read_header
from vinn_training.exceptions import InvalidInput, MissingDependency
from vinn_training.replay.bag_choice import only_bag


class PlayedImage(NamedTuple):
    """One image of a bag.

    Attributes:
        stamp_ns: Of its header.
        after_s: Time since the first image, by their times of receipt.
        ref: Where it is.
    """

    stamp_ns: int
    after_s: float
    ref: MessageRef


class BagImages:
    """The images of one topic of a bag, in order of receipt; repeated stamps and broken images are left out.

    Args:
        path: The bag.
        topic: Of the images, or "" for the only camera.

    Attributes:
        topic: Of the images.
        transport: "raw" or "compressed", as `image_topic` takes it.
        images: All that can be played.
        left_out: Numbers of images that cannot, by reason.

    Raises:
        InvalidInput: If it is not one bag, or its images have no stamps.
        InvalidDemonstration: If the bag cannot be read, has no usable images, or several cameras and no choice.
        MissingDependency: If the package that reads bags is not installed.
    """

    def __init__(self, path: Path, topic: str = "") -> None:
        try:
            self._bag = Bag(only_bag(path), (IMAGE, COMPRESSED_IMAGE))
            series = read_images(Messages(self._bag, "header"), topic)
        except ModuleNotFoundError as error:
            raise MissingDependency(f"{path}: reading bags needs the package '{error.name}'") from error
        self.topic = series.topic
        self.transport = "compressed" if series.is_compressed else "raw"
        refs = sorted(series.refs, key=lambda ref: ref.time_ns)
        stamps = [read_header(self._bag.read(ref, 512))[0] for ref in refs]
        if not all(stamps):
            raise InvalidInput(
                f"{path}: {stamps.count(0)} of {len(stamps)} images on {series.topic} have no stamp; expected stamps, "
                "by which answers are told apart: `vinn replay` asks about images without stamps, too"
            )
        self.images = tuple(
            PlayedImage(stamp_ns, (ref.time_ns - refs[0].time_ns) * 1e-9, ref)
            for stamp_ns, ref in zip(stamps, refs, strict=True)
        )
        self.left_out = dict(series.dropped)

    def read(self, image: PlayedImage) -> bytes:
        """Return the image's message, serialised as it was recorded.

        Raises:
            InvalidDemonstration: If the file cannot be read there.
        """
        return self._bag.read(image.ref)


class AnswerLedger:
    """Which stamps were sent, and which of them were answered."""

    def __init__(self) -> None:
        self._sent: set[int] = set()
        self._answered: set[int] = set()

    def send(self, stamp_ns: int) -> None:
        """Take note of an image that is published."""
        self._sent.add(stamp_ns)

    def answer(self, stamp_ns: int) -> None:
        """Take note of an action; those to images that were not sent do not count."""
        if stamp_ns in self._sent:
            self._answered.add(stamp_ns)

    def is_answered(self, stamp_ns: int) -> bool:
        """Return whether an image was answered."""
        return stamp_ns in self._answered

    @property
    def sent(self) -> int:
        """Number of images."""
        return len(self._sent)

    @property
    def answered(self) -> int:
        """Number of images that were answered."""
        return len(self._answered)
