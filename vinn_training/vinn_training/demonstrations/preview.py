"""Contact sheets: rows of frames with their actions drawn into them, as one picture or web page."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.demonstrations.action_drawing import LEGEND, draw_action
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.images import encode_image
from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

#: Height of a frame on the sheet, pixels.
FRAME_HEIGHT_PX = 168
_GAP_PX = 6
_TITLE_PX = 24

_INK = (30, 30, 30)
_PAPER = 250


def draw_episode(demonstration: Demonstration, frames: int) -> ImageArray:
    """Return one row: frames evenly spread over an episode, first and last included, each with its action.

    Args:
        demonstration: The episode.
        frames: How many at most.

    Raises:
        InvalidDemonstration: If an image cannot be read.
    """
    chosen = np.unique(np.linspace(0, len(demonstration) - 1, min(frames, len(demonstration))).round().astype(int))
    tiles = []
    for index in chosen.tolist():
        image = demonstration.load_image(index)
        width = max(1, round(image.shape[1] * FRAME_HEIGHT_PX / image.shape[0]))
        shrinks = image.shape[0] >= FRAME_HEIGHT_PX
        small = cv2.resize(
            image, (width, FRAME_HEIGHT_PX), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        )
        tile = draw_action(small, demonstration.directions[index], float(demonstration.gripper[index]))  # type: ignore[arg-type]
        _label(tile, str(index))
        tiles.append(cv2.copyMakeBorder(tile, 0, 0, 0, _GAP_PX, cv2.BORDER_CONSTANT, value=(_PAPER,) * 3))
    return np.asarray(np.concatenate(tiles, axis=1), dtype=np.uint8)


def write_preview(dataset: Dataset, output: Path, episodes: int = 6, frames: int = 8) -> list[str]:
    """Write a contact sheet, one file that needs no other.

    Args:
        dataset: As it was read.
        output: File to write, atomically: ".png" for a picture, ".html" for a web page with pictures in it.
        episodes: How many episodes at most, evenly spread over the data set.
        frames: How many frames of each at most.

    Returns:
        Names of the episodes whose images cannot be read; they are left out.

    Raises:
        InvalidInput: If the file's suffix or a number cannot be used, or the file cannot be written.
        InvalidDemonstration: If no episode can be shown.
    """
    if output.suffix.lower() not in (".png", ".html"):
        raise InvalidInput(f"{output}: suffix is {output.suffix!r}; expected .png or .html")
    if episodes < 1 or frames < 1:
        raise InvalidInput(f"episodes is {episodes} and frames {frames}; expected one or more of each")
    count = len(dataset.demonstrations)
    chosen = np.unique(np.linspace(0, count - 1, min(episodes, count)).round().astype(int)).tolist()
    failed: list[str] = []
    rows = list(_rows([dataset.demonstrations[index] for index in chosen], frames, failed))
    if not rows:
        raise InvalidDemonstration(f"{dataset.root}: no image of the {len(chosen)} chosen episodes can be read")
    heading = f"{dataset.root.name}: {len(rows)} of {count} demonstrations, format {dataset.format}"
    data = _png(heading, rows) if output.suffix.lower() == ".png" else _html(heading, rows)
    try:
        replace_file(output, data)
    except OSError as error:
        raise InvalidInput(f"{output}: cannot be written: {error.strerror or error}") from error
    return failed


def _rows(demonstrations: Sequence[Demonstration], frames: int, failed: list[str]) -> Iterator[tuple[str, ImageArray]]:
    for demonstration in demonstrations:
        try:
            row = draw_episode(demonstration, frames)
        except InvalidDemonstration:
            failed.append(demonstration.name)
            continue
        yield f"{demonstration.name}  ({len(demonstration)} frames)", row


def _png(heading: str, rows: list[tuple[str, ImageArray]]) -> bytes:
    width = max(max(row.shape[1] for _, row in rows), 640)
    lines = _wrap(LEGEND, max(40, width // 8))
    parts = [_strip(heading, width, scale=0.55), *(_strip(line, width) for line in lines)]
    for title, row in rows:
        padding = np.full((row.shape[0], width - row.shape[1], 3), _PAPER, dtype=np.uint8)
        parts += [_strip(title, width), np.concatenate([row, padding], axis=1)]
    return encode_image(np.concatenate(parts), ".png")


def _html(heading: str, rows: list[tuple[str, ImageArray]]) -> bytes:
    body = [f"<h1>{html.escape(heading)}</h1>", f"<p>{html.escape(LEGEND)}</p>"]
    for title, row in rows:
        data = base64.b64encode(encode_image(row, ".jpg")).decode("ascii")
        name = html.escape(title)
        body.append(f'<h2>{name}</h2>\n<img alt="{name}" src="data:image/jpeg;base64,{data}">')
    style = "body{font:14px sans-serif;margin:16px}h1{font-size:18px}h2{font-size:14px;margin:14px 0 4px}"
    page = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(heading)}</title>'
        f"<style>{style}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n"
    )
    return page.encode()


def _wrap(text: str, columns: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= columns:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _strip(text: str, width: int, scale: float = 0.42) -> ImageArray:
    """Return a line of text on paper. OpenCV's letters are ASCII only."""
    strip = np.full((_TITLE_PX, width, 3), _PAPER, dtype=np.uint8)
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(strip, plain, (2, _TITLE_PX - 8), cv2.FONT_HERSHEY_SIMPLEX, scale, _INK, 1, cv2.LINE_AA)
    return strip


def _label(image: ImageArray, text: str) -> None:
    for colour, thickness in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(image, text, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, thickness, cv2.LINE_AA)
