"""The Stretch for MuJoCo, from Hello Robot's own description (RE1V0 with the dex wrist)."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vinn_training.exceptions import SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.groups import BODY_GROUP, COLLISION_GROUP, GRIPPER_GROUP, ROBOT_CONTACT, SCENE_CONTACT
from vinn_training.sim.meshes import read_binary_stl, simplify
from vinn_training.sim.robot_description import BASE_JOINT, description_xml, mesh_folder

#: The four segments of the telescoping arm; the controller moves their sum.
ARM_JOINTS = ("joint_arm_l3", "joint_arm_l2", "joint_arm_l1", "joint_arm_l0")
ARM_TENDON = "arm_extension"
FINGER_JOINTS = ("joint_gripper_finger_left", "joint_gripper_finger_right")
#: The boxes at the fingertips that grasp, left and right.
PAD_GEOMS = ("pad_left", "pad_right")
#: Point between the fingertips, of the robot description.
GRASP_LINK = "link_grasp_center"
#: Where that point lies along the world's x axis when the base is at zero.
GRASP_X_M = -0.0214
WRIST_CAMERA = "wrist_camera"

_TIP_LINKS = ("link_gripper_fingertip_left", "link_gripper_fingertip_right")
_SEEN_BY_WRIST = {"link_gripper_finger_left", "link_gripper_finger_right", *_TIP_LINKS}
# Of the drawn meshes: cells of 4 mm, finer than the overview shows, and smooth fingertips for the wrist camera.
_CELL_M = 0.004
_TIP_CELL_M = 0.0015
_HEAVY_BYTES = 100_000
# The fingertips' faces are inclined by 0.54 rad to the fingers. The boxes that touch are turned so that they are
# parallel when they hold a bar of 16 mm, at -0.055 rad. In their own axes x leads back along the finger, z to the
# other finger.
_PAD_TURN_RAD = 0.5405 - 0.055
_PAD_DEPTH_M = 0.0125


class _TouchBox(NamedTuple):
    """A box on a finger, in the turned axes from the fingertip's cup: centre and half sizes, metres."""

    back_m: float
    inward_m: float
    half_m: tuple[float, float, float]


#: Rubber cup and the flexible part behind it; grips a bar that lies a little deep, too.
_PAD = _TouchBox(0.010, 0.0, (0.024, 0.012, 0.004))
#: The rest of the finger, set back so that it does not grip.
_FINGER = _TouchBox(0.072, -0.006, (0.037, 0.008, 0.003))
_PAD_FRICTION = (2.0, 0.05, 0.01)

_SILVER = (0.72, 0.74, 0.78, 1.0)
_DARK = (0.16, 0.16, 0.18, 1.0)
_RUBBER = (0.10, 0.10, 0.11, 1.0)
_COLORS = {
    "base_link": _DARK,
    "link_mast": _SILVER,
    "link_right_wheel": _RUBBER,
    "link_left_wheel": _RUBBER,
    "omni_wheel_m": _RUBBER,
    "laser": _RUBBER,
    "link_head": _DARK,
    "link_head_pan": _DARK,
    "link_head_tilt": _DARK,
    "link_lift": _DARK,
    "link_wrist_yaw": _DARK,
    "link_wrist_yaw_bottom": _DARK,
    "link_wrist_pitch": _DARK,
    "link_wrist_roll": _DARK,
    "link_straight_gripper": _DARK,
    "link_gripper_finger_left": _DARK,
    "link_gripper_finger_right": _DARK,
    "link_gripper_fingertip_left": (0.85, 0.33, 0.10, 1.0),
    "link_gripper_fingertip_right": (0.85, 0.33, 0.10, 1.0),
}


class _Servo(NamedTuple):
    """Gains of one position actuator: stiffness, damping, force limit (SI units of the joint)."""

    stiffness: float
    damping: float
    limit: float


#: Actuators in the order of `ActuatorTargets`, the right finger and the head after them.
_SERVOS = {
    BASE_JOINT: _Servo(16000.0, 1200.0, 300.0),
    "joint_lift": _Servo(4000.0, 300.0, 100.0),
    ARM_TENDON: _Servo(2500.0, 150.0, 60.0),
    "joint_wrist_yaw": _Servo(60.0, 4.0, 8.0),
    "joint_wrist_pitch": _Servo(60.0, 4.0, 8.0),
    "joint_wrist_roll": _Servo(40.0, 3.0, 6.0),
    "joint_gripper_finger_left": _Servo(25.0, 1.0, 3.5),
    "joint_gripper_finger_right": _Servo(25.0, 1.0, 3.5),
    "joint_head_pan": _Servo(20.0, 2.0, 4.0),
    "joint_head_tilt": _Servo(20.0, 2.0, 4.0),
}
#: Names of the actuators, in order; each bears the name of its joint or tendon.
ACTUATORS = tuple(_SERVOS)


