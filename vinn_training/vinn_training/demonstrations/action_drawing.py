"""Actions drawn into pictures.

The direction is in the camera's optical frame, the frame of the picture: x right, y down, z into the scene. Its part in
the picture's plane is an arrow. Its part along the view is a disc: with a cross (an arrow seen from behind) forward,
with a dot (an arrow's tip) backward, and as large as that part is. A frame at rest has a small square. The column at
the right edge is the gripper's opening, filled from below: empty is closed.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM, ImageArray

# Colours, RGB; readable on dark and light pictures because all are drawn with a black edge.
_ARROW = (255, 220, 0)
_FORWARD = (60, 220, 90)
_BACKWARD = (255, 90, 70)
_REST = (220, 220, 220)
_GRIPPER = (80, 190, 255)

#: What the signs mean, for people.
LEGEND = (
    "yellow arrow: motion in the picture's plane; green disc with cross: forward, into the scene; red disc with dot: "
    "backward (larger: more); white square: at rest; blue column: gripper opening (full: open)"
)


def draw_action(image: ImageArray, direction: NDArray[Any], gripper: float) -> ImageArray:
    """Return a copy of a picture with an action drawn into it.

    Args:
        image: (H, W, 3) uint8, RGB.
        direction: (3,), unit length or zeros, camera optical frame.
        gripper: Opening, 0 closed to 1 open.
    """
    canvas = np.ascontiguousarray(image).copy()
    height, width = canvas.shape[:2]
    centre = np.array([width / 2.0, height / 2.0])
    reach = 0.36 * min(width, height)
    edge = max(2, round(min(width, height) / 60))
    if float(np.linalg.norm(direction)) <= REST_NORM:
        _square(canvas, centre, reach * 0.12, edge)
    else:
        _disc(canvas, centre, float(direction[2]), reach, edge)
        tip = centre + reach * np.asarray(direction[:2], dtype=np.float64)
        _arrow(canvas, centre, tip, edge)
    _column(canvas, gripper, edge)
    return canvas


def _point(values: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(values[0])), round(float(values[1]))


def _arrow(image: ImageArray, start: NDArray[np.float64], tip: NDArray[np.float64], edge: int) -> None:
    length = float(np.linalg.norm(tip - start))
    if length < 3 * edge:
        return
    head = min(0.45, 6 * edge / length)
    for colour, thickness in (((0, 0, 0), edge + 2), (_ARROW, edge)):
        cv2.arrowedLine(image, _point(start), _point(tip), colour, thickness, cv2.LINE_AA, tipLength=head)


def _disc(image: ImageArray, centre: NDArray[np.float64], forward: float, reach: float, edge: int) -> None:
    radius = round(reach * 0.5 * abs(forward))
    if radius < 2 * edge:
        return
    colour = _FORWARD if forward > 0.0 else _BACKWARD
    for ink, thickness in (((0, 0, 0), edge + 2), (colour, edge)):
        cv2.circle(image, _point(centre), radius, ink, thickness, cv2.LINE_AA)
        if forward > 0.0:
            arm = radius * 0.7
            for sign in (1.0, -1.0):
                ends = [_point(centre + side * np.array([arm, sign * arm])) for side in (-1.0, 1.0)]
                cv2.line(image, ends[0], ends[1], ink, thickness, cv2.LINE_AA)
        else:
            cv2.circle(image, _point(centre), round(radius * 0.3) + thickness - edge, ink, -1, cv2.LINE_AA)


def _square(image: ImageArray, centre: NDArray[np.float64], half: float, edge: int) -> None:
    low, high = _point(centre - half), _point(centre + half)
    cv2.rectangle(image, low, high, _REST, -1)
    cv2.rectangle(image, low, high, (0, 0, 0), max(1, edge // 2))


def _column(image: ImageArray, gripper: float, edge: int) -> None:
    height, width = image.shape[:2]
    right, bottom, top = width - 1 - edge, height - 1 - edge, round(height * 0.35)
    left = right - 3 * edge
    full = bottom - round((bottom - top) * float(np.clip(gripper, 0.0, 1.0)))
    cv2.rectangle(image, (left, top), (right, bottom), (40, 40, 40), -1)
    if full < bottom:
        cv2.rectangle(image, (left, full), (right, bottom), _GRIPPER, -1)
    cv2.rectangle(image, (left, top), (right, bottom), (0, 0, 0), 1)
