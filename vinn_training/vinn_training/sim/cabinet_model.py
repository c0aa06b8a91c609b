"""The cabinet with its hinged door, bar handle, signs and bins.

Everything is placed in the *front frame*: origin on the floor below the handle, in the plane of the door's front;
x to the right as the robot sees it, y up, z out of the door towards the robot.
"""

from __future__ import annotations

from typing import NamedTuple

from vinn_training.sim import textures
from vinn_training.sim.cabinets import Cabinet, Rgb
from vinn_training.sim.engine import mujoco
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.scene_builder import SceneBuilder

DOOR_JOINT = "door_hinge"
HANDLE_GEOM = "handle_bar"
HANDLE_SITE = "handle_center"

#: Distance from the hinge to the handle: the radius of the handle's arc.
HANDLE_RADIUS_M = 0.35
_HANDLE_STANDOFF_M = 0.05
_BAR_RADIUS_M = 0.008
_BAR_HALF_LENGTH_M = 0.07
_DOOR_MASS_KG = 2.0
_DOOR_THICKNESS_M = 0.02
_DOOR_RANGE_RAD = 1.75
_DOOR_CENTER_Y_M = 0.55
_CABINET_DEPTH_M = 0.56
_WORKTOP_Y_M = 0.88
_PLINTH_Y_M = 0.10
_PAPER: Rgb = (0.88, 0.87, 0.83)


class _Layout(NamedTuple):
    """Horizontal positions, front frame. `side` is +1 for a hinge on the right."""

    side: float
    hinge_x_m: float
    free_edge_x_m: float
    left_x_m: float
    right_x_m: float


def add_cabinet(builder: SceneBuilder, front: mujoco.MjsBody, scene: SceneConfig, cabinet: Cabinet) -> None:
    """Add cabinet, door, signs and bins to the body that carries the front frame."""
    side = 1.0 if scene.hinge_side == "right" else -1.0
    hinge_x = side * HANDLE_RADIUS_M
    free_edge_x = hinge_x - side * cabinet.door_m[0]
    layout = _Layout(side, hinge_x, free_edge_x, min(hinge_x, free_edge_x), max(hinge_x, free_edge_x))
    _add_carcass(builder, front, layout, cabinet)
    _add_door(builder, front, layout, scene, cabinet)
    _add_bins(builder, front, layout, scene, cabinet)


def _add_carcass(builder: SceneBuilder, front: mujoco.MjsBody, layout: _Layout, cabinet: Cabinet) -> None:
    """Add the hollow box behind the door, and the shelf that shows when it is open."""
    inside = builder.colored("carcass", (0.78, 0.75, 0.70))
    outside = builder.textured("carcass_front", textures.surface(_plain(cabinet), cabinet.front, builder.cabinet_rng))
    middle_x = (layout.left_x_m + layout.right_x_m) / 2.0
    half_width = (layout.right_x_m - layout.left_x_m) / 2.0
    back = -_DOOR_THICKNESS_M - 0.002
    depth, middle_z = _CABINET_DEPTH_M / 2.0, back - _CABINET_DEPTH_M / 2.0
    low, high = _PLINTH_Y_M, _WORKTOP_Y_M
    for x in (layout.left_x_m - 0.012, layout.right_x_m + 0.012):
        builder.box(front, (x, (low + high) / 2, middle_z), (0.008, (high - low) / 2, depth), inside)
    door_low = _DOOR_CENTER_Y_M - cabinet.door_m[1] / 2.0
    door_high = _DOOR_CENTER_Y_M + cabinet.door_m[1] / 2.0
    for y in (door_low, 0.5 * (door_low + door_high), door_high):
        builder.box(front, (middle_x, y, middle_z - 0.02), (half_width, 0.008, depth - 0.02), inside)
    builder.box(front, (middle_x, (low + high) / 2, back - 2 * depth), (half_width, (high - low) / 2, 0.005), inside)
    # Fixed fronts above and below the door: a drawer and a kick board.
    for bottom, top in ((low, door_low), (door_high, high)):
        center = (middle_x, (bottom + top) / 2, -_DOOR_THICKNESS_M / 2)
        builder.box(front, center, (half_width, (top - bottom) / 2 - 0.003, _DOOR_THICKNESS_M / 2), outside)
    crockery = builder.colored("crockery", (0.85, 0.86, 0.90), specular=0.4)
    shelf_y = 0.5 * (door_low + door_high) + 0.008
    for offset in (-0.09, 0.0, 0.09):
        builder.cylinder(front, (middle_x + offset, shelf_y + 0.045, back - 0.16), 0.035, 0.045, (0, 1, 0), crockery)


