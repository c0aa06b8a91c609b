"""Puts robot, table, and what stands on it together into one compiled MuJoCo model."""

from __future__ import annotations

import math

import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.sim import textures
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.groups import ROBOT_CONTACT, SCENE_CONTACT, SCENE_GROUP, THING_CONTACT
from vinn_training.sim.robot_model import GRASP_X_M
from vinn_training.sim.robot_scene import begin_robot_scene, compile_scene
from vinn_training.sim.scene_builder import SceneBuilder
from vinn_training.sim.table_looks import TableLook, table_look_named
from vinn_training.sim.table_scene import TABLE_HEIGHT_M, Circle, TableScene, TableThing

# Edges of the table: the base stands before the near one, the arm reaches over it.
_NEAR_EDGE_AWAY_M = 0.40
_FAR_EDGE_AWAY_M = 1.15
_HALF_WIDTH_M = 0.80
_WALL_AWAY_M = 1.9
_PRISM_SIDES = 6
# A thing starts this far above the table, so that nothing touches at the start.
_DROP_M = 0.0005


def thing_name(index: int) -> str:
    """Return the name of the body, and of the shape, of a scene's thing by its place in the scene."""
    return f"thing_{index}"


def to_world_m(right_m: float, away_m: float, above_m: float = 0.0) -> tuple[float, float, float]:
    """Return a place of the table plane in the world, whose x is the robot's forward and -y is along its arm."""
    return GRASP_X_M - right_m, -away_m, TABLE_HEIGHT_M + above_m


def build_table_model(scene: TableScene, camera: CameraConfig) -> mujoco.MjModel:
    """Compile a scene.

    Args:
        scene: What to build.
        camera: The wrist camera.

    Returns:
        The model; its world has z up and the arm along -y.

    Raises:
        SimulationError: If MuJoCo refuses the model.
        MissingDependency: If the robot description is not installed.
    """
    look = table_look_named(scene.look)
    lateral_m = scene.lateral_offset_m - scene.things[0].right_m
    builder = begin_robot_scene("stretch_table", lateral_m, camera, scene.appearance_seed, look.name)
    _add_room(builder, look)
    _add_table(builder, look)
    _add_papers(builder)
    if scene.circle is not None:
        _add_circle(builder, scene.circle)
    for index, thing in enumerate(scene.things):
        _add_thing(builder, thing_name(index), thing)
    return compile_scene(builder, scene.name)


def _add_room(builder: SceneBuilder, look: TableLook) -> None:
    world = builder.spec.worldbody
    finish = "tiles" if builder.rng.random() < 0.5 else "boards"
    floor = builder.textured("floor", textures.surface(finish, look.floor, builder.rng), (10.0, 10.0))
    # A box: MuJoCo draws a plane as thousands of triangles.
    builder.box(world, (0.0, 0.0, -0.01), (6.0, 6.0, 0.01), floor, name="floor")
    wall = builder.colored("wall", look.wall, specular=0.0)
    builder.box(world, (0.0, -_WALL_AWAY_M - 0.02, 1.5), (6.0, 0.02, 1.5), wall)


def _add_table(builder: SceneBuilder, look: TableLook) -> None:
    world = builder.spec.worldbody
    half_depth = (_FAR_EDGE_AWAY_M - _NEAR_EDGE_AWAY_M) / 2.0
    center_away = (_FAR_EDGE_AWAY_M + _NEAR_EDGE_AWAY_M) / 2.0
    turn = builder.rng.integers(4)
    picture = np.rot90(textures.surface(look.finish, look.top, builder.cabinet_rng, size_px=384), int(turn))
    top = builder.textured("table", picture, (2.0, 1.0))
    center = to_world_m(0.0, center_away, -0.015)
    builder.box(world, center, (_HALF_WIDTH_M, half_depth, 0.015), top, name="table", solid=True)
    table = builder.spec.geom("table")
    table.contype, table.conaffinity = SCENE_CONTACT | THING_CONTACT, ROBOT_CONTACT | THING_CONTACT
    # MuJoCo takes the greater friction of two shapes: that of the things decides.
    table.friction = [0.1, 0.003, 0.0002]
    legs = builder.colored("legs", (0.25, 0.25, 0.26))
    for right in (-_HALF_WIDTH_M + 0.06, _HALF_WIDTH_M - 0.06):
        for away in (_NEAR_EDGE_AWAY_M + 0.06, _FAR_EDGE_AWAY_M - 0.06):
            x, y, _ = to_world_m(right, away)
            builder.box(world, (x, y, TABLE_HEIGHT_M / 2 - 0.015), (0.025, 0.025, TABLE_HEIGHT_M / 2 - 0.015), legs)


