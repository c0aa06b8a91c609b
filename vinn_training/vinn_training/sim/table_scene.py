"""What varies on a table from one simulated episode to the next.

Places on the table are given in the *table plane*: `right_m` to the right as the wrist camera sees it, from the line
along which the arm extends when the base is at zero; `away_m` along the arm, from the base's axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.cabinets import Rgb
from vinn_training.sim.table_looks import table_look_named
from vinn_training.sim.textures import FINISHES, PATTERNS

Shape = Literal["box", "cylinder", "prism"]
SHAPES: tuple[Shape, ...] = ("box", "cylinder", "prism")

#: Height of the table's surface above the floor.
TABLE_HEIGHT_M = 0.72
#: Where things may be placed: the arm reaches every place within.
PLACES_RIGHT_M = (-0.20, 0.20)
PLACES_AWAY_M = (0.55, 0.92)
_SIZE_M = (0.02, 0.12)


@dataclass(frozen=True)
class TableThing:
    """A thing that stands on the table and can be moved.

    Attributes:
        shape: "box", "cylinder" (upright) or "prism" (upright, six sides).
        width_m: Across the arm: edge of a box, diameter of the circle around the other shapes.
        depth_m: Along the arm, for a box; the other shapes are as deep as they are wide.
        height_m: Height.
        finish: A finish of `textures.surface` or a pattern of `textures.poster`.
        color: Mean colour, or that of the paper, RGB in [0, 1].
        ink: Colour of the print, for a pattern.
        right_m: Place at the start.
        away_m: Place at the start.
        yaw_rad: Turn about the vertical.
        mass_kg: Mass.
        friction: Coefficient of sliding on the table and on other things.

    Raises:
        InvalidInput: If a value is unknown or out of its range.
    """

    shape: Shape
    width_m: float
    depth_m: float
    height_m: float
    finish: str
    color: Rgb
    ink: Rgb
    right_m: float
    away_m: float
    yaw_rad: float = 0.0
    mass_kg: float = 0.15
    friction: float = 0.4

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise InvalidInput(f"thing: shape is {self.shape!r}; expected one of: {', '.join(SHAPES)}")
        if self.finish not in FINISHES + PATTERNS:
            raise InvalidInput(f"thing: finish is {self.finish!r}; expected one of: {', '.join(FINISHES + PATTERNS)}")
        bounds = {
            **dict.fromkeys(("width_m", "depth_m", "height_m"), _SIZE_M),
            "right_m": PLACES_RIGHT_M,
            "away_m": PLACES_AWAY_M,
            "yaw_rad": (-math.pi, math.pi),
            "mass_kg": (0.02, 1.0),
            "friction": (0.1, 1.5),
        }
        _check_bounds(self, "thing", bounds)


@dataclass(frozen=True)
class Circle:
    """A flat disc on the table.

    Attributes:
        right_m: Its centre.
        away_m: Its centre.
        radius_m: Its radius.
        color: RGB in [0, 1].

    Raises:
        InvalidInput: If a number is out of its range.
    """

    right_m: float
    away_m: float
    radius_m: float
    color: Rgb

    def __post_init__(self) -> None:
        bounds = {"right_m": PLACES_RIGHT_M, "away_m": PLACES_AWAY_M, "radius_m": (0.02, 0.12)}
        _check_bounds(self, "circle", bounds)


@dataclass(frozen=True)
class TableScene:
    """One table. Equal configurations give equal pictures and equal physics.

    Attributes:
        look: Name of a table of `table_looks.py`.
        things: What stands on it; the first one is what the robot starts in front of.
        circle: Disc on the table, or None.
        appearance_seed: Seed of light, textures and the papers that lie about.
        lateral_offset_m: Start of the robot beside the first thing, base x axis; zero is in front of it.
        start_distance_m: Distance from the point between the open fingertips to that thing's centre, along the arm.
        height_offset_m: Start height of that point above `WORKING_HEIGHT_M`.

    Raises:
        SimulationError: If there is no such table.
        InvalidInput: If there is nothing on it or a number is out of its range.
    """

    look: str
    things: tuple[TableThing, ...]
    circle: Circle | None = None
    appearance_seed: int = 0
    lateral_offset_m: float = 0.0
    start_distance_m: float = 0.14
    height_offset_m: float = 0.0

    def __post_init__(self) -> None:
        table_look_named(self.look)
        if not self.things:
            raise InvalidInput("table scene: there is nothing on the table; expected one thing or more")
        if self.appearance_seed < 0:
            raise InvalidInput(f"table scene: appearance_seed is {self.appearance_seed}; expected zero or more")
        bounds = {
            "lateral_offset_m": (-0.15, 0.15),
            "start_distance_m": (0.05, 0.25),
            "height_offset_m": (0.0, 0.20),
        }
        _check_bounds(self, "table scene", bounds)

    @property
    def name(self) -> str:
        """Short text that tells scenes apart, for logs and messages."""
        return f"{self.look}/{'+'.join(thing.shape for thing in self.things)}/{self.appearance_seed}"


#: Height of the point between the fingertips above the table at which they touch things and not the table.
WORKING_HEIGHT_M = 0.03


def _check_bounds(item: object, what: str, bounds: dict[str, tuple[float, float]]) -> None:
    for field in fields(item):  # type: ignore[arg-type]
        if field.name in bounds:
            low, high = bounds[field.name]
            value = getattr(item, field.name)
            if not math.isfinite(value) or not low <= value <= high:
                raise InvalidInput(f"{what}: {field.name} is {value}; expected {low} to {high}")
