"""Reads a webcam device or a video file, frame by frame, without ROS."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput


class VideoReader:
    """Frames of a webcam (a device such as /dev/video0) or of a video file.

    Args:
        source: Device or file.
        loop: Whether a file starts again at its end.

    Raises:
        InvalidInput: If the source cannot be opened or holds no frame.
    """

    def __init__(self, source: str, loop: bool = False) -> None:
        self.is_device = source.startswith("/dev/")
        if not Path(source).exists():
            kind = "webcam" if self.is_device else "video file"
            raise InvalidInput(f"{kind} '{source}' does not exist; expected a device such as /dev/video0 or a file")
        self._source = source
        self._loop = loop
        self._first_frame = False
        self._capture = cv2.VideoCapture(source)
        if not self._capture.isOpened():
            raise InvalidInput(f"'{source}' cannot be opened as a video; expected a webcam or a file FFmpeg can decode")

    @property
    def rate_hz(self) -> float:
        """Frame rate the source names, or 30 where it names none."""
        rate = float(self._capture.get(cv2.CAP_PROP_FPS))
        return rate if 0.0 < rate <= 1000.0 else 30.0

    def read(self) -> ImageArray | None:
        """Return the next frame, (H, W, 3) uint8 RGB, or None at the end.

        Raises:
            InvalidInput: If the first frame already cannot be read.
        """
        ok, frame = self._capture.read()
        if not ok and self._first_frame and self._loop and not self.is_device:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            ok, frame = self._capture.read()
        if not ok:
            if not self._first_frame:
                raise InvalidInput(f"no frame can be read from '{self._source}'; the file may be truncated")
            return None
        self._first_frame = True
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), dtype=np.uint8)

    def close(self) -> None:
        """Release the device or file."""
        self._capture.release()
