"""Bars of the panel: the gripper's opening against its thresholds, the nearest distance against the holding one."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from vinn_ros.neighbors_view import palette
from vinn_ros.neighbors_view.palette import Colour, mixed
from vinn_ros.neighbors_view.view import SettingsReading
from vinn_training.contracts import GripperState, ImageArray


class Box(NamedTuple):
    """A place in a picture, pixels: left, top, width and height."""

    x: int
    y: int
    width: int
    height: int

    def at(self, value: float) -> int:
        """Return the column of a value from 0 (left end) to 1 (right end)."""
        return self.x + round((self.width - 1) * float(np.clip(value, 0.0, 1.0)))


def draw_gripper(
    picture: ImageArray, box: Box, opening: float, state: GripperState, settings: SettingsReading | None
) -> None:
    """Draw the regressed opening, closed at the left end: a pointer over the ranges that close and open the gripper.

    Args:
        picture: Drawn into.
        box: Where.
        opening: 0 closed to 1 open.
        state: Of the gripper; the pointer has its colour.
        settings: With the thresholds; None draws no ranges.
    """
    _fill(picture, box, 0.0, 1.0, palette.EMPTY)
    if settings is not None:
        for start, end, kind in (
            (0.0, settings.close_below, GripperState.CLOSED),
            (settings.open_above, 1.0, GripperState.OPEN),
        ):
            _fill(picture, box, start, end, mixed(palette.GRIPPER[kind], palette.BACKGROUND, 0.45))
    _point_at(picture, box, opening, palette.GRIPPER[state])


def draw_distance(picture: ImageArray, box: Box, quantile: float, hold: bool, hold_above: float | None) -> None:
    """Draw where the nearest distance falls among those of held-out frames; a mark where the policy begins to hold.

    Args:
        picture: Drawn into.
        box: Where.
        quantile: 0 to 1.
        hold: Whether the policy holds.
        hold_above: Quantile above which it holds; None draws no mark.
    """
    _fill(picture, box, 0.0, 1.0, palette.EMPTY)
    _fill(picture, box, 0.0, quantile, palette.HOLD if hold else palette.ACTING)
    if hold_above is not None:
        column = box.at(hold_above)
        ends = (column, box.y - 3), (column, box.y + box.height + 2)
        cv2.line(picture, *ends, palette.HOLD, 3)


def _fill(picture: ImageArray, box: Box, start: float, end: float, colour: Colour) -> None:
    left, right = box.at(start), box.at(end)
    if right > left:
        picture[box.y : box.y + box.height, left : right + 1] = colour


def _point_at(picture: ImageArray, box: Box, value: float, colour: Colour) -> None:
    column = box.at(value)
    for ink, grown in (((0, 0, 0), 2), (colour, 0)):
        low = column - 3 - grown, box.y - 3 - grown
        high = column + 3 + grown, box.y + box.height + 2 + grown
        cv2.rectangle(picture, low, high, ink, -1)
