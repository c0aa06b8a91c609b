"""The neighbours image: what the robot sees, what it will do, and the demonstration frames that say so."""

from __future__ import annotations

import cv2
import numpy as np

from vinn_ros.neighbors_view import palette
from vinn_ros.neighbors_view.facts import draw_facts
from vinn_ros.neighbors_view.gauges import Box
from vinn_ros.neighbors_view.lettering import broken, shortened, width_px, wrapped, write
from vinn_ros.neighbors_view.palette import Colour
from vinn_ros.neighbors_view.view import ShownNeighbor, View
from vinn_training.contracts import GripperState, ImageArray
from vinn_training.demonstrations.action_drawing import draw_action

WIDTH_PX, HEIGHT_PX = 640, 480
#: Neighbours that have room.
MOST_NEIGHBORS = 5

_MARGIN_PX = 8
_BANNER_PX = 40
_QUERY = Box(_MARGIN_PX, _BANNER_PX + _MARGIN_PX, 244, 244)
_FACTS = Box(_QUERY.x + _QUERY.width + 12, _QUERY.y, WIDTH_PX - _QUERY.width - 12 - 2 * _MARGIN_PX, _QUERY.height)
_TILES_Y = _QUERY.y + _QUERY.height + _MARGIN_PX
_TILE_PX = (WIDTH_PX - (MOST_NEIGHBORS + 1) * _MARGIN_PX) // MOST_NEIGHBORS


def draw_panel(view: View) -> ImageArray:
    """Return the picture of one action, (480, 640, 3) uint8 RGB."""
    action = view.action
    picture = _ground()
    word, reason, colour = _verdict(view)
    _draw_banner(picture, word, reason, colour, action.gripper)
    if view.query is None:
        _draw_nothing(picture, _QUERY, view.query_problem)
    else:
        query = draw_action(_fitted(view.query, _QUERY), action.direction, action.gripper_opening)
        _paste(picture, query, _QUERY)
    draw_facts(picture, _FACTS, view)
    for index, neighbor in enumerate(view.neighbors[:MOST_NEIGHBORS]):
        _draw_neighbor(
            picture, Box(_MARGIN_PX + index * (_TILE_PX + _MARGIN_PX), _TILES_Y, _TILE_PX, _TILE_PX), neighbor
        )
    return picture


def draw_notice(query: ImageArray | None, reason: str) -> ImageArray:
    """Return the picture for when no action comes: the camera's newest image, and why there is nothing to show.

    Args:
        query: (H, W, 3) uint8 RGB, or None.
        reason: One or two sentences.
    """
    picture = _ground()
    _draw_banner(picture, "NO ACTION", reason, palette.HOLD, None)
    if query is None:
        _draw_nothing(picture, _QUERY, "no camera image either")
    else:
        _paste(picture, _fitted(query, _QUERY), _QUERY)
    return picture


def _ground() -> ImageArray:
    return np.broadcast_to(np.array(palette.BACKGROUND, np.uint8), (HEIGHT_PX, WIDTH_PX, 3)).copy()


def _verdict(view: View) -> tuple[str, str, Colour]:
    """Return the banner's word, its reason and its colour."""
    if view.action.hold:
        return "HOLD", view.action.hold_reason, palette.HOLD
    if view.command is not None and view.command.stopped:
        return "STOPPED", view.command.reason, palette.HOLD
    return "ACTING", "", palette.ACTING


def _draw_banner(picture: ImageArray, word: str, reason: str, colour: Colour, gripper: GripperState | None) -> None:
    picture[:_BANNER_PX] = colour
    write(picture, word, (_MARGIN_PX, 27), palette.INK, 0.7, 2)
    left, right = _MARGIN_PX + width_px(word, 0.7, 2) + 14, WIDTH_PX - _MARGIN_PX
    if gripper is not None:
        right = _draw_gripper_word(picture, gripper) - 8
    rows = wrapped(reason, right - left, 0.4, 2)
    for row, text in enumerate(rows):
        write(picture, text, (left, (25, 17)[len(rows) - 1] + 16 * row), palette.INK, 0.4)


def _draw_gripper_word(picture: ImageArray, gripper: GripperState) -> int:
    """Draw the gripper's state at the banner's right end, and return where that begins."""
    text = gripper.name if gripper != GripperState.UNKNOWN else "NOT DECIDED"
    left = WIDTH_PX - width_px(text, 0.5, 1) - 16
    picture[:_BANNER_PX, left:] = palette.GRIPPER[gripper]
    write(picture, "gripper", (left + 8, 14), palette.BACKGROUND, 0.36)
    write(picture, text, (left + 8, 32), palette.BACKGROUND, 0.5)
    return left


def _draw_neighbor(picture: ImageArray, box: Box, neighbor: ShownNeighbor) -> None:
    asked = neighbor.asked
    if neighbor.picture is None:
        _draw_nothing(picture, box, "no picture")
    else:
        tile = _fitted(neighbor.picture, box)
        if neighbor.direction is not None and neighbor.gripper is not None:
            tile = draw_action(tile, neighbor.direction, neighbor.gripper)
        _paste(picture, tile, box)
    below = box.y + box.height
    picture[below + 1 : below + 5, box.x : box.x + box.width] = palette.EMPTY
    picture[below + 1 : below + 5, box.x : box.x + round(box.width * min(1.0, asked.weight))] = palette.ACTION
    for row, text in enumerate(broken(asked.demonstration, box.width, 0.4)):
        write(picture, text, (box.x, below + 17 + 13 * row), palette.INK, 0.4)
    for row, text in enumerate((f"frame {asked.frame}  w {asked.weight:.2f}", f"distance {asked.distance:.3g}")):
        write(picture, shortened(text, box.width, 0.38), (box.x, below + 43 + 13 * row), palette.DIM, 0.38)


def _draw_nothing(picture: ImageArray, box: Box, text: str) -> None:
    """Draw a grey field with a cross through it, and what is missing."""
    field = picture[box.y : box.y + box.height, box.x : box.x + box.width]
    field[:] = palette.EMPTY
    faint = palette.mixed(palette.EMPTY, palette.INK, 0.8)
    right, bottom = box.x + box.width - 3, box.y + box.height - 3
    cv2.line(picture, (box.x + 2, box.y + 2), (right, bottom), faint, 1, cv2.LINE_AA)
    cv2.line(picture, (box.x + 2, bottom), (right, box.y + 2), faint, 1, cv2.LINE_AA)
    rows = wrapped(text, box.width - 12, 0.4, 5)
    base = box.y + box.height // 2 - 8 * (len(rows) - 1)
    for row, line in enumerate(rows):
        width, y = width_px(line, 0.4), base + 16 * row
        left = box.x + (box.width - width) // 2
        picture[y - 12 : y + 5, left - 3 : left + width + 3] = palette.EMPTY
        write(picture, line, (left, y), palette.NOTE, 0.4)


def _fitted(image: ImageArray, box: Box) -> ImageArray:
    """Return a picture as large as its box allows without stretching it."""
    height, width = image.shape[:2]
    scale = min(box.width / width, box.height / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=method), dtype=np.uint8)


def _paste(picture: ImageArray, tile: ImageArray, box: Box) -> None:
    """Put a picture into the middle of its box."""
    height, width = tile.shape[:2]
    y, x = box.y + (box.height - height) // 2, box.x + (box.width - width) // 2
    picture[y : y + height, x : x + width] = tile
