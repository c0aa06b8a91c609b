"""Videos decoded frame by frame, upright, each with its own time; damaged ones as far as they are good."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidDemonstration, MissingDependency

#: Intervals this far from their median, relative to it, are not rounding of time stamps.
_RATE_TOLERANCE = 0.25
#: One gap, or frames missing at a cut end, are no variable rate: so large a part of the intervals must differ.
_VARIABLE_SHARE = 0.05
#: Fixed point of the display matrix's upper left part.
_MATRIX_ONE = 65536.0


@dataclass(frozen=True)
class VideoInfo:
    """What a video says about itself.

    Attributes:
        path: The file.
        width: Of the upright picture, pixels.
        height: Of the upright picture, pixels.
        rate_hz: Frames a second, on average; 0 for a single frame.
        duration_s: From the first frame to the end of the last.
        rotation_deg: Anticlockwise turn that makes the stored picture upright: 0, 90, 180 or 270.
        variable_rate: Whether intervals between frames differ, more than by single gaps.
    """

    path: Path
    width: int
    height: int
    rate_hz: float
    duration_s: float
    rotation_deg: int
    variable_rate: bool


@dataclass(frozen=True)
class VideoFrame:
    """One decoded frame.

    Attributes:
        index: Number among the good frames of the video, from 0.
        time_s: Presentation time since the first frame.
        image: (H, W, 3) uint8, RGB, upright.
    """

    index: int
    time_s: float
    image: ImageArray


def probe(path: Path) -> VideoInfo:
    """Return what a video says about itself, from its time stamps and its first frame.

    Raises:
        InvalidDemonstration: If the file is no video or no frame of it can be decoded; the message names it.
        MissingDependency: If PyAV is not installed.
    """
    reader = FrameReader(path)
    height, width = next(reader).image.shape[:2]
    reader.close()
    av = _import_av()
    with _open(av, path) as container:
        stream = _video_stream(container, path)
        stamps = {packet.pts for packet in _packets(av, container, stream) if packet.pts is not None}
        times_s = np.array(sorted(float(stamp * stream.time_base) for stamp in stamps))
        fallback_s = 1.0 / float(stream.average_rate or 30)
    intervals_s = np.diff(times_s)
    usual_s = float(np.median(intervals_s)) if len(intervals_s) else fallback_s
    allowed = _VARIABLE_SHARE * len(intervals_s)
    return VideoInfo(
        path=path,
        width=width,
        height=height,
        rate_hz=len(intervals_s) / float(times_s[-1] - times_s[0]) if len(intervals_s) else 0.0,
        duration_s=float(times_s[-1] - times_s[0]) + usual_s if len(times_s) else usual_s,
        rotation_deg=reader.rotation_deg,
        variable_rate=bool(np.sum(np.abs(intervals_s - usual_s) > _RATE_TOLERANCE * usual_s) > allowed),
    )


def frames(path: Path, wanted: Callable[[float], bool] | None = None) -> FrameReader:
    """Return an iterator over the frames of a video, whose `faults` say what was left out.

    Args:
        path: The file.
        wanted: Called with each frame's time in seconds; only frames for which it returns True are converted and
            yielded (their numbers count the others, too). None takes all.

    Raises:
        InvalidDemonstration: While iterating, if the file is no video or no frame of it can be decoded.
        MissingDependency: If PyAV is not installed.
    """
    return FrameReader(path, wanted)


class FrameReader(Iterator[VideoFrame]):
    """Iterates over a video; see `frames`.

    A frame that is damaged, and all that are predicted from it, are left out: decoders paint something in their
    place, which would be taken for the scene.

    Attributes:
        path: The file.
        faults: What was wrong so far; complete once the iterator is exhausted.
        decoded: Number of good frames so far.
        rotation_deg: Anticlockwise turn that makes the stored picture upright; known after the first frame.
    """

    def __init__(self, path: Path, wanted: Callable[[float], bool] | None = None) -> None:
        self.path = path
        self.faults: list[str] = []
        self.decoded = 0
        self.rotation_deg = 0
        self._wanted = wanted
        self._frames = self._read()

    def __next__(self) -> VideoFrame:
        return next(self._frames)

    def close(self) -> None:
        """Close the file early."""
        self._frames.close()

    def _read(self) -> Generator[VideoFrame, None, None]:
        av = _import_av()
        lost = late = 0
        start_s = last_s = -1.0
        broken = False
        with _open(av, self.path) as container:
            stream = _video_stream(container, self.path)
            interval_s = 1.0 / float(stream.average_rate or 30)
            for frame in _decoded(av, container, stream):
                # After damage, pictures are good again from the next that is predicted from no other.
                broken = frame is None or frame.is_corrupt or (broken and not frame.key_frame)
                if broken:
                    lost += 1
                    if lost == 1:
                        self.faults.append(f"damaged from {last_s - start_s + interval_s if self.decoded else 0:.2f} s")
                    continue
                time_s = frame.time if frame.time is not None else last_s + interval_s
                if self.decoded and time_s <= last_s:
                    late += 1
                    continue
                start_s = start_s if self.decoded else time_s
                last_s = time_s
                self.decoded += 1
                self.rotation_deg = _orientation(frame)[0]
                if self._wanted is None or self._wanted(time_s - start_s):
                    yield VideoFrame(self.decoded - 1, time_s - start_s, _upright(frame))
            declared_s = float(stream.duration * stream.time_base) if stream.duration else 0.0
        if self.decoded == 0:
            raise InvalidDemonstration(
                f"{self.path}: no frame of it can be decoded; expected a whole video: copy it again"
            )
        self._conclude(lost, late, last_s - start_s + interval_s, declared_s, interval_s)

    def _conclude(self, lost: int, late: int, end_s: float, declared_s: float, interval_s: float) -> None:
        if lost:
            self.faults[0] += f"; {lost} frames or packets left out"
        if late:
            self.faults.append(f"{late} frames left out whose time stamp is not later than the one before")
        if declared_s - end_s > 2.5 * interval_s:
            self.faults.append(f"ends at {end_s:.2f} s of {declared_s:.2f} s: cut off, or damaged at the end")


def _import_av() -> Any:
    try:
        import av
    except ImportError as error:
        raise MissingDependency("reading a video needs PyAV; install it with: pip install av") from error
    return av


def _open(av: Any, path: Path) -> Any:
    """Return the opened container."""
    try:
        return av.open(str(path))
    except (av.error.FFmpegError, OSError) as error:
        if not path.is_file():
            raise InvalidDemonstration(f"{path}: no such file; expected a video") from error
        raise InvalidDemonstration(
            f"{path}: cannot be opened as a video ({error.strerror}, {path.stat().st_size} bytes); expected MP4, MOV, "
            "MKV, WebM or AVI. A recording that was cut off before its index was written needs a repair tool first"
        ) from error


def _video_stream(container: Any, path: Path) -> Any:
    stream = container.streams.best("video")
    if stream is None:
        kinds = sorted({stream.type for stream in container.streams}) or ["nothing"]
        raise InvalidDemonstration(f"{path}: holds no pictures, only {', '.join(kinds)}; expected a video")
    # Decoding whole frames in threads is faster, and H.264's decoder reports more of the damaged ones then.
    stream.thread_type = "AUTO"
    return stream


def _packets(av: Any, container: Any, stream: Any) -> Iterator[Any]:
    """Yield the stream's packets as far as the file can be read."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.error.FFmpegError:
            return
        if packet is None:
            return
        yield packet


