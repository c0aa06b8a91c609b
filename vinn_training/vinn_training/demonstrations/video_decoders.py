"""Open video files: where their frames are, decoders, and a pool of those that wait for the next frame."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidDemonstration

if TYPE_CHECKING:
    import av

#: Decoders kept open while nobody reads from them. Data sets have hundreds of videos; one open H.264 decoder holds
#: some ten pictures.
IDLE_DECODERS = 8

#: FFmpeg's numbers of what OpenCV converts: unspecified, BT.470BG and SMPTE 170M, all BT.601; unspecified, MPEG range.
_BT601 = (2, 5, 6)
_LIMITED = (0, 1)


class FrameIndex(NamedTuple):
    """Where the frames of a file are, in the order in which they are shown.

    Attributes:
        stamps: (N,) int64, presentation stamps in units of `time_base_s`, rising.
        times_s: (N,) float64, the same in seconds.
        keyframes: (K,) int64, indices of the frames at which decoding can start; the first is 0.
    """

    stamps: NDArray[np.int64]
    times_s: NDArray[np.float64]
    keyframes: NDArray[np.int64]


def scan(path: Path) -> FrameIndex:
    """Return where the frames of a file are; its packets are read, nothing is decoded.

    Raises:
        InvalidDemonstration: If the file is no readable video, or holds no whole frame.
    """
    container = open_video(path)
    with container:
        stream = container.streams.video[0]
        packets = []
        try:
            for packet in container.demux(stream):
                stamp = packet.pts if packet.pts is not None else packet.dts
                if packet.size and stamp is not None and not packet.is_corrupt and not packet.is_discard:
                    packets.append((stamp, packet.is_keyframe))
        except _errors():
            # What came before the damage stays usable; a frame after it is reported when it is asked for.
            pass
        time_base_s = float(stream.time_base or 0)
        first = stream.start_time or 0
    packets.sort()
    starts = [index for index, (_, is_key) in enumerate(packets) if is_key]
    if not starts:
        raise InvalidDemonstration(f"{path}: holds no whole frame; expected a video (is the file truncated?)")
    # Frames before the first keyframe cannot be decoded.
    packets = packets[starts[0] :]
    stamps = np.array([packet[0] for packet in packets], dtype=np.int64)
    return FrameIndex(
        stamps=stamps,
        times_s=np.asarray((stamps - first) * time_base_s, dtype=np.float64),
        keyframes=np.array(starts, dtype=np.int64) - starts[0],
    )


def _errors() -> tuple[type[Exception], ...]:
    import av

    return (av.FFmpegError, ValueError)


def open_video(path: Path) -> av.container.InputContainer:
    """Return the opened file; the caller closes it.

    Raises:
        InvalidDemonstration: If the file is no readable video; the message names it and says why.
    """
    import av

    try:
        container = av.open(str(path))
    except (av.FFmpegError, OSError) as error:
        reason = "no such file" if not path.exists() else f"not a readable video (is it truncated?): {error.strerror}"
        raise InvalidDemonstration(f"{path}: {reason}; expected a whole video file") from error
    if not container.streams.video:
        container.close()
        raise InvalidDemonstration(f"{path}: has no video track")
    return container


class Decoder:
    """One open file, and where in it decoding stands. Used by one thread at a time.

    Args:
        path: The file.
        index: Where its frames are, from `scan`.

    Attributes:
        path: As given.
        index: As given.
        next: The frame that decoding would give next.

    Raises:
        InvalidDemonstration: If the file is no readable video.
    """

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self.path = path
        self.index = index
        self._container = open_video(path)
        self._stream = self._container.streams.video[0]
        self._frames: Iterator[av.VideoFrame] = self._container.decode(self._stream)
        self._broken = False
        self.next = 0

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def cost(self, index: int) -> int:
        """Return how many frames reading frame `index` would decode, itself included."""
        key = int(np.searchsorted(self.index.keyframes, index, side="right")) - 1
        from_keyframe = index - int(self.index.keyframes[key]) + 1
        return min(from_keyframe, index - self.next + 1) if self.next <= index else from_keyframe

    def read(self, index: int) -> tuple[ImageArray, int]:
        """Return frame `index`, (H, W, 3) uint8 RGB, and how many frames were decoded for it.

        Raises:
            InvalidDemonstration: If the file is truncated or damaged there; the decoder is of no use then.
        """
        keyframes = self.index.keyframes
        key = int(np.searchsorted(keyframes, index, side="right")) - 1
        passed = retries = 0
        try:
            if self.next > index or keyframes[key] > self.next:
                self._seek(key)
            for frame in self._frames:
                passed += 1
                # What is predicted from a damaged picture is painted, not seen, until the next keyframe.
                self._broken = frame.is_corrupt or (self._broken and not frame.key_frame)
                if frame.pts is None:
                    continue
                found = int(np.searchsorted(self.index.stamps, frame.pts))
                if found > index and key > 0 and retries < 2:
                    # Some containers seek to a later keyframe than asked for.
                    key, retries = key - 1, retries + 1
                    self._seek(key)
                elif found > index or (found == index and self._broken):
                    break
                elif found == index:
                    self.next = index + 1
                    return _to_rgb(frame), passed
        except _errors() as error:
            raise InvalidDemonstration(
                f"{self.path}: frame {index} cannot be decoded: the file is truncated or damaged there ({error})"
            ) from error
        raise InvalidDemonstration(
            f"{self.path}: frame {index} of {len(self.index.stamps)} cannot be decoded: "
            "the file is truncated or damaged there"
        )

    def _seek(self, key: int) -> None:
        stamp = int(self.index.stamps[self.index.keyframes[key]])
        self._container.seek(stamp, stream=self._stream, backward=True)
        self._frames = self._container.decode(self._stream)
        self._broken = False


def _to_rgb(frame: av.VideoFrame) -> ImageArray:
    """Return (H, W, 3) uint8 RGB."""
    even = frame.width % 2 == 0 and frame.height % 2 == 0
    if frame.format.name == "yuv420p" and even and frame.colorspace in _BT601 and frame.color_range in _LIMITED:
        # FFmpeg's conversion of this usual kind loses 1.4 of 255 levels on average, and takes twice as long.
        rgb = cv2.cvtColor(frame.to_ndarray(format="yuv420p"), cv2.COLOR_YUV2RGB_I420)
        return np.asarray(rgb, dtype=np.uint8)
    return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)


class DecoderPool:
    """Open decoders that nobody reads from now; the one unused longest is closed first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._forget()

    def _forget(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._idle: list[Decoder] = []

    def take(self, places: FrameIndex, index: int) -> Decoder | None:
        """Return the decoder that reaches frame `index` with the least decoding, for this caller alone, or None.

        Args:
            places: The very index that the decoder was made with: a file that was written anew has another.
            index: Number of the frame.
        """
        self._after_fork()
        with self._lock:
            fitting = [decoder for decoder in self._idle if decoder.index is places]
            if not fitting:
                return None
            best = min(fitting, key=lambda decoder: decoder.cost(index))
            self._idle.remove(best)
            return best

    def give(self, decoder: Decoder) -> None:
        """Keep a decoder for the next caller; the one unused longest is closed if there are too many."""
        self._after_fork()
        with self._lock:
            self._idle.append(decoder)
            surplus = self._idle[: -self._capacity]
            del self._idle[: -self._capacity]
        for unused in surplus:
            unused.close()

    def _after_fork(self) -> None:
        """Leave the parent's decoders alone in a forked process: both would move one file position."""
        if self._process != os.getpid():
            # Kept, since closing would wait for threads that the fork did not copy.
            _OF_PARENTS.extend(self._idle)
            self._forget()


_OF_PARENTS: list[Any] = []
POOL = DecoderPool(IDLE_DECODERS)
