"""Scenes to pretrain in, that no demonstration shows: other kitchens, and tables with things drawn at random."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.sim.cabinet_model import DOOR_JOINT, HANDLE_SITE
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.scene import held_out_scene
from vinn_training.sim.scene_model import build_model
from vinn_training.sim.table_looks import HELD_OUT_TABLES
from vinn_training.sim.table_model import build_table_model, thing_name
from vinn_training.sim.table_scene import SHAPES, Circle, TableScene, TableThing
from vinn_training.sim.table_sim import TABLE_PITCH_RAD
from vinn_training.sim.textures import FINISHES, PATTERNS

#: Largest angle of a door.
_DOOR_RAD = 0.9
#: The demonstrations' scenes have seeds from zero on.
_FIRST_SEED = 1_000_000


class PretrainingScene(NamedTuple):
    """A compiled scene.

    Attributes:
        model: Robot and surroundings.
        pitch_rad: Of the wrist.
        anchors_m: (A, 3) float64, world: what the gripper stays near to.
        door_joint: Name of the joint of a door, empty where there is none.
        door_rad: Its largest angle.
    """

    model: mujoco.MjModel
    pitch_rad: float
    anchors_m: NDArray[np.float64]
    door_joint: str = ""
    door_rad: float = 0.0


def pretraining_scene(number: int, camera: CameraConfig) -> PretrainingScene:
    """Return a scene by its number: kitchens and tables in turn. Equal numbers give equal scenes.

    Args:
        number: Zero or more.
        camera: The wrist camera.

    Raises:
        SimulationError: If MuJoCo refuses the scene.
        MissingDependency: If MuJoCo or the robot description is not installed.
    """
    turn, table = divmod(number, 2)
    if table:
        return _table(np.random.default_rng([_FIRST_SEED, turn]), camera)
    return _kitchen(turn, camera)


def _kitchen(turn: int, camera: CameraConfig) -> PretrainingScene:
    model = build_model(held_out_scene(_FIRST_SEED + turn), camera)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    handle_m = data.site(HANDLE_SITE).xpos.copy()
    return PretrainingScene(model, 0.0, handle_m[None], DOOR_JOINT, _DOOR_RAD)


def _table(rng: np.random.Generator, camera: CameraConfig) -> PretrainingScene:
    """Put one to three things somewhere on a table, and sometimes a disc."""
    look = HELD_OUT_TABLES[int(rng.integers(len(HELD_OUT_TABLES)))]
    things = tuple(_thing(rng) for _ in range(int(rng.integers(1, 4))))
    circle = None
    if rng.random() < 0.5:
        circle = Circle(rng.uniform(-0.15, 0.15), rng.uniform(0.6, 0.9), rng.uniform(0.04, 0.09), _color(rng))
    scene = TableScene(look.name, things, circle, int(rng.integers(2**31)))
    model = build_table_model(scene, camera)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    anchors = [data.body(thing_name(index)).xpos.copy() for index in range(len(things))]
    return PretrainingScene(model, TABLE_PITCH_RAD, np.array(anchors))


def _thing(rng: np.random.Generator) -> TableThing:
    width_m, depth_m, height_m = rng.uniform(0.03, 0.08, size=3)
    looks = FINISHES + PATTERNS
    return TableThing(
        shape=SHAPES[int(rng.integers(len(SHAPES)))],
        width_m=float(width_m),
        depth_m=float(depth_m),
        height_m=float(height_m),
        finish=looks[int(rng.integers(len(looks)))],
        color=_color(rng),
        ink=_color(rng),
        right_m=float(rng.uniform(-0.15, 0.15)),
        away_m=float(rng.uniform(0.6, 0.9)),
        yaw_rad=float(rng.uniform(-np.pi, np.pi)),
    )


def _color(rng: np.random.Generator) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in rng.uniform(0.05, 0.95, size=3))
    return red, green, blue
