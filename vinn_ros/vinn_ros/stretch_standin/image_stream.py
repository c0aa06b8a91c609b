"""The images' way from the camera to the topic, with what can go wrong on it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from vinn_ros.stretch_standin.faults import Faults
from vinn_training.contracts import ImageArray


@dataclass(frozen=True)
class Frame:
    """One image to publish.

    Attributes:
        pixels: (H, W, 3) uint8 RGB.
        stamp_ns: What its header says.
        taken_s: When the scene looked like this, by the clock of `add`.
        is_true: Whether pixels and stamp are those of `taken_s`.
    """

    pixels: ImageArray
    stamp_ns: int
    taken_s: float
    is_true: bool


class ImageStream:
    """Loses, freezes, blackens and delays images; which ones are lost depends on seed and index alone.

    Args:
        seed: Draws the lost images.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._waiting: deque[tuple[float, Frame]] = deque()
        self._last: Frame | None = None

    def add(self, index: int, pixels: ImageArray, stamp_ns: int, now_s: float, faults: Faults) -> None:
        """Take image number `index`, as the camera sees it now."""
        frame = self._as_seen(Frame(pixels, stamp_ns, now_s, is_true=True), faults)
        if faults.image == "stopped" or is_lost(self._seed, index, faults.image_drop_fraction):
            return
        self._waiting.append((now_s + faults.image_latency_s, frame))

    def due(self, now_s: float) -> list[Frame]:
        """Return the images that arrive by now, and forget them. A latency that falls lets none overtake another."""
        arrived = []
        while self._waiting and self._waiting[0][0] <= now_s:
            arrived.append(self._waiting.popleft()[1])
        return arrived

    def _as_seen(self, frame: Frame, faults: Faults) -> Frame:
        stamp_ns = frame.stamp_ns + round(faults.stamp_offset_s * 1e9)
        if faults.image == "black":
            return Frame(np.zeros_like(frame.pixels), stamp_ns, frame.taken_s, is_true=False)
        if faults.image in ("frozen", "frozen_with_its_stamp"):
            kept = self._last or frame
            old_stamp = faults.image == "frozen_with_its_stamp"
            return Frame(kept.pixels, kept.stamp_ns if old_stamp else stamp_ns, kept.taken_s, is_true=False)
        self._last = frame
        return Frame(frame.pixels, stamp_ns, frame.taken_s, is_true=faults.stamp_offset_s == 0.0)


def is_lost(seed: int, index: int, fraction: float) -> bool:
    """Return whether message number `index` is one of the lost fraction."""
    return fraction > 0.0 and bool(np.random.default_rng((seed, index)).random() < fraction)
