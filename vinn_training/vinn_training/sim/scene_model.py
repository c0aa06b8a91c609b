"""Puts robot, cabinet and kitchen together into one compiled MuJoCo model."""

from __future__ import annotations

import numpy as np

from vinn_training.sim.cabinet_model import HANDLE_RADIUS_M, add_cabinet
from vinn_training.sim.cabinets import cabinet_named
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.kitchen_model import add_kitchen
from vinn_training.sim.robot_model import GRASP_X_M
from vinn_training.sim.robot_scene import begin_robot_scene, compile_scene
from vinn_training.sim.scene import SceneConfig

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
    builder = begin_robot_scene("stretch_kitchen", scene.lateral_offset_m, camera, scene.appearance_seed, cabinet.name)
    quaternion = np.zeros(4)
    mujoco.mju_mat2Quat(quaternion, _FRONT_TO_WORLD.reshape(-1))
    front = builder.spec.worldbody.add_body(
        name="front", pos=[GRASP_X_M, -FRONT_DISTANCE_M, 0.0], quat=list(quaternion)
    )
    side = 1.0 if scene.hinge_side == "right" else -1.0
    edges = sorted((side * HANDLE_RADIUS_M, side * (HANDLE_RADIUS_M - cabinet.door_m[0])))
    add_kitchen(builder, front, cabinet, (edges[0], edges[1]))
    add_cabinet(builder, front, scene, cabinet)
    return compile_scene(builder, scene.name)
