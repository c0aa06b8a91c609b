"""What varies from one simulated episode to the next, and the seeded draws of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

import numpy as np

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.cabinets import HELD_OUT_CABINETS, TRAINING_CABINETS, Cabinet, cabinet_named
from vinn_training.sim.scene_sets import check_draw

#: Side of a door's hinge, seen by the robot.
Hinge = Literal["right", "left"]
#: Of the doors that are drawn; "both": every cabinet with its hinge on the right, then every one on the left, in turn.
Hinges = Literal["right", "left", "both"]

#: Largest lateral start offset of the seeded scenes, either way.
MAX_LATERAL_M = 0.08

#: Table II of the paper: what is covered with paper. Names are the values of `vinn trials --condition`.
CONDITIONS: dict[str, dict[str, bool | int]] = {
    "none": {},
    "signs": {"signs_covered": True, "handle_covered": True},
    "signs-one-bin": {"signs_covered": True, "handle_covered": True, "bins_covered": 1},
    "signs-both-bins": {"signs_covered": True, "handle_covered": True, "bins_covered": 2},
}

_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_BOUNDS = {
    "lateral_offset_m": (-0.15, 0.15),
    "start_distance_m": (0.08, 0.30),
    "height_offset_m": (-0.08, 0.08),
    "hinge_friction_nm": (0.0, 5.0),
    "hinge_damping_nms": (0.01, 5.0),
    "hinge_stiffness_nm": (0.0, 10.0),
}


@dataclass(frozen=True)
class SceneConfig:
    """One scene. Equal configurations give equal pictures and equal physics.

    Attributes:
        cabinet: Name of a cabinet of `cabinets.py`.
        hinge_side: Side of the hinge, seen by the robot.
        appearance_seed: Seed of light, textures and small shifts of signs and bins.
        lateral_offset_m: Start of the robot along the cabinet's front, base x axis; zero is in front of the handle.
        start_distance_m: Distance from the point between the open fingertips to the handle, at the start.
        height_offset_m: Start height of that point above the handle's centre.
        hinge_friction_nm: Dry friction of the hinge.
        hinge_damping_nms: Damping of the hinge.
        hinge_stiffness_nm: Spring that closes the door, per radian.
        signs_covered: The signs are covered with blank paper (Table II).
        handle_covered: The handle is wrapped in paper (Table II).
        bins_covered: How many of the two bins are covered, the one at the handle's side first (Table II).

    Raises:
        SimulationError: If there is no such cabinet.
        InvalidInput: If another value is out of its range.
    """

    cabinet: str = TRAINING_CABINETS[0].name
    hinge_side: Hinge = "right"
    appearance_seed: int = 0
    lateral_offset_m: float = 0.0
    start_distance_m: float = 0.20
    height_offset_m: float = 0.0
    hinge_friction_nm: float = 0.15
    hinge_damping_nms: float = 0.3
    hinge_stiffness_nm: float = 0.5
    signs_covered: bool = False
    handle_covered: bool = False
    bins_covered: int = 0

    def __post_init__(self) -> None:
        cabinet_named(self.cabinet)
        if self.hinge_side not in get_args(Hinge):
            raise InvalidInput(f"scene: hinge_side is {self.hinge_side!r}; expected 'right' or 'left'")
        if self.appearance_seed < 0:
            raise InvalidInput(f"scene: appearance_seed is {self.appearance_seed}; expected zero or more")
        if self.bins_covered not in (0, 1, 2):
            raise InvalidInput(f"scene: bins_covered is {self.bins_covered}; expected 0, 1 or 2")
        for field in fields(self):
            if field.name in _BOUNDS:
                low, high = _BOUNDS[field.name]
                value = getattr(self, field.name)
                if not math.isfinite(value) or not low <= value <= high:
                    raise InvalidInput(f"scene: {field.name} is {value}; expected {low} to {high}")

    @property
    def name(self) -> str:
        """Short text that tells scenes apart, for logs and messages."""
        covered = "".join(
            suffix
            for suffix, on in (
                ("+signs_covered", self.signs_covered),
                ("+handle_covered", self.handle_covered),
                (f"+bins_covered_{self.bins_covered}", self.bins_covered > 0),
            )
            if on
        )
        side = "" if self.hinge_side == "right" else "/hinge_left"
        return f"{self.cabinet}{side}{covered}/{self.appearance_seed}"


def training_scene(seed: int) -> SceneConfig:
    """Draw a scene with a training cabinet; seeds in a row go round the cabinets.

    Raises:
        InvalidInput: If the seed is negative.
    """
    return _draw(TRAINING_CABINETS, seed, stream=0)


def held_out_scene(seed: int) -> SceneConfig:
    """Draw a scene with a cabinet that training never shows; seeds in a row go round the cabinets.

    Raises:
        InvalidInput: If the seed is negative.
    """
    return _draw(HELD_OUT_CABINETS, seed, stream=1)


def scene_set(name: str, hinges: Hinges = "right") -> Callable[[int], SceneConfig]:
    """Return the function that draws a scene from a seed.

    Args:
        name: Of the set.
        hinges: Of its doors; all else in a scene follows from the seed alone.

    Raises:
        InvalidInput: If there is no such set or side; the message lists them.
    """
    check_draw(name)
    if hinges not in get_args(Hinges):
        raise InvalidInput(f"hinge is '{hinges}'; expected one of: {', '.join(get_args(Hinges))}")
    draw, cabinets = (training_scene, TRAINING_CABINETS) if name == "training" else (held_out_scene, HELD_OUT_CABINETS)
    if hinges == "right":
        return draw

    def draw_hinged(seed: int) -> SceneConfig:
        left = hinges == "left" or seed // len(cabinets) % 2 == 1
        return replace(draw(seed), hinge_side="left" if left else "right")

    return draw_hinged


def with_condition(scene: SceneConfig, condition: str) -> SceneConfig:
    """Apply a row of Table II.

    Args:
        scene: Scene to change.
        condition: A key of CONDITIONS.

    Raises:
        InvalidInput: If there is no such condition; the message lists them.
    """
    if condition not in CONDITIONS:
        raise InvalidInput(f"unknown condition '{condition}'; expected one of: {', '.join(CONDITIONS)}")
    return replace(scene, **CONDITIONS[condition])  # type: ignore[arg-type]


def _draw(cabinets: tuple[Cabinet, ...], seed: int, stream: int) -> SceneConfig:
    check_draw("training", seed)
    rng = np.random.default_rng([seed, stream])
    return SceneConfig(
        cabinet=cabinets[seed % len(cabinets)].name,
        appearance_seed=int(rng.integers(2**31)),
        lateral_offset_m=_lateral_offset_m(seed, len(cabinets)),
        start_distance_m=float(rng.uniform(0.17, 0.23)),
        height_offset_m=float(rng.uniform(-0.02, 0.02)),
        hinge_friction_nm=float(rng.uniform(0.10, 0.25)),
        hinge_damping_nms=float(rng.uniform(0.2, 0.4)),
        hinge_stiffness_nm=float(rng.uniform(0.3, 0.7)),
    )


def _lateral_offset_m(seed: int, count: int) -> float:
    """Return a start that spreads evenly over the range as a cabinet's turn comes again (golden-ratio sequence)."""
    turn, cabinet = divmod(seed, count)
    fraction = (turn * _GOLDEN + cabinet / count) % 1.0
    return MAX_LATERAL_M * (2.0 * fraction - 1.0)
