"""The cabinets: nine to learn from, five never seen in training. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from vinn_training.exceptions import SimulationError

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Sign:
    """A paper on the door.

    Attributes:
        pattern: One of the patterns of `textures.poster`.
        paper: Colour of the paper, RGB in [0, 1].
        ink: Colour of the print, RGB in [0, 1].
        from_handle_m: Centre of the sign: distance from the handle towards the hinge, and height above it.
        size_m: Width and height.
    """

    pattern: str
    paper: Rgb
    ink: Rgb
    from_handle_m: tuple[float, float]
    size_m: tuple[float, float]


@dataclass(frozen=True)
class Cabinet:
    """What makes one cabinet look and measure unlike the others.

    Attributes:
        name: Unique.
        finish: Surface of the doors, a finish of `textures.surface`.
        front: Colour of the doors.
        worktop: Colour of the worktop.
        wall: Colour of the wall.
        floor: Colour of the floor.
        handle: Colour of the handle.
        bins: Colours of the two bins, the one at the handle's side first.
        signs: Papers on the door.
        handle_height_m: Centre of the handle above the floor.
        door_m: Width and height of the door.
    """

    name: str
    finish: str
    front: Rgb
    worktop: Rgb
    wall: Rgb
    floor: Rgb
    handle: Rgb
    bins: tuple[Rgb, Rgb]
    signs: tuple[Sign, ...]
    handle_height_m: float = 0.62
    door_m: tuple[float, float] = (0.40, 0.50)


_STEEL: Rgb = (0.62, 0.63, 0.65)
_BLACK: Rgb = (0.07, 0.07, 0.08)
_BRASS: Rgb = (0.72, 0.56, 0.25)
_WHITE: Rgb = (0.93, 0.93, 0.91)
_RED: Rgb = (0.78, 0.13, 0.12)
_BLUE: Rgb = (0.13, 0.30, 0.68)
_GREEN: Rgb = (0.12, 0.48, 0.24)
_YELLOW: Rgb = (0.93, 0.78, 0.18)
_GREY: Rgb = (0.45, 0.46, 0.48)

TRAINING_CABINETS: tuple[Cabinet, ...] = (
    Cabinet("white_office", "plain", (0.86, 0.86, 0.84), (0.40, 0.38, 0.36), (0.80, 0.82, 0.80), (0.55, 0.52, 0.48),
            _STEEL, (_BLUE, _GREEN), (Sign("text", _WHITE, _RED, (0.16, 0.03), (0.16, 0.20)),)),
    Cabinet("oak", "wood", (0.66, 0.47, 0.28), (0.80, 0.78, 0.74), (0.88, 0.85, 0.78), (0.62, 0.60, 0.57),
            _BLACK, (_GREY, _BLACK), (Sign("disc", _WHITE, _GREEN, (0.17, 0.02), (0.14, 0.14)),), 0.60),
    Cabinet("navy", "plain", (0.15, 0.22, 0.36), (0.86, 0.84, 0.80), (0.90, 0.90, 0.90), (0.70, 0.62, 0.50),
            _BRASS, (_WHITE, _GREY), (Sign("stripes", _YELLOW, _BLACK, (0.15, 0.04), (0.13, 0.17)),), 0.63),
    Cabinet("walnut", "wood", (0.36, 0.22, 0.14), (0.25, 0.25, 0.27), (0.75, 0.72, 0.66), (0.45, 0.40, 0.36),
            _STEEL, (_GREEN, _BLUE), (Sign("text", _WHITE, _BLUE, (0.17, 0.00), (0.15, 0.21)),), 0.61),
    Cabinet("sage", "panel", (0.55, 0.64, 0.52), (0.70, 0.58, 0.42), (0.93, 0.91, 0.85), (0.50, 0.50, 0.50),
            _BRASS, (_BLACK, _WHITE), (Sign("triangle", _WHITE, _RED, (0.18, 0.02), (0.13, 0.13)),), 0.64),
    Cabinet("grey_lab", "plain", (0.52, 0.54, 0.57), (0.20, 0.20, 0.22), (0.84, 0.86, 0.88), (0.36, 0.38, 0.42),
            _BLACK, (_RED, _BLUE), (Sign("grid", _WHITE, _BLACK, (0.16, 0.03), (0.18, 0.18)),), 0.59),
    Cabinet("birch", "wood", (0.85, 0.75, 0.58), (0.55, 0.52, 0.50), (0.70, 0.78, 0.82), (0.66, 0.62, 0.56),
            _STEEL, (_GREY, _RED), (Sign("disc", _BLUE, _WHITE, (0.15, 0.04), (0.15, 0.15)),
                                    Sign("text", _WHITE, _BLACK, (0.20, -0.15), (0.12, 0.09))), 0.62),
    Cabinet("burgundy", "panel", (0.44, 0.14, 0.16), (0.83, 0.80, 0.76), (0.85, 0.80, 0.72), (0.58, 0.48, 0.38),
            _STEEL, (_WHITE, _GREEN), (Sign("text", _WHITE, _BLACK, (0.16, 0.02), (0.15, 0.20)),), 0.60),
    Cabinet("teal", "plain", (0.20, 0.46, 0.48), (0.78, 0.74, 0.68), (0.95, 0.94, 0.92), (0.40, 0.42, 0.46),
            _BLACK, (_YELLOW, _GREY), (Sign("stripes", _WHITE, _RED, (0.17, 0.03), (0.14, 0.14)),), 0.63),
)  # fmt: skip

HELD_OUT_CABINETS: tuple[Cabinet, ...] = (
    Cabinet("held_out_cream", "panel", (0.90, 0.85, 0.72), (0.35, 0.30, 0.28), (0.78, 0.84, 0.78), (0.60, 0.52, 0.44),
            _BLACK, (_GREEN, _GREY), (Sign("triangle", _YELLOW, _BLACK, (0.16, 0.03), (0.16, 0.15)),), 0.61),
    Cabinet("held_out_cherry", "wood", (0.55, 0.27, 0.17), (0.74, 0.73, 0.70), (0.86, 0.86, 0.82), (0.52, 0.50, 0.46),
            _STEEL, (_BLUE, _WHITE), (Sign("grid", _WHITE, _BLUE, (0.17, 0.02), (0.15, 0.17)),), 0.62),
    Cabinet("held_out_slate", "plain", (0.29, 0.33, 0.37), (0.88, 0.87, 0.85), (0.80, 0.76, 0.70), (0.64, 0.58, 0.48),
            _STEEL, (_RED, _BLACK), (Sign("text", _WHITE, _GREEN, (0.16, 0.04), (0.17, 0.19)),), 0.60),
    Cabinet("held_out_mint", "plain", (0.66, 0.80, 0.74), (0.48, 0.44, 0.40), (0.92, 0.90, 0.90), (0.44, 0.44, 0.46),
            _BRASS, (_GREY, _BLUE), (Sign("disc", _WHITE, _RED, (0.18, 0.01), (0.13, 0.16)),), 0.63),
    Cabinet("held_out_ash", "wood", (0.72, 0.66, 0.58), (0.22, 0.24, 0.26), (0.82, 0.80, 0.84), (0.70, 0.66, 0.60),
            _BLACK, (_WHITE, _RED), (Sign("stripes", _WHITE, _BLUE, (0.15, 0.02), (0.15, 0.18)),), 0.61),
)  # fmt: skip

_BY_NAME = {cabinet.name: cabinet for cabinet in TRAINING_CABINETS + HELD_OUT_CABINETS}


def cabinet_named(name: str) -> Cabinet:
    """Return a cabinet by its name.

    Raises:
        SimulationError: If there is none; the message lists the names.
    """
    if name not in _BY_NAME:
        raise SimulationError(f"unknown cabinet '{name}'; the cabinets are: {', '.join(_BY_NAME)}")
    return _BY_NAME[name]
