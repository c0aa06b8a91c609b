"""The room around the cabinet: floor, wall, worktop, neighbouring cabinets, light. In the front frame."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vinn_training.sim import textures
from vinn_training.sim.cabinets import Cabinet, Rgb
from vinn_training.sim.engine import mujoco
from vinn_training.sim.groups import DECORATION_GROUP
from vinn_training.sim.scene_builder import SceneBuilder

_WALL_Z_M = -0.64
_WORKTOP_Y_M = 0.88
_NEIGHBOR_WIDTH_M = 0.60


def add_kitchen(builder: SceneBuilder, front: mujoco.MjsBody, cabinet: Cabinet, span_m: tuple[float, float]) -> None:
    """Add the room.

    Args:
        builder: Of the scene's specification.
        front: Body that carries the front frame.
        cabinet: Gives the colours.
        span_m: Left and right edge of the cabinet that opens, front frame x.
    """
    _add_floor_and_wall(builder, front, cabinet)
    _add_worktop(builder, front, cabinet)
    _add_neighbors(builder, front, cabinet, span_m)
    _add_decoration(builder, front, cabinet)


def add_lights(builder: SceneBuilder) -> None:
    """Light the room: a soft light from everywhere and one lamp whose place, strength and tint vary."""
    rng = builder.rng
    ambient = rng.uniform(0.33, 0.40)
    warmth = rng.uniform(-0.03, 0.03)
    tint = np.array([1.0 + warmth, 1.0, 1.0 - warmth])
    head = builder.spec.visual.headlight
    head.ambient = list(ambient * tint)
    head.diffuse = list(rng.uniform(0.14, 0.20) * tint)
    head.specular = [0.0, 0.0, 0.0]
    direction = np.array([rng.uniform(-0.35, 0.35), rng.uniform(-0.85, -0.65), -1.0])
    builder.spec.worldbody.add_light(
        name="lamp",
        type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
        pos=[0.0, 1.0, 2.6],
        dir=list(direction / np.linalg.norm(direction)),
        diffuse=list(rng.uniform(0.48, 0.58) * tint),
        specular=[0.15, 0.15, 0.15],
        castshadow=True,
    )


def _add_floor_and_wall(builder: SceneBuilder, front: mujoco.MjsBody, cabinet: Cabinet) -> None:
    floor_finish = "tiles" if builder.rng.random() < 0.5 else "boards"
    floor = builder.textured("floor", textures.surface(floor_finish, cabinet.floor, builder.rng), (10.0, 10.0))
    # A box: MuJoCo draws a plane as thousands of triangles, which costs more than the whole kitchen.
    builder.box(builder.spec.worldbody, (0.0, 0.0, -0.01), (6.0, 6.0, 0.01), floor, name="floor")
    wall = builder.colored("wall", cabinet.wall, specular=0.0)
    builder.box(front, (0.0, 1.5, _WALL_Z_M - 0.02), (6.0, 1.5, 0.02), wall)
    for x in (-6.0, 6.0):
        builder.box(front, (x, 1.5, 5.0), (0.02, 1.5, 6.0), wall)
    backsplash = builder.textured("backsplash", textures.surface("tiles", _mix(cabinet.wall), builder.rng), (8.0, 2.0))
    builder.box(front, (0.0, 1.17, _WALL_Z_M + 0.004), (1.6, 0.25, 0.004), backsplash, group=DECORATION_GROUP)


def _add_worktop(builder: SceneBuilder, front: mujoco.MjsBody, cabinet: Cabinet) -> None:
    stone = builder.textured("worktop", textures.surface("stone", cabinet.worktop, builder.rng), (3.0, 1.0))
    builder.box(front, (0.0, _WORKTOP_Y_M + 0.02, -0.30), (1.6, 0.02, 0.33), stone)
    plinth = builder.colored("plinth", (0.18, 0.18, 0.19))
    builder.box(front, (0.0, 0.05, -0.33), (1.6, 0.05, 0.28), plinth)


def _add_neighbors(builder: SceneBuilder, front: mujoco.MjsBody, cabinet: Cabinet, span_m: tuple[float, float]) -> None:
    """Add closed cabinets on both sides: drawers on the left, doors on the right."""
    finish = "plain" if cabinet.finish == "panel" else cabinet.finish
    face = builder.textured("neighbor", textures.surface(finish, cabinet.front, builder.cabinet_rng))
    metal = builder.colored("neighbor_handle", cabinet.handle, specular=0.5)
    for edge, direction in ((span_m[0], -1.0), (span_m[1], 1.0)):
        for number in range(2):
            x = edge + direction * (0.022 + _NEIGHBOR_WIDTH_M * (number + 0.5))
            drawers = (0.10, 0.36, 0.62, 0.88) if direction < 0 else (0.10, 0.88)
            for low, high in pairwise(drawers):
                half = (_NEIGHBOR_WIDTH_M / 2 - 0.003, (high - low) / 2 - 0.003, 0.29)
                builder.box(front, (x, (low + high) / 2, -0.29), half, face)
                if number == 0 and direction < 0:
                    # Drawer pulls beside the working handle would be a second handle in the wrist camera's view.
                    continue
                axis, y = ((1, 0, 0), high - 0.06) if direction < 0 else ((0, 1, 0), 0.62)
                offset = 0.0 if direction < 0 else 0.24
                builder.cylinder(front, (x + offset, y, 0.04), 0.007, 0.08, axis, metal, group=DECORATION_GROUP)


def _add_decoration(builder: SceneBuilder, front: mujoco.MjsBody, cabinet: Cabinet) -> None:
    """Add what only the overview shows: wall cupboards, a shelf's worth of jars, a kettle and a plant."""
    face = builder.textured("cupboard", textures.surface("plain", cabinet.front, builder.cabinet_rng))
    for x in (-1.25, -0.63, 0.63, 1.25):
        builder.box(front, (x, 1.75, _WALL_Z_M + 0.17), (0.30, 0.32, 0.16), face, group=DECORATION_GROUP)
    top = _WORKTOP_Y_M + 0.04
    steel = builder.colored("kettle", (0.70, 0.71, 0.73), specular=0.8, shininess=0.7)
    builder.cylinder(front, (0.62, top + 0.09, -0.35), 0.075, 0.09, (0, 1, 0), steel, group=DECORATION_GROUP)
    builder.cylinder(front, (0.62, top + 0.195, -0.35), 0.018, 0.02, (0, 1, 0), steel, group=DECORATION_GROUP)
    jar_colors: tuple[Rgb, ...] = ((0.82, 0.45, 0.25), (0.90, 0.82, 0.55), (0.55, 0.30, 0.22))
    for number, color in enumerate(jar_colors):
        jar = builder.colored(f"jar_{number}", color, specular=0.4)
        center = (-0.55 - 0.13 * number, top + 0.07, -0.42)
        builder.cylinder(front, center, 0.045, 0.07, (0, 1, 0), jar, group=DECORATION_GROUP)
    pot = builder.colored("pot", (0.75, 0.42, 0.30))
    leaves = builder.colored("leaves", (0.20, 0.45, 0.20))
    builder.cylinder(front, (1.15, top + 0.06, -0.36), 0.06, 0.06, (0, 1, 0), pot, group=DECORATION_GROUP)
    for dx, dy, radius in ((0.0, 0.20, 0.08), (-0.06, 0.15, 0.06), (0.06, 0.16, 0.065)):
        builder.cylinder(
            front,
            (1.15 + dx, top + dy, -0.36),
            radius,
            0.03,
            (0, 1, 0),
            leaves,
            group=DECORATION_GROUP,
            capsule=True,
        )


def _mix(color: Rgb) -> Rgb:
    """Return a lighter neighbour of a colour."""
    red, green, blue = (0.5 * value + 0.45 for value in color)
    return red, green, blue
