"""The kitchen for a flying camera: no robot, a grabber fixed to the camera, and as much or little texture as asked."""

from __future__ import annotations

import math
from typing import Literal

import cv2
import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import SimulationError
from vinn_training.sim import textures
from vinn_training.sim.cabinet_model import HANDLE_RADIUS_M, add_cabinet
from vinn_training.sim.cabinets import cabinet_named
from vinn_training.sim.engine import mujoco
from vinn_training.sim.groups import DECORATION_GROUP, GRIPPER_GROUP
from vinn_training.sim.kitchen_model import add_kitchen, add_lights
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.scene_builder import SceneBuilder

#: Name of the mocap body that carries camera and grabber.
FLYER_BODY = "flyer"
FLYER_CAMERA = "flyer_camera"

Texture = Literal["rich", "low", "bare"]

# Columns: right, up and out of the door, in a world whose z is up.
FRONT_TO_WORLD = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
_WORKTOP_Y_M = 0.92


def build_flight_model(scene: SceneConfig, texture: Texture, vertical_fov_rad: float) -> mujoco.MjModel:
    """Compile the kitchen with a camera that can be put anywhere.

    Args:
        scene: Cabinet, hinge side and appearance.
        texture: "bare" for the kitchen as the simulated trials have it, where the sign on the door is nearly all there
            is to see; "rich" with notes on the fronts, packets on the worktop and prints on the wall, as a lived-in
            kitchen has; "low" with a third of them.
        vertical_fov_rad: Of the camera.

    Returns:
        The model; its world has z up, its front frame is `FRONT_TO_WORLD` at the origin.

    Raises:
        SimulationError: If MuJoCo refuses the model.
    """
    cabinet = cabinet_named(scene.cabinet)
    spec = mujoco.MjSpec()
    spec.modelname = "flight_kitchen"
    spec.stat.extent = 2.5
    spec.visual.map.znear = 0.008
    spec.visual.map.zfar = 10.0
    builder = SceneBuilder(
        spec, np.random.default_rng(scene.appearance_seed), np.random.default_rng(list(cabinet.name.encode()))
    )
    add_lights(builder)
    quaternion = np.zeros(4)
    mujoco.mju_mat2Quat(quaternion, FRONT_TO_WORLD.reshape(-1))
    front = spec.worldbody.add_body(name="front", quat=list(quaternion))
    side = 1.0 if scene.hinge_side == "right" else -1.0
    edges = sorted((side * HANDLE_RADIUS_M, side * (HANDLE_RADIUS_M - cabinet.door_m[0])))
    add_kitchen(builder, front, cabinet, (edges[0], edges[1]))
    add_cabinet(builder, front, scene, cabinet)
    if texture != "bare":
        _add_prints(builder, front, side, 1.0 if texture == "rich" else 1.0 / 3.0)
    _add_flyer(builder, vertical_fov_rad)
    try:
        return spec.compile()
    except ValueError as error:
        raise SimulationError(f"MuJoCo refuses the scene '{scene.name}': {error}") from error


def _add_prints(builder: SceneBuilder, front: mujoco.MjsBody, side: float, share: float) -> None:
    """Add what a lived-in kitchen has: notes on the fronts, packets on the worktop, prints on the wall."""
    rng = builder.rng
    prints = [builder.textured(f"print_{number}", _print(rng)) for number in range(10)]

    def sheet(x: float, y: float, z: float, half_x: float, half_y: float, half_z: float = 0.001) -> None:
        material = prints[int(rng.integers(len(prints)))]
        if rng.random() >= share:
            return
        builder.box(front, (x, y, z), (half_x, half_y, half_z), material, group=DECORATION_GROUP)

    # Fronts beside the door that opens; the door itself keeps its own signs.
    for x in (-0.62, -0.42, -0.24, 0.46, 0.62, 0.82):
        for y in (0.22, 0.38, 0.55, 0.73):
            if -0.1 < side * x < 0.38 or rng.random() < 0.25:
                continue
            at_x, at_y = x + rng.uniform(-0.04, 0.04), y + rng.uniform(-0.04, 0.04)
            sheet(at_x, at_y, 0.0015, rng.uniform(0.04, 0.08), rng.uniform(0.04, 0.07))
    for x in np.linspace(-0.35, 0.35, 5):  # the drawer above the door
        sheet(x + rng.uniform(-0.03, 0.03), 0.845, 0.0015, rng.uniform(0.04, 0.06), 0.022)
    for x in np.linspace(-0.75, 0.75, 9):
        half_y = rng.uniform(0.05, 0.12)
        at_z = rng.uniform(-0.25, -0.06)
        sheet(x + rng.uniform(-0.04, 0.04), _WORKTOP_Y_M + half_y, at_z, rng.uniform(0.04, 0.08), half_y, 0.03)
    for x in np.linspace(-1.0, 1.0, 6):
        sheet(x, rng.uniform(1.15, 1.45), -0.63, rng.uniform(0.08, 0.14), rng.uniform(0.08, 0.14))


def _print(rng: np.random.Generator, size_px: int = 256) -> ImageArray:
    """Draw a packet or poster: blocks, discs and lines of print in a few colours, over a grained ground."""
    ground, *inks = rng.uniform(0.05, 0.95, size=(4, 3))
    picture = textures.surface("stone", (float(ground[0]), float(ground[1]), float(ground[2])), rng, size_px)
    for _ in range(14):
        color = tuple(int(255 * value) for value in inks[int(rng.integers(len(inks)))])
        x, y = (int(value) for value in rng.integers(0, size_px, size=2))
        kind = int(rng.integers(3))
        if kind == 0:
            width, height = (int(value) for value in rng.integers(size_px // 16, size_px // 3, size=2))
            cv2.rectangle(picture, (x, y), (x + width, y + height), color, -1)
        elif kind == 1:
            cv2.circle(picture, (x, y), int(rng.integers(size_px // 24, size_px // 7)), color, -1)
        else:
            word = "".join(chr(int(code)) for code in rng.integers(65, 91, size=5))
            cv2.putText(picture, word, (x // 2, y), cv2.FONT_HERSHEY_SIMPLEX, float(rng.uniform(0.6, 1.8)), color, 3)
    return picture


def _add_flyer(builder: SceneBuilder, vertical_fov_rad: float) -> None:
    """Add camera and grabber. MuJoCo's camera looks along -z with y up."""
    flyer = builder.spec.worldbody.add_body(name=FLYER_BODY, mocap=True)
    flyer.add_camera(name=FLYER_CAMERA, fovy=math.degrees(vertical_fov_rad))
    stick = builder.textured(
        "grabber_stick", textures.poster("stripes", (0.75, 0.75, 0.78), (0.6, 0.1, 0.1), builder.rng)
    )
    rubber = builder.colored("grabber_tip", (0.75, 0.10, 0.08))
    metal = builder.colored("grabber_finger", (0.9, 0.9, 0.9), specular=0.3)
    builder.box(flyer, (0.0, -0.10, -0.20), (0.012, 0.008, 0.10), stick, group=GRIPPER_GROUP)
    builder.box(flyer, (0.0, -0.10, -0.31), (0.018, 0.012, 0.012), rubber, group=GRIPPER_GROUP)
    for x in (-1.0, 1.0):
        axis = (0.35 * x, 0.1, -1.0)
        builder.cylinder(flyer, (0.025 * x, -0.096, -0.35), 0.004, 0.045, axis, metal, group=GRIPPER_GROUP)
        builder.box(flyer, (0.042 * x, -0.09, -0.395), (0.012, 0.008, 0.010), rubber, group=GRIPPER_GROUP)
