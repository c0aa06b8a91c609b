"""Puts robot, cabinet and kitchen together into one compiled MuJoCo model."""

from __future__ import annotations

import numpy as np

from vinn_training.exceptions import SimulationError
from vinn_training.sim.cabinet_model import HANDLE_RADIUS_M, add_cabinet
from vinn_training.sim.cabinets import cabinet_named
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.kitchen_model import add_kitchen, add_lights
from vinn_training.sim.robot_model import GRASP_X_M, robot_spec
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.scene_builder import SceneBuilder
from vinn_training.sim.world_options import set_world_options

#: Distance from the base's axis to the front of the cabinet; the arm reaches about 0.08 m less.
FRONT_DISTANCE_M = 0.90
# Columns: right, up and out of the door, in the world (x along the robot's forward, -y along its arm, z up).
_FRONT_TO_WORLD = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])


def build_model(scene: SceneConfig, camera: CameraConfig) -> mujoco.MjModel:
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
    cabinet = cabinet_named(scene.cabinet)
    spec = robot_spec(scene.lateral_offset_m, camera)
    spec.modelname = "stretch_kitchen"
    set_world_options(spec)
    cabinet_rng = np.random.default_rng(list(cabinet.name.encode()))
    builder = SceneBuilder(spec, np.random.default_rng(scene.appearance_seed), cabinet_rng)
    add_lights(builder)
    quaternion = np.zeros(4)
    mujoco.mju_mat2Quat(quaternion, _FRONT_TO_WORLD.reshape(-1))
    front = spec.worldbody.add_body(name="front", pos=[GRASP_X_M, -FRONT_DISTANCE_M, 0.0], quat=list(quaternion))
    side = 1.0 if scene.hinge_side == "right" else -1.0
    edges = sorted((side * HANDLE_RADIUS_M, side * (HANDLE_RADIUS_M - cabinet.door_m[0])))
    add_kitchen(builder, front, cabinet, (edges[0], edges[1]))
    add_cabinet(builder, front, scene, cabinet)
    try:
        return spec.compile()
    except ValueError as error:
        raise SimulationError(f"MuJoCo refuses the scene '{scene.name}': {error}") from error
