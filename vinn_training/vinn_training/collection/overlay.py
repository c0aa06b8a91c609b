"""The video that shows what was labelled: direction, gripper, mask and dropped frames drawn over the pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM, FloatArray, ImageArray
from vinn_training.exceptions import InvalidInput, MissingDependency

_ARROW = (255, 200, 60)
_BAD = (255, 80, 80)
_INK = (245, 245, 245)
_MASK = (80, 220, 255)


@dataclass(frozen=True)
class OverlayLabel:
    """What is drawn over one picture.

    Attributes:
        text: Line at the top.
        direction: (3,) unit or zero, camera optical frame; None where the frame was dropped.
        gripper: Opening in [0, 1], or None.
        reason: Why the frame was dropped; empty if it was not.
    """

    text: str
    direction: FloatArray | None
    gripper: float | None
    reason: str = ""


def draw_overlay(image: ImageArray, label: OverlayLabel, mask: NDArray[np.uint8] | None) -> ImageArray:
    """Return a copy of an (H, W, 3) RGB picture with its label drawn over it.

    The arrow points right and down as the camera moves in its picture; a ring around its foot is motion forward, a
    filled disc motion backward, both as large as the motion is along the view.

    Args:
        image: (H, W, 3) uint8.
        label: What to draw.
        mask: (H', W') uint8 of the same aspect ratio, 0 where the grabber is; None draws no outline.
    """
    picture = np.ascontiguousarray(image).copy()
    height, width = picture.shape[:2]
    unit = max(width, height) / 640.0
    thick = max(1, round(2 * unit))
    if mask is not None:
        small = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST)
        outlines, _ = cv2.findContours((small == 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        cv2.drawContours(picture, outlines, -1, _MASK, max(1, thick // 2), cv2.LINE_AA)
    if label.direction is not None:
        _draw_direction(picture, label.direction, thick)
    if label.text:
        _write(picture, label.text, (8 * unit, 20 * unit), _INK, unit)
    if label.reason:
        _write(picture, label.reason, (8 * unit, 44 * unit), _BAD, unit)
    if label.gripper is not None:
        _draw_gripper(picture, label.gripper, unit)
    return picture


def write_overlay(path: Path, pictures: Iterable[ImageArray], rate_hz: float) -> None:
    """Write pictures as H.264 video.

    Args:
        path: File to write, ending in .mp4.
        pictures: (H, W, 3) uint8 RGB, all of one size; an odd last row or column is left out, as the format needs.
        rate_hz: Pictures a second on playing.

    Raises:
        InvalidInput: If there are no pictures.
        MissingDependency: If PyAV is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise MissingDependency("writing a video needs PyAV; install it with: pip install av") from error
    stream: Any = None
    with av.open(str(path), "w") as container:
        for picture in pictures:
            height, width = (side // 2 * 2 for side in picture.shape[:2])
            if stream is None:
                stream = container.add_stream("libx264", rate=Fraction(rate_hz).limit_denominator(1000))
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.options = {"crf": "23", "preset": "veryfast"}
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="rgb24")
            container.mux(stream.encode(frame))
        if stream is None:
            raise InvalidInput(f"{path}: no pictures to write; expected at least one")
        container.mux(stream.encode())


def _draw_direction(picture: ImageArray, direction: FloatArray, thick: int) -> None:
    height, width = picture.shape[:2]
    foot = (width // 2, height // 2)
    if np.linalg.norm(direction) <= REST_NORM:
        half = 5 * thick
        cv2.rectangle(picture, (foot[0] - half, foot[1] - half), (foot[0] + half, foot[1] + half), _ARROW, thick)
        return
    right, down, forward = (float(value) for value in direction)
    reach = 0.35 * min(height, width)
    tip = (round(foot[0] + reach * right), round(foot[1] + reach * down))
    radius = max(1, round(0.12 * min(height, width) * abs(forward)))
    cv2.circle(picture, foot, radius, _ARROW, thick if forward > 0 else -1, cv2.LINE_AA)
    cv2.arrowedLine(picture, foot, tip, _INK, thick + 2, cv2.LINE_AA, tipLength=0.25)
    cv2.arrowedLine(picture, foot, tip, _ARROW, thick, cv2.LINE_AA, tipLength=0.25)


def _draw_gripper(picture: ImageArray, opening: float, unit: float) -> None:
    """Draw a bar at the right border, full where the gripper is open."""
    height, width = picture.shape[:2]
    left, right = round(width - 22 * unit), round(width - 8 * unit)
    top, bottom = round(0.2 * height), round(0.8 * height)
    cv2.rectangle(picture, (left, round(bottom - opening * (bottom - top))), (right, bottom), _ARROW, -1)
    cv2.rectangle(picture, (left, top), (right, bottom), _INK, max(1, round(unit)))


def _write(
    picture: ImageArray, text: str, place: tuple[float, float], colour: tuple[int, int, int], unit: float
) -> None:
    left, base = round(place[0]), round(place[1])
    size, thick = 0.5 * unit, max(1, round(unit))
    (width, height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    margin = round(3 * unit)
    # Darkened, so that it can be read over any scene.
    behind = picture[max(0, base - height - margin) : base + below, max(0, left - margin) : left + width + margin]
    behind //= 3
    cv2.putText(picture, text, (left, base), cv2.FONT_HERSHEY_SIMPLEX, size, colour, thick, cv2.LINE_AA)