def _decoded(av: Any, container: Any, stream: Any) -> Iterator[Any]:
    """Yield decoded frames, and None for each packet that is damaged."""
    for packet in _packets(av, container, stream):
        try:
            found = packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            yield None
            continue
        yield from found


def _orientation(frame: Any) -> tuple[int, bool]:
    """Return the anticlockwise turn (degrees) that makes a stored picture upright, and whether to mirror it before."""
    matrix = next((bytes(item) for item in frame.side_data if item.type.name == "DISPLAYMATRIX"), None)
    if matrix is None:
        return 0, False
    # Columns (u, v, w) of the format hold perspective, which no camera writes. x' = a x + c y, y' = b x + d y.
    a, b, _, c, d = np.frombuffer(matrix, dtype="=i4")[:5] / _MATRIX_ONE
    mirrored = bool(a * d - b * c < 0.0)
    if mirrored:
        a, b = -a, -b
    turn_deg = float(np.degrees(np.arctan2(c, d)))
    return round(turn_deg / 90.0) * 90 % 360, mirrored


def _upright(frame: Any) -> ImageArray:
    """Return a decoded frame as (H, W, 3) uint8 RGB, turned as the file asks for."""
    image: ImageArray = frame.to_ndarray(format="rgb24")
    turn_deg, mirrored = _orientation(frame)
    if mirrored:
        image = image[:, ::-1]
    return np.ascontiguousarray(np.rot90(image, turn_deg // 90))
