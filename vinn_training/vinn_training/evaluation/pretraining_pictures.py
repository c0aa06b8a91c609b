"""Pictures to pretrain on: the simulated robot put into random poses. No physics, no expert, no task."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.evaluation.pretraining_scenes import PretrainingScene, pretraining_scene
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.gl_thread import GlThread
from vinn_training.sim.groups import GRIPPER_GROUP, SCENE_GROUP
from vinn_training.sim.rendering import OffscreenRenderer
from vinn_training.sim.robot_description import BASE_JOINT
from vinn_training.sim.robot_model import ARM_JOINTS, FINGER_JOINTS, GRASP_LINK, WRIST_CAMERA

#: Where the point between the fingertips goes, from what it is near to: along the base, along the arm (the arm
#: reaches towards negative), up; metres.
_LOW_M = np.array([-0.14, -0.05, -0.05])
_HIGH_M = np.array([0.14, 0.26, 0.09])
#: Finger angles, from closed to open.
_FINGER_RAD = (-0.12, 0.12)
_WRIST_PITCH = "joint_wrist_pitch"
_LIFT = "joint_lift"


class ScenePictures(NamedTuple):
    """Pictures of one scene, and how the robot stood.

    Attributes:
        images: (N, S, S, 3) uint8 RGB, wrist camera.
        state: (N, 4) float32: where the camera is, in the axes of its optical frame (right, down, forward; metres from
            a point that is the same for all N), and the finger angle (radians).
    """

    images: ImageArray
    state: NDArray[np.float32]


class PictureMaker:
    """Draws pictures of one scene after the other.

    Args:
        size: Side of a picture, pixels.
        count: Pictures of a scene.

    Raises:
        InvalidInput: If a number is below one.
    """

    def __init__(self, size: int, count: int) -> None:
        if size < 1 or count < 1:
            raise InvalidInput(f"{count} pictures of {size} pixels a side; expected one or more of each")
        self._size, self._count = size, count
        self._camera = CameraConfig()
        self._thread = GlThread()
        self._renderer: OffscreenRenderer | None = None

    def make(self, number: int) -> ScenePictures:
        """Return the pictures of a scene by its number; equal numbers give equal pictures.

        Raises:
            SimulationError: If OpenGL cannot start or MuJoCo refuses the scene.
        """
        scene = pretraining_scene(number, self._camera)
        renderer = self._show(scene.model)
        view = mujoco.MjvCamera()
        view.type = mujoco.mjtCamera.mjCAMERA_FIXED
        view.fixedcamid = scene.model.camera(WRIST_CAMERA).id
        data = mujoco.MjData(scene.model)
        rng = np.random.default_rng(number)
        images = np.empty((self._count, self._size, self._size, 3), dtype=np.uint8)
        state = np.empty((self._count, 4), dtype=np.float32)
        for index in range(self._count):
            finger_rad = pose_robot(scene, data, rng)
            drawn = renderer.render(data, view)
            images[index] = cv2.resize(drawn, (self._size, self._size), interpolation=cv2.INTER_AREA)
            camera = data.camera(WRIST_CAMERA)
            optical_to_world = camera.xmat.reshape(3, 3) @ np.diag([1.0, -1.0, -1.0])
            state[index] = [*(optical_to_world.T @ camera.xpos), finger_rad]
        return ScenePictures(images, state)

    def close(self) -> None:
        """Free what OpenGL holds."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None
        self._thread.close()

    def _show(self, model: mujoco.MjModel) -> OffscreenRenderer:
        if self._renderer is None:
            size = (self._camera.width_px, self._camera.height_px)
            self._renderer = OffscreenRenderer(self._thread, model, *size, (SCENE_GROUP, GRIPPER_GROUP), detailed=False)
        else:
            self._renderer.load(model)
        return self._renderer


def pose_robot(scene: PretrainingScene, data: mujoco.MjData, rng: np.random.Generator) -> float:
    """Put the robot into a random pose near one of the scene's anchors, and the door at a random angle.

    Args:
        scene: Whose model `data` is of.
        data: Changed.
        rng: Source of the pose.

    Returns:
        The finger angle, radians.
    """
    mujoco.mj_resetData(scene.model, data)
    data.joint(_WRIST_PITCH).qpos[0] = scene.pitch_rad
    finger_rad = float(rng.uniform(*_FINGER_RAD))
    for name in FINGER_JOINTS:
        data.joint(name).qpos[0] = finger_rad
    mujoco.mj_kinematics(scene.model, data)
    anchor_m = scene.anchors_m[int(rng.integers(len(scene.anchors_m)))]
    move_m = anchor_m + rng.uniform(_LOW_M, _HIGH_M) - data.body(GRASP_LINK).xpos
    data.joint(BASE_JOINT).qpos[0] = move_m[0]
    data.joint(_LIFT).qpos[0] = move_m[2]
    for name in ARM_JOINTS:
        data.joint(name).qpos[0] = -move_m[1] / len(ARM_JOINTS)
    angle = float(rng.uniform(0.0, scene.door_rad)) * bool(rng.random() < 0.5)  # as often closed as not
    if scene.door_joint:
        data.joint(scene.door_joint).qpos[0] = angle
    mujoco.mj_forward(scene.model, data)
    return finger_rad