def robot_spec(base_x_m: float, camera: CameraConfig) -> mujoco.MjSpec:
    """Build the robot.

    Args:
        base_x_m: Where the base starts along the world's x axis; its joint is zero there.
        camera: The wrist camera.

    Returns:
        A specification with the joints of the description, a sliding base, one position actuator per name in
        ACTUATORS, pads at the fingertips and the wrist camera.

    Raises:
        MissingDependency: If `hello-robot-stretch-urdf` is not installed.
        SimulationError: If the description lacks the link of the mount.
    """
    spec = mujoco.MjSpec.from_string(description_xml(round(base_x_m, 6)))
    _dress(spec)
    for name in _TIP_LINKS:
        _add_touching_boxes(spec, name)
    _add_actuators(spec)
    mount = camera.mount
    parent = spec.body(mount.parent_link)
    if parent is None:
        raise SimulationError(f"the robot description has no link '{mount.parent_link}' to carry the wrist camera")
    # MuJoCo's cameras look along -z with y up: the optical frame turned half about its x axis.
    rotation = np.asarray(mount.rotation_optical_to_parent) @ np.diag([1.0, -1.0, -1.0])
    quaternion = np.zeros(4)
    mujoco.mju_mat2Quat(quaternion, rotation.reshape(-1))
    parent.add_camera(
        name=WRIST_CAMERA,
        pos=list(mount.position_m),
        quat=list(quaternion),
        fovy=math.degrees(camera.vertical_fov_rad),
    )
    return spec


def _dress(spec: mujoco.MjSpec) -> None:
    """Compensate gravity, and give every geom its colour, group and contact bits; lighten heavy meshes."""
    folder = mesh_folder()
    for mesh in spec.meshes:
        path = folder / mesh.file
        if path.stat().st_size > _HEAVY_BYTES:
            vertices, faces = _light_mesh(path, _TIP_CELL_M if mesh.name in _TIP_LINKS else _CELL_M)
            mesh.file = ""
            mesh.uservert, mesh.userface = vertices, faces
    for body in spec.bodies:
        if body.name == "world":
            continue
        body.gravcomp = 1.0
        for geom in body.geoms:
            drawn = geom.contype == 0 and geom.conaffinity == 0
            geom.group = _drawn_group(body.name) if drawn else COLLISION_GROUP
            if drawn:
                geom.rgba = _COLORS.get(geom.meshname, _SILVER)
            else:
                geom.contype, geom.conaffinity = ROBOT_CONTACT, SCENE_CONTACT


def _drawn_group(body: str) -> int:
    return GRIPPER_GROUP if body in _SEEN_BY_WRIST else BODY_GROUP


@cache
def _light_mesh(path: Path, cell_m: float) -> tuple[list[float], list[int]]:
    light = simplify(read_binary_stl(path), cell_m)
    return light.vertices_m.reshape(-1).tolist(), light.faces.reshape(-1).tolist()


def _add_touching_boxes(spec: mujoco.MjSpec, link: str) -> None:
    """Put boxes where a finger touches; the description's cup is not convex."""
    half = _PAD_TURN_RAD / 2.0
    cos, sin = math.cos(_PAD_TURN_RAD), math.sin(_PAD_TURN_RAD)
    side = "left" if link.endswith("left") else "right"
    for kind, box in (("pad", _PAD), ("finger", _FINGER)):
        position = (
            cos * box.back_m + sin * box.inward_m,
            0.0,
            _PAD_DEPTH_M - sin * box.back_m + cos * box.inward_m,
        )
        spec.body(link).add_geom(
            name=f"{kind}_{side}",
            type=mujoco.mjtGeom.mjGEOM_BOX,
            size=list(box.half_m),
            pos=list(position),
            quat=[math.cos(half), 0.0, math.sin(half), 0.0],
            group=COLLISION_GROUP,
            contype=ROBOT_CONTACT,
            conaffinity=SCENE_CONTACT,
            condim=6,
            friction=list(_PAD_FRICTION),
            solref=[0.02, 1.0],
            mass=0.002,
        )


def _add_actuators(spec: mujoco.MjSpec) -> None:
    tendon = spec.add_tendon(name=ARM_TENDON)
    for name in ARM_JOINTS:
        tendon.wrap_joint(name, 1.0)
    for name in ARM_JOINTS[1:]:
        spec.add_equality(
            type=mujoco.mjtEq.mjEQ_JOINT,
            objtype=mujoco.mjtObj.mjOBJ_JOINT,
            name1=name,
            name2=ARM_JOINTS[0],
            data=np.eye(mujoco.mjNEQDATA)[1],
        )
    for name, servo in _SERVOS.items():
        transmission = mujoco.mjtTrn.mjTRN_TENDON if name == ARM_TENDON else mujoco.mjtTrn.mjTRN_JOINT
        actuator = spec.add_actuator(name=name, target=name, trntype=transmission)
        actuator.gaintype, actuator.biastype = mujoco.mjtGain.mjGAIN_FIXED, mujoco.mjtBias.mjBIAS_AFFINE
        actuator.gainprm[0] = servo.stiffness
        actuator.biasprm[1], actuator.biasprm[2] = -servo.stiffness, -servo.damping
        actuator.forcelimited = mujoco.mjtLimited.mjLIMITED_TRUE
        actuator.forcerange = [-servo.limit, servo.limit]
