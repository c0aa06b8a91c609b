"""Seeded draws of what the table tasks share: the table, the looks of things, the robot's start."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from vinn_training.sim.cabinets import Rgb
from vinn_training.sim.scene_sets import SceneSet, check_draw
from vinn_training.sim.table_looks import (
    HELD_OUT_PALETTE,
    HELD_OUT_TABLES,
    TRAINING_PALETTE,
    TRAINING_TABLES,
    Palette,
    TableLook,
)
from vinn_training.sim.table_scene import SHAPES, Shape

_SETS: dict[SceneSet, tuple[int, tuple[TableLook, ...], Palette]] = {
    "training": (0, TRAINING_TABLES, TRAINING_PALETTE),
    "held-out": (1, HELD_OUT_TABLES, HELD_OUT_PALETTE),
}
# Colours at least this far apart (Euclidean, RGB) stand out from each other.
_STANDS_OUT = 0.35


class ThingLook(NamedTuple):
    """How a thing looks."""

    shape: Shape
    finish: str
    color: Rgb
    ink: Rgb


class TableDraw(NamedTuple):
    """One scene's randomness.

    Attributes:
        rng: Source of every number of the scene.
        table: The table; seeds in a row go round the tables.
        palette: Colours and finishes of the set.
    """

    rng: np.random.Generator
    table: TableLook
    palette: Palette


def begin_draw(scenes: SceneSet, seed: int, stream: int) -> TableDraw:
    """Return a scene's randomness.

    Args:
        scenes: Which tables and colours.
        seed: Of the scene.
        stream: Keeps the tasks' scenes apart.

    Raises:
        InvalidInput: If the seed is negative or there is no such set of scenes.
    """
    check_draw(scenes, seed)
    number, tables, palette = _SETS[scenes]
    return TableDraw(np.random.default_rng([seed, stream, number]), tables[seed % len(tables)], palette)


def draw_look(draw: TableDraw, unlike: tuple[Rgb, ...], shapes: tuple[Shape, ...] = SHAPES) -> ThingLook:
    """Draw a shape, a finish and colours that stand out.

    Args:
        draw: Randomness.
        unlike: Colours that it must not be near to.
        shapes: To choose from.
    """
    rng, palette = draw.rng, draw.palette
    shape = shapes[int(rng.integers(len(shapes)))]
    finish = palette.finishes[int(rng.integers(len(palette.finishes)))]
    others = (draw.table.top, *unlike)
    order = [palette.colors[index] for index in rng.permutation(len(palette.colors))]
    # The first that stands out from all; where none does, the one that stands out most.
    color = max(order, key=lambda candidate: min(_STANDS_OUT, *(math.dist(candidate, other) for other in others)))
    ink = max(
        (palette.inks[index] for index in rng.permutation(len(palette.inks))),
        key=lambda candidate: min(0.5, math.dist(candidate, color)),
    )
    red, green, blue = (float(np.clip(value + rng.uniform(-0.05, 0.05), 0.0, 1.0)) for value in color)
    return ThingLook(shape, finish, (red, green, blue), ink)


def draw_start(draw: TableDraw, lateral_m: float, distance_m: tuple[float, float], height_m: float) -> dict[str, Any]:
    """Draw the light and the robot's start.

    Args:
        draw: Randomness.
        lateral_m: Largest offset to the side.
        distance_m: Least and largest distance before the first thing.
        height_m: Largest height above the working height.

    Returns:
        Arguments of `TableScene`.
    """
    return {
        "look": draw.table.name,
        "appearance_seed": int(draw.rng.integers(2**31)),
        "lateral_offset_m": float(draw.rng.uniform(-lateral_m, lateral_m)),
        "start_distance_m": float(draw.rng.uniform(*distance_m)),
        "height_offset_m": float(draw.rng.uniform(0.0, height_m)),
    }
