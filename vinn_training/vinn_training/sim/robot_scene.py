"""How every scene with the robot begins and ends: robot, world and light first, the compiled model last."""

from __future__ import annotations

import numpy as np

from vinn_training.exceptions import SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.kitchen_model import add_lights
from vinn_training.sim.robot_model import robot_spec
from vinn_training.sim.scene_builder import SceneBuilder
from vinn_training.sim.world_options import set_world_options


def begin_robot_scene(
    model_name: str, base_x_m: float, camera: CameraConfig, appearance_seed: int, lasting_look: str
) -> SceneBuilder:
    """Return the builder of a scene in which there are robot and light.

    Args:
        model_name: Of the MuJoCo model.
        base_x_m: Where the base starts along the world's x axis.
        camera: The wrist camera.
        appearance_seed: Draws what differs from day to day.
        lasting_look: Name of the cabinet or table, which draws what belongs to it and stays.

    Raises:
        MissingDependency: If the robot description is not installed.
        SimulationError: If the description lacks the link of the camera's mount.
    """
    spec = robot_spec(base_x_m, camera)
    spec.modelname = model_name
    set_world_options(spec)
    lasting_rng = np.random.default_rng(list(lasting_look.encode()))
    builder = SceneBuilder(spec, np.random.default_rng(appearance_seed), lasting_rng)
    add_lights(builder)
    return builder


def compile_scene(builder: SceneBuilder, scene_name: str) -> mujoco.MjModel:
    """Return the model of a scene that is complete.

    Args:
        builder: Of the scene's specification.
        scene_name: For the message.

    Raises:
        SimulationError: If MuJoCo refuses the model.
    """
    try:
        return builder.spec.compile()
    except ValueError as error:
        raise SimulationError(f"MuJoCo refuses the scene '{scene_name}': {error}") from error
