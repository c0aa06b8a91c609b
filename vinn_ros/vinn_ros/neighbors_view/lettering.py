"""Text in pictures: shortened or broken so that it never leaves its place."""

from __future__ import annotations

import re

import cv2

from vinn_ros.neighbors_view.palette import Colour
from vinn_training.contracts import ImageArray

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_CUT = ".."
_SPACE = re.compile(r"[^\S ]")
_UNKNOWN = re.compile(r"[^ -~]")


def plain(text: str) -> str:
    """Return a text in the characters that the font has; others become question marks."""
    return _UNKNOWN.sub("?", _SPACE.sub(" ", text))


def width_px(text: str, size: float, thickness: int = 1) -> int:
    """Return how wide a text is drawn."""
    return int(cv2.getTextSize(text, _FONT, size, thickness)[0][0])


def shortened(text: str, limit_px: int, size: float, thickness: int = 1) -> str:
    """Return a text that fits, cut in its middle: names that are alike differ at their ends."""
    text = plain(text)
    for kept in range(len(text), 0, -1):
        head = (kept + 1) // 2
        cut = text if kept == len(text) else text[:head] + _CUT + text[len(text) - (kept - head) :]
        if width_px(cut, size, thickness) <= limit_px:
            return cut
    return ""


def broken(name: str, limit_px: int, size: float) -> list[str]:
    """Return a name in one or two lines that fit, broken after a separator where there is one near the end."""
    name = plain(name)
    fitting = len(name)
    while fitting and width_px(name[:fitting], size) > limit_px:
        fitting -= 1
    if fitting == len(name):
        return [name]
    separator = max(name.rfind(sign, 0, fitting) for sign in "_-. /") + 1
    cut = separator if separator > fitting // 2 else fitting
    return [name[:cut], shortened(name[cut:], limit_px, size)]


def wrapped(text: str, limit_px: int, size: float, lines: int) -> list[str]:
    """Return a text in at most so many lines that fit; what is too long ends the last one cut."""
    rows: list[str] = []
    words = plain(text).split()
    while words and len(rows) < lines - 1:
        count = 1
        while count < len(words) and width_px(" ".join(words[: count + 1]), size) <= limit_px:
            count += 1
        rows.append(shortened(" ".join(words[:count]), limit_px, size))
        words = words[count:]
    if words:
        rows.append(_cut_end(" ".join(words), limit_px, size))
    return rows


def _cut_end(text: str, limit_px: int, size: float) -> str:
    for kept in range(len(text), 0, -1):
        cut = text if kept == len(text) else text[:kept] + _CUT
        if width_px(cut, size) <= limit_px:
            return cut
    return ""


def write(
    picture: ImageArray, text: str, place: tuple[int, int], colour: Colour, size: float = 0.42, thickness: int = 1
) -> None:
    """Write one line into a picture; `place` is its left end on the base line."""
    cv2.putText(picture, plain(text), place, _FONT, size, colour, thickness, cv2.LINE_AA)
