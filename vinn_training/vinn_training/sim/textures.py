"""Procedural textures, drawn from a Generator: equal seeds give equal pictures."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import SimulationError
from vinn_training.sim.cabinets import Rgb

FINISHES = ("plain", "wood", "panel", "tiles", "stone", "boards")
PATTERNS = ("text", "disc", "stripes", "triangle", "grid")


def surface(finish: str, color: Rgb, rng: np.random.Generator, size_px: int = 192) -> ImageArray:
    """Draw a surface.

    Args:
        finish: One of FINISHES.
        color: Mean colour, RGB in [0, 1].
        rng: Source of the grain.
        size_px: Edge of the square picture.

    Returns:
        (size_px, size_px, 3) uint8 RGB.

    Raises:
        SimulationError: If there is no such finish.
    """
    shade = np.ones((size_px, size_px))
    if finish == "plain":
        shade += 0.015 * _noise(rng, size_px, 4, 4)
    elif finish in ("wood", "boards"):
        # Long streaks: noise that varies fast across the grain and slowly along it.
        shade += 0.10 * _noise(rng, size_px, 3, 48) + 0.05 * _noise(rng, size_px, 6, 120)
        if finish == "boards":
            shade[:, :: size_px // 4] *= 0.6
    elif finish == "panel":
        shade += 0.015 * _noise(rng, size_px, 4, 4)
        inset = size_px // 7
        cv2.rectangle(shade, (inset, inset), (size_px - inset, size_px - inset), 0.72, 3)
        cv2.rectangle(shade, (inset + 4, inset + 4), (size_px - inset + 4, size_px - inset + 4), 1.10, 2)
    elif finish == "tiles":
        shade += 0.03 * _noise(rng, size_px, 8, 8)
        step = size_px // 4
        for line in range(0, size_px, step):
            shade[line : line + 2, :] = 0.72
            shade[:, line : line + 2] = 0.72
    elif finish == "stone":
        shade += 0.05 * _noise(rng, size_px, 64, 64) + 0.05 * _noise(rng, size_px, 12, 12)
    else:
        raise SimulationError(f"unknown finish '{finish}'; the finishes are: {', '.join(FINISHES)}")
    return _to_image(shade[..., None] * np.asarray(color))


def poster(pattern: str, paper: Rgb, ink: Rgb, rng: np.random.Generator, size_px: int = 96) -> ImageArray:
    """Draw a sign.

    Args:
        pattern: One of PATTERNS.
        paper: Colour of the paper, RGB in [0, 1].
        ink: Colour of the print, RGB in [0, 1].
        rng: Source of the lengths of the lines of "text".
        size_px: Edge of the square picture.

    Returns:
        (size_px, size_px, 3) uint8 RGB.

    Raises:
        SimulationError: If there is no such pattern.
    """
    mask = np.zeros((size_px, size_px), np.uint8)
    s = size_px
    if pattern == "text":
        cv2.rectangle(mask, (s // 8, s // 10), (s * 7 // 8, s // 4), 255, -1)
        for row in range(s // 3, s * 9 // 10, s // 9):
            cv2.rectangle(mask, (s // 8, row), (s // 8 + int(rng.uniform(0.45, 0.75) * s), row + s // 22), 255, -1)
    elif pattern == "disc":
        cv2.circle(mask, (s // 2, s // 2), s * 2 // 5, 255, s // 9)
        cv2.line(mask, (s // 4, s // 4), (s * 3 // 4, s * 3 // 4), 255, s // 10)
    elif pattern == "stripes":
        for start in range(-s, s, s // 4):
            cv2.line(mask, (start, s), (start + s, 0), 255, s // 10)
    elif pattern == "triangle":
        corners = np.array([[s // 2, s // 8], [s // 9, s * 7 // 8], [s * 8 // 9, s * 7 // 8]])
        cv2.polylines(mask, [corners], True, 255, s // 9)
        cv2.line(mask, (s // 2, s // 2 - s // 10), (s // 2, s * 2 // 3), 255, s // 12)
    elif pattern == "grid":
        for line in range(s // 8, s, s // 5):
            cv2.line(mask, (line, 0), (line, s), 255, s // 30)
            cv2.line(mask, (0, line), (s, line), 255, s // 30)
    else:
        raise SimulationError(f"unknown pattern '{pattern}'; the patterns are: {', '.join(PATTERNS)}")
    alpha = (mask / 255.0)[..., None]
    return _to_image(alpha * np.asarray(ink) + (1.0 - alpha) * np.asarray(paper))


def _noise(rng: np.random.Generator, size_px: int, rows: int, columns: int) -> NDArray[np.float64]:
    """Return smooth noise, standard deviation about 1, with so many cells down and across."""
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    return cv2.resize(coarse, (size_px, size_px), interpolation=cv2.INTER_CUBIC).astype(np.float64)


def _to_image(color: NDArray[np.float64]) -> ImageArray:
    return np.clip(np.round(color * 255.0), 0, 255).astype(np.uint8)