def _add_door(
    builder: SceneBuilder, front: mujoco.MjsBody, layout: _Layout, scene: SceneConfig, cabinet: Cabinet
) -> None:
    half_width, half_height = cabinet.door_m[0] / 2.0 - 0.002, cabinet.door_m[1] / 2.0 - 0.002
    half_thickness = _DOOR_THICKNESS_M / 2.0
    door = front.add_body(name="door", pos=[layout.hinge_x_m, _DOOR_CENTER_Y_M, -half_thickness])
    door.mass = _DOOR_MASS_KG
    door.ipos = [-layout.side * half_width, 0.0, 0.0]
    door.inertia = [
        _DOOR_MASS_KG / 3.0 * half_height**2,
        _DOOR_MASS_KG / 3.0 * (half_width**2 + half_thickness**2),
        _DOOR_MASS_KG / 3.0 * (half_width**2 + half_height**2),
    ]
    door.explicitinertial = True
    # Positive angles bring the free edge towards the robot.
    hinge = door.add_joint(
        name=DOOR_JOINT,
        type=mujoco.mjtJoint.mjJNT_HINGE,
        axis=[0.0, layout.side, 0.0],
        range=[0.0, _DOOR_RANGE_RAD],
        limited=mujoco.mjtLimited.mjLIMITED_TRUE,
        frictionloss=scene.hinge_friction_nm,
    )
    hinge.damping[0] = scene.hinge_damping_nms
    hinge.stiffness[0] = scene.hinge_stiffness_nm
    face = builder.textured("door", textures.surface(cabinet.finish, cabinet.front, builder.cabinet_rng))
    center = (-layout.side * cabinet.door_m[0] / 2.0, 0.0, 0.0)
    builder.box(door, center, (half_width, half_height, half_thickness), face, name="door_panel", solid=True)
    handle_x = -layout.side * HANDLE_RADIUS_M
    handle_y = cabinet.handle_height_m - _DOOR_CENTER_Y_M
    _add_handle(builder, door, handle_x, handle_y, half_thickness, scene, cabinet)
    _add_signs(builder, door, layout.side, (handle_x, handle_y, half_thickness), scene, cabinet)


def _add_handle(
    builder: SceneBuilder,
    door: mujoco.MjsBody,
    x_m: float,
    y_m: float,
    surface_z_m: float,
    scene: SceneConfig,
    cabinet: Cabinet,
) -> None:
    color = _PAPER if scene.handle_covered else cabinet.handle
    metal = builder.colored("handle", color, specular=0.0 if scene.handle_covered else 0.6, shininess=0.5)
    bar_z = surface_z_m + _HANDLE_STANDOFF_M
    center = (x_m, y_m, bar_z)
    builder.cylinder(
        door, center, _BAR_RADIUS_M, _BAR_HALF_LENGTH_M, (0, 1, 0), metal, name=HANDLE_GEOM, solid=True, capsule=True
    )
    for end in (-0.055, 0.055):
        post = (x_m, y_m + end, surface_z_m + _HANDLE_STANDOFF_M / 2.0)
        builder.cylinder(door, post, 0.005, _HANDLE_STANDOFF_M / 2.0, (0, 0, 1), metal)
    door.add_site(name=HANDLE_SITE, pos=list(center), size=[0.002] * 3, group=5)
    if scene.handle_covered:
        sheet = builder.colored("handle_paper", _PAPER)
        builder.box(door, (x_m, y_m, surface_z_m + 0.001), (0.04, 0.10, 0.001), sheet)


def _add_signs(
    builder: SceneBuilder,
    door: mujoco.MjsBody,
    side: float,
    handle_m: tuple[float, float, float],
    scene: SceneConfig,
    cabinet: Cabinet,
) -> None:
    for number, sign in enumerate(cabinet.signs):
        picture = textures.poster(sign.pattern, sign.paper, sign.ink, builder.cabinet_rng)
        shift_x, shift_y = builder.rng.uniform(-0.005, 0.005, size=2)
        if scene.signs_covered:
            material = builder.colored(f"sign_{number}", _PAPER)
        else:
            material = builder.textured(f"sign_{number}", picture)
        center = (
            handle_m[0] + side * sign.from_handle_m[0] + shift_x,
            handle_m[1] + sign.from_handle_m[1] + shift_y,
            handle_m[2] + 0.001,
        )
        grown = 0.012 if scene.signs_covered else 0.0
        half = (sign.size_m[0] / 2.0 + grown, sign.size_m[1] / 2.0 + grown, 0.001)
        builder.box(door, center, half, material)


def _add_bins(
    builder: SceneBuilder, front: mujoco.MjsBody, layout: _Layout, scene: SceneConfig, cabinet: Cabinet
) -> None:
    """Stand the bins in front of the neighbouring cabinets, low enough for the gripper to pass."""
    beside_handle = layout.free_edge_x_m - layout.side * 0.17
    beside_hinge = layout.hinge_x_m + layout.side * 0.18
    for number, (x, color) in enumerate(zip((beside_handle, beside_hinge), cabinet.bins, strict=True)):
        x_shift, z_shift = builder.rng.uniform(-0.01, 0.01, size=2)
        covered = scene.bins_covered > number
        shell = builder.colored(f"bin_{number}", _PAPER if covered else color)
        rim = builder.colored(f"bin_rim_{number}", _PAPER if covered else (0.12, 0.12, 0.13))
        center_z = 0.15 + z_shift
        builder.box(front, (x + x_shift, 0.235, center_z), (0.11, 0.235, 0.12), shell)
        builder.box(front, (x + x_shift, 0.48, center_z), (0.115, 0.012, 0.125), rim)


def _plain(cabinet: Cabinet) -> str:
    """Return the finish of the fixed fronts: an inset belongs on the door only."""
    return "plain" if cabinet.finish == "panel" else cabinet.finish
