"""Encodes images into an mp4 file as LeRobot data sets hold them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from vinn_training.contracts import ImageArray

#: H.264: every player and torchcodec read it. crf 18 is taken for visually lossless; a keyframe every 10 frames keeps
#: random access cheap; without B-frames the first frame stands at time 0 in every player.
_CODEC = "libx264"
_CODEC_OPTIONS = {"crf": "18", "preset": "medium", "g": "10", "bf": "0"}


class VideoFile:
    """An mp4 that is being written.

    Args:
        path: The file; its folder is made.
        rate: Frames a second.

    Attributes:
        frames: Frames added.
        size: Bytes that the encoder has given out so far; it holds some frames back.
    """

    def __init__(self, path: Path, rate: Fraction) -> None:
        import av

        self.frames = 0
        self.size = 0
        self._rate = rate
        self._stream: Any = None
        path.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(str(path), "w", options={"movflags": "faststart"})

    def add(self, image: ImageArray, starts_episode: bool) -> None:
        """Encode one (H, W, 3) uint8 RGB image; all are of one size."""
        import av
        from av.video.frame import PictureType
        from av.video.reformatter import ColorRange, Colorspace

        height, width = image.shape[:2]
        if self._stream is None:
            stream: Any = self._container.add_stream(_CODEC, rate=self._rate, options=dict(_CODEC_OPTIONS))
            stream.width, stream.height = width, height
            stream.pix_fmt = pixel_format(height, width)
            # Written down, since players otherwise guess by the picture's size.
            stream.codec_context.color_range = ColorRange.MPEG
            stream.codec_context.colorspace = Colorspace.ITU601
            self._stream = stream
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        frame.pts, frame.time_base = self.frames, 1 / self._rate
        # An episode that starts with a keyframe can be cut out without the one before.
        frame.pict_type = PictureType.I if starts_episode else PictureType.NONE
        packets = self._stream.encode(frame)
        self._container.mux(packets)
        self.frames += 1
        self.size += sum(packet.size for packet in packets)

    def close(self) -> None:
        """Write what the encoder still holds, and the file's index."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
            self._stream = None
        self._container.close()


def pixel_format(height: int, width: int) -> str:
    """Return FFmpeg's name of how the pixels are stored."""
    # Chroma at half the resolution needs even sides.
    return "yuv420p" if height % 2 == 0 and width % 2 == 0 else "yuv444p"
