"""A simulated camera flown along known paths through the kitchen: videos with exact ground truth.

It checks the labels that structure from motion gives, independently of it. Like a demonstration filmed by hand, a
grabber stands still in the picture and the door swings during the second half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.cabinet_model import DOOR_JOINT
from vinn_training.sim.cabinets import TRAINING_CABINETS, cabinet_named
from vinn_training.sim.engine import mujoco
from vinn_training.sim.flight_path import FlightPath, flight_path
from vinn_training.sim.flight_scene import FLYER_BODY, FLYER_CAMERA, FRONT_TO_WORLD, Texture, build_flight_model
from vinn_training.sim.gl_thread import GlThread
from vinn_training.sim.groups import DECORATION_GROUP, GRIPPER_GROUP, SCENE_GROUP
from vinn_training.sim.rendering import OffscreenRenderer
from vinn_training.sim.scene import SceneConfig

# Drawn this many times larger and averaged: edges without steps, and half the cost of the renderer's own smoothing.
_OVERSAMPLING = 2
# Between MuJoCo's camera (x right, y up, z backward) and the optical frame (x right, y down, z forward).
_OPTICAL_TO_MUJOCO = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class FlightConfig:
    """One flight. Equal configurations give equal pictures.

    Attributes:
        seed: Of path, cabinet and appearance; even seeds approach straight, odd ones sideways first.
        texture: How much there is to see: "rich", "low" or "bare".
        frames: Number of pictures.
        width_px: Width of the pictures.
        height_px: Height of the pictures.
        vertical_fov_rad: Vertical field of view.
        with_grabber: Whether the grabber is in the picture.
        door_moves: Whether the door swings during the second half.
        turns: Whether the camera turns; one that never does leaves its focal length undetermined.

    Raises:
        InvalidInput: If a value is out of its range.
    """

    seed: int = 0
    texture: Texture = "rich"
    frames: int = 24
    width_px: int = 960
    height_px: int = 540
    vertical_fov_rad: float = math.radians(62.0)
    with_grabber: bool = True
    door_moves: bool = True
    turns: bool = True

    def __post_init__(self) -> None:
        if self.texture not in ("rich", "low", "bare"):
            raise InvalidInput(f"flight: texture is {self.texture!r}; expected 'rich', 'low' or 'bare'")
        if self.seed < 0 or self.frames < 4:
            raise InvalidInput(f"flight: seed is {self.seed}, frames {self.frames}; expected at least 0 and 4")
        if not (16 <= self.width_px <= 1920 and 16 <= self.height_px <= 1920):
            raise InvalidInput(f"flight: pictures are {self.width_px}x{self.height_px}; expected sides of 16 to 1920")
        if not 0.2 <= self.vertical_fov_rad <= 2.5:
            raise InvalidInput(f"flight: vertical_fov_rad is {self.vertical_fov_rad}; expected 0.2 to 2.5 rad")


@dataclass(frozen=True)
class Flight:
    """Pictures and the truth about them.

    Attributes:
        images: N pictures (H, W, 3) uint8 RGB.
        camera: Their camera.
        rotations_camera_to_world: (N, 3, 3) float64, from the optical frame.
        centers_m: (N, 3) float64, camera centres in the world.
        door_rad: (N,) float64, opening angle of the door.
        grabber_mask: (H, W) uint8, 0 on the grabber and 255 elsewhere.
    """

    images: tuple[ImageArray, ...]
    camera: PinholeCamera
    rotations_camera_to_world: NDArray[np.float64]
    centers_m: NDArray[np.float64]
    door_rad: NDArray[np.float64]
    grabber_mask: NDArray[np.uint8]

    def steps_m(self) -> NDArray[np.float64]:
        """Return (N - 1, 3) float64, each translation to the next picture in the optical frame of the first."""
        return np.einsum("nji,nj->ni", self.rotations_camera_to_world[:-1], np.diff(self.centers_m, axis=0))


def fly(config: FlightConfig) -> Flight:
    """Fly a camera and film.

    Args:
        config: Which flight.

    Returns:
        Pictures with their truth.

    Raises:
        SimulationError: If OpenGL cannot start or MuJoCo refuses the scene.
    """
    cabinet = TRAINING_CABINETS[config.seed % len(TRAINING_CABINETS)]
    hinge_right = config.seed % 3 != 2
    scene = SceneConfig(
        cabinet=cabinet.name, hinge_side="right" if hinge_right else "left", appearance_seed=config.seed
    )
    path = flight_path(
        config.seed, config.frames, 1.0 if hinge_right else -1.0, cabinet_named(scene.cabinet).handle_height_m
    )
    if not config.door_moves:
        path = path._replace(door_rad=np.zeros(config.frames))
    if not config.turns:
        path = path._replace(rotations=np.repeat(path.rotations[:1], config.frames, axis=0))
    model = build_flight_model(scene, config.texture, config.vertical_fov_rad)
    groups = [SCENE_GROUP, DECORATION_GROUP]
    thread = GlThread()
    try:
        with_grabber = _film(thread, model, path, config, [*groups, GRIPPER_GROUP])
        if config.with_grabber:
            without = _film(thread, model, path, config, groups, only_first=True)
            differs = (with_grabber[0].astype(int) - without[0]).any(axis=2)
            images, mask = with_grabber, np.where(differs, 0, 255).astype(np.uint8)
        else:
            images = _film(thread, model, path, config, groups)
            mask = np.full((config.height_px, config.width_px), 255, np.uint8)
    finally:
        thread.close()
    return Flight(
        tuple(images),
        _camera(config),
        FRONT_TO_WORLD @ path.rotations,
        path.centers_m @ FRONT_TO_WORLD.T,
        path.door_rad,
        mask,
    )


def _camera(config: FlightConfig) -> PinholeCamera:
    focal = config.height_px / 2.0 / math.tan(config.vertical_fov_rad / 2.0)
    center = (config.width_px - 1) / 2.0, (config.height_px - 1) / 2.0
    return PinholeCamera(config.width_px, config.height_px, focal, focal, *center)


def _film(
    thread: GlThread,
    model: mujoco.MjModel,
    path: FlightPath,
    config: FlightConfig,
    groups: list[int],
    only_first: bool = False,
) -> list[ImageArray]:
    size = (config.width_px, config.height_px)
    data = mujoco.MjData(model)
    camera = mujoco.MjvCamera()
    camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
    camera.fixedcamid = model.camera(FLYER_CAMERA).id
    flyer = int(model.body(FLYER_BODY).mocapid[0])
    renderer = OffscreenRenderer(
        thread, model, size[0] * _OVERSAMPLING, size[1] * _OVERSAMPLING, groups, detailed=False
    )
    images = []
    try:
        for index in range(1 if only_first else config.frames):
            data.joint(DOOR_JOINT).qpos[0] = path.door_rad[index]
            data.mocap_pos[flyer] = FRONT_TO_WORLD @ path.centers_m[index]
            rotation = FRONT_TO_WORLD @ path.rotations[index] @ _OPTICAL_TO_MUJOCO
            mujoco.mju_mat2Quat(data.mocap_quat[flyer], np.ascontiguousarray(rotation).reshape(-1))
            mujoco.mj_forward(model, data)
            large = renderer.render(data, camera)
            images.append(np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), dtype=np.uint8))
    finally:
        renderer.close()
    return images