def _add_papers(builder: SceneBuilder) -> None:
    """Lay papers and a mat at the sides of the table: they change from day to day, and tell a camera that it moves."""
    rng = builder.rng
    patterns = ("text", "stripes", "grid")
    for number in range(int(rng.integers(2, 5))):
        paper, ink = rng.uniform(0.55, 0.95, size=3), rng.uniform(0.05, 0.35, size=3)
        ink[0] = min(ink[0], ink[1:].max())  # never red
        picture = textures.poster(patterns[int(rng.integers(len(patterns)))], _rgb(paper), _rgb(ink), rng)
        material = builder.textured(f"paper_{number}", picture)
        side = 1.0 if number % 2 else -1.0
        center = to_world_m(side * rng.uniform(0.24, 0.46), rng.uniform(0.55, 1.05), 0.0005)
        half = (rng.uniform(0.05, 0.10), rng.uniform(0.05, 0.10), 0.0005)
        builder.box(builder.spec.worldbody, center, half, material)


def _add_circle(builder: SceneBuilder, circle: Circle) -> None:
    red = builder.colored("circle", circle.color, specular=0.0)
    center = to_world_m(circle.right_m, circle.away_m, 0.0006)
    builder.cylinder(builder.spec.worldbody, center, circle.radius_m, 0.0006, (0, 0, 1), red, name="circle")


def _add_thing(builder: SceneBuilder, name: str, thing: TableThing) -> None:
    """Add a body that can move freely, with one solid shape of its name."""
    half_height = thing.height_m / 2.0
    body = builder.spec.worldbody.add_body(
        name=name,
        pos=list(to_world_m(thing.right_m, thing.away_m, half_height + _DROP_M)),
        quat=[math.cos(thing.yaw_rad / 2.0), 0.0, 0.0, math.sin(thing.yaw_rad / 2.0)],
    )
    body.add_freejoint(name=f"{name}_free")
    geom = body.add_geom(
        name=name,
        material=builder.wrapped(name, _picture(thing, builder.rng)),
        group=SCENE_GROUP,
        contype=SCENE_CONTACT | THING_CONTACT,
        conaffinity=ROBOT_CONTACT | THING_CONTACT,
        condim=4,
        friction=[thing.friction, 0.003, 0.0002],
        solref=[0.02, 1.0],
        mass=thing.mass_kg,
    )
    if thing.shape == "box":
        geom.type = mujoco.mjtGeom.mjGEOM_BOX
        geom.size = [thing.width_m / 2.0, thing.depth_m / 2.0, half_height]
    elif thing.shape == "cylinder":
        geom.type = mujoco.mjtGeom.mjGEOM_CYLINDER
        geom.size = [thing.width_m / 2.0, half_height, 0.0]
    else:
        corners = [
            (thing.width_m / 2.0 * math.cos(angle), thing.width_m / 2.0 * math.sin(angle), side * half_height)
            for angle in np.arange(_PRISM_SIDES) * (2.0 * math.pi / _PRISM_SIDES)
            for side in (-1.0, 1.0)
        ]
        builder.spec.add_mesh(name=name, uservert=np.array(corners).reshape(-1).tolist())
        geom.type = mujoco.mjtGeom.mjGEOM_MESH
        geom.meshname = name


def _picture(thing: TableThing, rng: np.random.Generator) -> ImageArray:
    if thing.finish in textures.PATTERNS:
        return textures.poster(thing.finish, thing.color, thing.ink, rng)
    return textures.surface(thing.finish, thing.color, rng, size_px=96)


def _rgb(values: np.ndarray) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
