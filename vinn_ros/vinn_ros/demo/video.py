"""Writes video files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import MissingDependency


class VideoWriter:
    """Writes H.264 video, frame by frame.

    Args:
        path: File to write, ending in .mp4.
        rate_hz: Frames a second on playing.

    Raises:
        MissingDependency: If PyAV is not installed.
    """

    def __init__(self, path: Path, rate_hz: int) -> None:
        try:
            import av
        except ImportError as error:
            raise MissingDependency("writing a video needs PyAV; install it with: pip install av") from error
        self._av: Any = av
        path.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(str(path), "w")
        self._stream: Any = self._container.add_stream("libx264", rate=Fraction(rate_hz))
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": "20", "preset": "veryfast"}
        self._sized = False

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, picture: ImageArray) -> None:
        """Append one (H, W, 3) uint8 RGB picture; all of one even-sided size."""
        if not self._sized:
            self._stream.height, self._stream.width = picture.shape[:2]
            self._sized = True
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def close(self) -> None:
        """Finish the file."""
        if self._sized:
            for packet in self._stream.encode():
                self._container.mux(packet)
        self._container.close()
