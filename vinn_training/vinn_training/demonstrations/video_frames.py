"""Frames of a video file on demand: read in order, each is decoded once; read anywhere, from the keyframe before."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.demonstrations.video_decoders import POOL, Decoder, FrameIndex, open_video, scan
from vinn_training.exceptions import InvalidDemonstration


class VideoFrames:
    """The frames of one video file, numbered in the order in which they are shown.

    Files are opened at the first frame that is asked for. Several threads may read at once: each then decodes for
    itself, so no more files are open than threads read, plus a few that wait for the next frame (IDLE_DECODERS).

    Args:
        path: The file. Its first video track is read.

    Attributes:
        path: As given.
        decoded: Frames decoded so far, those passed over on the way to an asked one included.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.decoded = 0
        self._index: FrameIndex | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return the number of whole frames in the file.

        Raises:
            InvalidDemonstration: If the file is no readable video.
        """
        return len(self._scan().stamps)

    def count_cheaply(self) -> int:
        """Return the number of whole frames, from the file's index where it has one: little of the file is read.

        Raises:
            InvalidDemonstration: If the file is no readable video.
        """
        with open_video(self.path) as container:
            entries = container.streams.video[0].index_entries
            ends = [entry.pos + entry.size for entry in entries]
        if len(ends) < 2:
            return len(self)
        return sum(end <= self.path.stat().st_size for end in ends)

    @property
    def times_s(self) -> NDArray[np.float64]:
        """When each frame is shown, (N,) seconds from the file's beginning, rising.

        Raises:
            InvalidDemonstration: If the file is no readable video.
        """
        return self._scan().times_s

    def index_at(self, time_s: float) -> int:
        """Return the frame shown closest to a time in seconds.

        Raises:
            InvalidDemonstration: If the file is no readable video, or has no frame within half a frame's time.
        """
        times_s = self._scan().times_s
        after = int(np.searchsorted(times_s, time_s))
        candidates = [index for index in (after - 1, after) if 0 <= index < len(times_s)]
        nearest = min(candidates, key=lambda index: abs(float(times_s[index]) - time_s))
        span_s = float(times_s[-1] - times_s[0])
        tolerance_s = 0.5 * span_s / (len(times_s) - 1) if len(times_s) > 1 else 1.0
        if abs(float(times_s[nearest]) - time_s) > 1.01 * tolerance_s:
            raise InvalidDemonstration(
                f"{self.path}: no frame at {time_s:.3f} s; its {len(times_s)} whole frames go from "
                f"{times_s[0]:.3f} to {times_s[-1]:.3f} s: the file is truncated, or is not that of the labels"
            )
        return nearest

    def load(self, index: int) -> ImageArray:
        """Return frame `index`, (H, W, 3) uint8 RGB.

        Raises:
            InvalidDemonstration: If the file is no readable video, or is truncated or damaged there; the message names
                file and frame.
        """
        places = self._scan()
        if not 0 <= index < len(places.stamps):
            raise InvalidDemonstration(
                f"{self.path}: frame {index} is missing; the file has {len(places.stamps)} whole frames, from 0: "
                "it is truncated, or the labels belong to a longer video"
            )
        decoder = POOL.take(places, index) or Decoder(self.path, places)
        try:
            image, passed = decoder.read(index)
        except BaseException:
            decoder.close()
            raise
        with self._lock:
            self.decoded += passed
        POOL.give(decoder)
        return image

    def _scan(self) -> FrameIndex:
        with self._lock:
            if self._index is None:
                self._index = scan(self.path)
            return self._index
