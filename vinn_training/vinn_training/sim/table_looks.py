"""Tables and what lies on them: those of the training scenes, and those that training never shows. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from vinn_training.exceptions import SimulationError
from vinn_training.sim.cabinets import Rgb


@dataclass(frozen=True)
class TableLook:
    """What makes one table look unlike the others.

    Attributes:
        name: Unique.
        finish: Surface of the table, a finish of `textures.surface`.
        top: Colour of the table.
        floor: Colour of the floor.
        wall: Colour of the wall.
    """

    name: str
    finish: str
    top: Rgb
    floor: Rgb
    wall: Rgb


@dataclass(frozen=True)
class Palette:
    """Finishes and colours of the things on the table. None is red: red is the circle's.

    Attributes:
        finishes: Finishes of `textures.surface` and patterns of `textures.poster`.
        colors: Colours of surfaces and papers.
        inks: Colours of prints.
    """

    finishes: tuple[str, ...]
    colors: tuple[Rgb, ...]
    inks: tuple[Rgb, ...]


TRAINING_TABLES: tuple[TableLook, ...] = (
    TableLook("beech", "wood", (0.80, 0.66, 0.47), (0.45, 0.44, 0.42), (0.85, 0.85, 0.82)),
    TableLook("white", "plain", (0.88, 0.88, 0.86), (0.55, 0.50, 0.44), (0.70, 0.76, 0.80)),
    TableLook("granite", "stone", (0.42, 0.43, 0.45), (0.66, 0.62, 0.56), (0.90, 0.88, 0.84)),
    TableLook("dark_oak", "wood", (0.40, 0.27, 0.17), (0.60, 0.60, 0.60), (0.80, 0.76, 0.68)),
    TableLook("green_mat", "plain", (0.30, 0.46, 0.36), (0.40, 0.36, 0.32), (0.86, 0.86, 0.86)),
    TableLook("planks", "boards", (0.66, 0.56, 0.42), (0.30, 0.32, 0.36), (0.92, 0.90, 0.85)),
    TableLook("marble", "stone", (0.84, 0.83, 0.80), (0.50, 0.42, 0.36), (0.64, 0.70, 0.66)),
    TableLook("blue_tiles", "tiles", (0.48, 0.60, 0.70), (0.62, 0.58, 0.52), (0.88, 0.84, 0.80)),
    TableLook("grey_bench", "plain", (0.58, 0.59, 0.62), (0.36, 0.34, 0.32), (0.80, 0.84, 0.86)),
)

HELD_OUT_TABLES: tuple[TableLook, ...] = (
    TableLook("held_out_maple", "wood", (0.88, 0.76, 0.58), (0.38, 0.40, 0.42), (0.78, 0.82, 0.76)),
    TableLook("held_out_slate", "stone", (0.28, 0.31, 0.34), (0.70, 0.66, 0.60), (0.84, 0.82, 0.80)),
    TableLook("held_out_sand", "plain", (0.78, 0.72, 0.60), (0.48, 0.50, 0.54), (0.90, 0.92, 0.92)),
    TableLook("held_out_walnut", "boards", (0.48, 0.34, 0.24), (0.56, 0.54, 0.50), (0.74, 0.72, 0.70)),
    TableLook("held_out_mint", "tiles", (0.66, 0.78, 0.72), (0.42, 0.36, 0.32), (0.86, 0.80, 0.76)),
)

TRAINING_PALETTE = Palette(
    finishes=("plain", "wood", "stone", "text", "stripes", "disc"),
    colors=((0.16, 0.32, 0.66), (0.15, 0.48, 0.26), (0.90, 0.76, 0.20), (0.90, 0.90, 0.87), (0.14, 0.14, 0.16),
            (0.44, 0.24, 0.54), (0.70, 0.52, 0.32), (0.30, 0.62, 0.70)),
    inks=((0.08, 0.10, 0.14), (0.12, 0.24, 0.60), (0.94, 0.94, 0.90), (0.10, 0.42, 0.20)),
)  # fmt: skip

HELD_OUT_PALETTE = Palette(
    finishes=("plain", "boards", "grid", "triangle"),
    colors=((0.10, 0.44, 0.46), (0.56, 0.62, 0.20), (0.34, 0.26, 0.22), (0.74, 0.74, 0.78), (0.58, 0.44, 0.66)),
    inks=((0.06, 0.20, 0.30), (0.96, 0.92, 0.70), (0.30, 0.12, 0.36)),
)

_BY_NAME = {look.name: look for look in TRAINING_TABLES + HELD_OUT_TABLES}


def table_look_named(name: str) -> TableLook:
    """Return a table by its name.

    Raises:
        SimulationError: If there is none; the message lists the names.
    """
    if name not in _BY_NAME:
        raise SimulationError(f"unknown table '{name}'; the tables are: {', '.join(_BY_NAME)}")
    return _BY_NAME[name]
