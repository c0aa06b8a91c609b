"""A few images of a session with the replayed action drawn in, for the report."""

from __future__ import annotations

import cv2
import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.demonstrations.action_drawing import draw_action
from vinn_training.exceptions import InvalidDemonstration
from vinn_training.replay.result import ReplayResult

_SIDE_PX = 220
_WORDS_PX = 20
_COLUMNS = 4


def spread_images(result: ReplayResult, count: int = 8) -> list[int]:
    """Return answered images at even steps over the session."""
    answered = [index for index, item in enumerate(result.frames) if item.decision is not None]
    chosen = np.linspace(0, len(answered), min(count, len(answered)), endpoint=False, dtype=int)
    return [answered[index] for index in chosen]


def farthest_images(result: ReplayResult, count: int = 4) -> list[int]:
    """Return the answered images that are least like any demonstration, in order of time."""
    distances = {
        index: item.decision.action.neighbors[0].distance
        for index, item in enumerate(result.frames)
        if item.decision is not None
    }
    return sorted(sorted(distances, key=lambda index: -distances[index])[:count])


def draw_images(result: ReplayResult, chosen: list[int]) -> bytes:
    """Return a PNG of images side by side, each with its action, number and time; b"" where none can be read."""
    cells = [cell for index in chosen if (cell := _cell(result, index)) is not None]
    if not cells:
        return b""
    blank = np.full_like(cells[0], 255)
    cells += [blank] * (-len(cells) % _COLUMNS) if len(cells) > _COLUMNS else []
    rows = [np.concatenate(cells[start : start + _COLUMNS], axis=1) for start in range(0, len(cells), _COLUMNS)]
    picture = cv2.cvtColor(np.concatenate(rows), cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".png", picture)[1].tobytes())


def _cell(result: ReplayResult, index: int) -> ImageArray | None:
    """Return one picture with words above it, or None where it cannot be read."""
    item = result.frames[index]
    if item.decision is None:
        return None
    try:
        image = item.frame.read()
    except InvalidDemonstration:
        return None
    small = cv2.resize(image, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    action = item.decision.action
    drawn = draw_action(np.asarray(small, dtype=np.uint8), action.direction, action.gripper_opening)
    words = np.full((_WORDS_PX, _SIDE_PX, 3), 255, np.uint8)
    text = f"{index}: {result.time_s(index):.2f} s{', holds' if item.decision.hold else ''}"
    cv2.putText(words, text, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return np.concatenate([words, drawn])
