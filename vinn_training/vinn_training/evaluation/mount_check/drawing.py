"""Pictures of a check: the way of every point, and what was expected and seen."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.durable_files import replace_file
from vinn_training.evaluation.mount_check.content import report_content
from vinn_training.evaluation.mount_check.report import JogResult, MountReport
from vinn_training.exceptions import InvalidInput

_AGREES, _DISAGREES, _STILL = (80, 220, 80), (255, 80, 80), (150, 150, 150)
_EXPECTED, _SEEN, _INK = (80, 160, 255), (255, 200, 60), (245, 245, 245)
#: Smaller pictures are drawn larger, so that arrows can be told apart.
_WIDTH_PX = 640


def draw_jog(result: JogResult, mask: NDArray[np.uint8] | None) -> ImageArray:
    """Return the picture before a motion with the ways of its points, and the two directions in a corner.

    Green points agree with the direction that was found, red ones do not, grey ones stood still. In the corner the
    expected direction of the camera is blue and the seen one yellow; a ring is forward, a disc backward.

    Args:
        result: Of the motion.
        mask: (H, W) uint8, 0 on the gripper; None draws no outline.
    """
    before = result.jog.before
    scale = max(1.0, _WIDTH_PX / before.shape[1])
    size = (round(before.shape[1] * scale), round(before.shape[0] * scale))
    picture: ImageArray = np.asarray(cv2.resize(before, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    if mask is not None:
        large = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
        outlines, _ = cv2.findContours((large == 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        cv2.drawContours(picture, outlines, -1, _STILL, 1, cv2.LINE_AA)
    motion = result.picture
    for first, second, moves, agrees in zip(
        motion.first_px, motion.second_px, motion.moving, motion.agreeing, strict=True
    ):
        colour = _AGREES if agrees else _DISAGREES if moves else _STILL
        start, end = ((round(float(x + 0.5) * scale), round(float(y + 0.5) * scale)) for x, y in (first, second))
        if moves:
            cv2.arrowedLine(picture, start, end, colour, 1, cv2.LINE_AA, tipLength=0.3)
        else:
            cv2.circle(picture, start, 2, colour, -1, cv2.LINE_AA)
    radius = round(0.07 * size[0])
    foot = (size[0] - round(1.3 * radius), round(1.3 * radius))
    cv2.circle(picture, foot, round(1.15 * radius), (30, 30, 30), -1, cv2.LINE_AA)
    # The expected one is wider, so that it shows where both are the same.
    for direction, colour, thick in ((result.expected, _EXPECTED, 6), (result.seen, _SEEN, 2)):
        if direction is not None:
            _draw_direction(picture, direction, foot, radius, colour, thick)
    off = "" if result.off_deg is None else f", {result.off_deg:.0f} deg off"
    text = f"{result.jog.name}{off}: expected blue, seen yellow"
    picture[-30:] //= 3
    cv2.putText(picture, text, (8, size[1] - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _INK, 1, cv2.LINE_AA)
    return picture


def _draw_direction(
    picture: ImageArray,
    direction: NDArray[np.float64],
    foot: tuple[int, int],
    radius: int,
    colour: tuple[int, int, int],
    thick: int,
) -> None:
    right, down, forward = (float(value) for value in direction)
    tip = (round(foot[0] + radius * right), round(foot[1] + radius * down))
    ring = round(0.5 * radius * abs(forward))
    if ring > 2:
        cv2.circle(picture, foot, ring + thick // 2, colour, thick if forward > 0.0 else -1, cv2.LINE_AA)
    cv2.arrowedLine(picture, foot, tip, colour, thick, cv2.LINE_AA, tipLength=0.25)


def write_check(folder: Path, report: MountReport) -> tuple[Path, ...]:
    """Write `mount_check.json`, and for each motion its picture before, after and with the ways of its points.

    Args:
        folder: Made where it is missing.
        report: What to write.

    Returns:
        The files, the JSON first.

    Raises:
        InvalidInput: If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "mount_check.json"
        replace_file(path, (json.dumps(report_content(report), indent=2) + "\n").encode())
        paths = [path]
        for number, result in enumerate(report.results):
            sign = "plus" if result.jog.name[0] == "+" else "minus"
            for kind, picture in (
                ("before", result.jog.before),
                ("after", result.jog.after),
                ("motion", draw_jog(result, report.mask)),
            ):
                path = folder / f"{number}_{sign}_{result.jog.axis}_{kind}.png"
                coded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1]
                replace_file(path, coded.tobytes())
                paths.append(path)
    except OSError as error:
        raise InvalidInput(f"the check's pictures cannot be written: {error}") from error
    return tuple(paths)
