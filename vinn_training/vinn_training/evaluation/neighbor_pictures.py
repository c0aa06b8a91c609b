"""Figure 3: held-out frames beside their nearest demonstration frames, with actions drawn in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from vinn_training.contracts import Action, Demonstration, ImageArray
from vinn_training.demonstrations.action_drawing import draw_action
from vinn_training.exceptions import InvalidInput

#: Side of a picture and height of the words above it, pixels.
_SIDE_PX = 200
_WORDS_PX = 34


@dataclass(frozen=True)
class NeighborRow:
    """A query and what was found.

    Attributes:
        demonstration: The query's, held out.
        frame: Its number.
        action: What the neighbours say.
    """

    demonstration: Demonstration
    frame: int
    action: Action

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "demonstration": self.demonstration.name,
            "frame": self.frame,
            "label": self.demonstration.directions[self.frame].tolist(),
            "label_gripper": float(self.demonstration.gripper[self.frame]),
            "direction": self.action.direction.tolist(),
            "gripper_opening": self.action.gripper_opening,
            "neighbors": [
                {
                    "demonstration": item.demonstration, "frame": item.frame,
                    "distance": item.distance, "weight": item.weight,
                }
                for item in self.action.neighbors
            ],
        }  # fmt: skip


def spread_frames(demonstrations: tuple[Demonstration, ...], count: int) -> list[tuple[Demonstration, int]]:
    """Return frames at even steps over all frames, end to end.

    Raises:
        InvalidInput: If there is no demonstration, or the count is below one.
    """
    places = [(item, frame) for item in demonstrations for frame in range(len(item))]
    if not places or count < 1:
        raise InvalidInput(f"{count} frames of {len(places)} were asked for; expected one or more")
    chosen = np.linspace(0, len(places), min(count, len(places)), endpoint=False, dtype=int)
    return [places[index] for index in chosen]


def draw_neighbors(rows: list[NeighborRow], training: dict[str, Demonstration]) -> ImageArray:
    """Return one picture: a row a query, from the left label, prediction, and neighbours, nearest first.

    Args:
        rows: At least one, with equally many neighbours each.
        training: Demonstrations by name, for the neighbours' pictures.

    Raises:
        InvalidInput: If there is no row.
        InvalidDemonstration: If an image cannot be read.
    """
    if not rows:
        raise InvalidInput("no queries to draw; expected at least one")
    return np.concatenate([_draw_row(row, training) for row in rows])


def _draw_row(row: NeighborRow, training: dict[str, Demonstration]) -> ImageArray:
    query = row.demonstration.load_image(row.frame)
    label = draw_action(_square(query), row.demonstration.directions[row.frame], row.demonstration.gripper[row.frame])
    answer = draw_action(_square(query), row.action.direction, row.action.gripper_opening)
    cells = [
        _with_words(label, "held out: label", f"{row.demonstration.name} {row.frame}"),
        _with_words(answer, "prediction", f"length {np.linalg.norm(row.action.direction):.2f}"),
    ]
    for item in row.action.neighbors:
        source = training[item.demonstration]
        picture = _square(source.load_image(item.frame))
        cells.append(
            _with_words(
                draw_action(picture, source.directions[item.frame], float(source.gripper[item.frame])),
                f"{item.demonstration} {item.frame}",
                f"distance {item.distance:.3g}, weight {item.weight:.2f}",
            )
        )
    return np.concatenate(cells, axis=1)


def _square(image: ImageArray) -> ImageArray:
    return np.asarray(cv2.resize(image, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _with_words(picture: ImageArray, first: str, second: str) -> ImageArray:
    cell = np.full((_SIDE_PX + _WORDS_PX + 4, _SIDE_PX + 4, 3), 255, dtype=np.uint8)
    cell[_WORDS_PX + 2 : -2, 2:-2] = picture
    for text, line in ((first, 13), (second, 28)):
        size = 0.36
        width = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0]
        scale = min(size, size * (_SIDE_PX - 2) / max(1, width))
        cv2.putText(cell, text, (3, line), cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 1, cv2.LINE_AA)
    return cell
