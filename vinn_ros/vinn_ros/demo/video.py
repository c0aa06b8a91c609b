"""Composes and writes the demo's video: the robot, what its wrist camera sees, and the neighbours that decided."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import MissingDependency

HEIGHT_PX = 480
SIDE_PX = 320
_NEIGHBORS = 4
_THUMBNAIL_PX = SIDE_PX // _NEIGHBORS
_INK = (235, 235, 235)
_ACCENT = (255, 200, 60)


@dataclass(frozen=True)
class Caption:
    """What the side panel says.

    Attributes:
        step: Commands sent so far.
        door_angle_deg: Hinge angle.
        gripper: Gripper command.
        translation: (3,) c (.) a_hat, camera optical frame.
        neighbors: One line per neighbour.
    """

    step: int
    door_angle_deg: float
    gripper: str
    translation: tuple[float, float, float]
    neighbors: tuple[str, ...]


def compose(overview: ImageArray, wrist: ImageArray, thumbnails: list[ImageArray], caption: Caption) -> ImageArray:
    """Return one (480, 960, 3) picture from the overview (480, 640, 3), the wrist image and thumbnails."""
    picture = np.full((HEIGHT_PX, 640 + SIDE_PX, 3), 24, np.uint8)
    picture[:, :640] = cv2.resize(overview, (640, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    side = 240
    left = 640 + (SIDE_PX - side) // 2
    picture[:side, left : left + side] = cv2.resize(wrist, (side, side), interpolation=cv2.INTER_LINEAR)
    _draw_arrow(picture, (left + side // 2, side // 2), caption.translation)
    for index, thumbnail in enumerate(thumbnails[:_NEIGHBORS]):
        x = 640 + index * _THUMBNAIL_PX
        tile = cv2.resize(thumbnail, (_THUMBNAIL_PX - 4, _THUMBNAIL_PX - 4), interpolation=cv2.INTER_AREA)
        picture[262 : 262 + tile.shape[0], x + 2 : x + 2 + tile.shape[1]] = tile
    _write(picture, "nearest demonstration frames", (646, 256), _ACCENT)
    lines = [
        *caption.neighbors[:_NEIGHBORS],
        "",
        f"step {caption.step}   gripper {caption.gripper}",
        f"door {caption.door_angle_deg:.0f} degrees",
    ]
    for index, line in enumerate(lines):
        _write(picture, line, (646, 358 + 18 * index), _INK)
    return picture


def _write(picture: ImageArray, text: str, position: tuple[int, int], colour: tuple[int, int, int]) -> None:
    cv2.putText(picture, text, position, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)


def _draw_arrow(picture: ImageArray, centre: tuple[int, int], translation: tuple[float, float, float]) -> None:
    """Draw right and down as seen; forward as a ring around the centre, backward as a filled dot."""
    right, down, forward = translation
    tip = (int(centre[0] + 90 * right), int(centre[1] + 90 * down))
    cv2.arrowedLine(picture, centre, tip, _ACCENT, 2, cv2.LINE_AA, tipLength=0.3)
    radius = max(1, int(30 * abs(forward)))
    cv2.circle(picture, centre, radius, _ACCENT, 1 if forward > 0 else -1, cv2.LINE_AA)


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
