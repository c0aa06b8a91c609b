"""What the simulated robot's cameras show: the wrist camera, and an overview for people."""

from __future__ import annotations

from typing import NamedTuple

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.gl_thread import GlThread
from vinn_training.sim.groups import BODY_GROUP, DECORATION_GROUP, GRIPPER_GROUP, SCENE_GROUP
from vinn_training.sim.rendering import OffscreenRenderer
from vinn_training.sim.robot_model import WRIST_CAMERA


class OverviewView(NamedTuple):
    """From where people see the scene: MuJoCo's free camera, metres and degrees."""

    look_at_m: tuple[float, float, float]
    distance_m: float
    azimuth_deg: float
    elevation_deg: float


class RobotCameras:
    """Renderers of one model at a time, started when first asked for.

    Args:
        camera: Wrist camera.
    """

    def __init__(self, camera: CameraConfig) -> None:
        self._camera = camera
        self._model: mujoco.MjModel | None = None
        self._gl: GlThread | None = None
        self._wrist: OffscreenRenderer | None = None
        self._overview: OffscreenRenderer | None = None
        self._overview_size = (0, 0)
        self._closed = False

    def load(self, model: mujoco.MjModel) -> None:
        """Draw this model from now on.

        Raises:
            SimulationError: If OpenGL cannot start.
        """
        self._model = model
        for renderer in (self._wrist, self._overview):
            if renderer is not None:
                renderer.load(model)

    def check_open(self) -> None:
        """Refuse work after `close`.

        Raises:
            SimulationError: If it was closed.
        """
        if self._closed:
            raise SimulationError("the simulation was closed; make a new one")

    def wrist(self, data: mujoco.MjData) -> ImageArray:
        """Draw the wrist camera's picture.

        Returns:
            (height_px, width_px, 3) uint8 RGB, by the camera's configuration.

        Raises:
            SimulationError: If OpenGL cannot start or it was closed.
        """
        if self._wrist is None:
            size = (self._camera.width_px, self._camera.height_px)
            self._wrist = self._make_renderer(*size, (SCENE_GROUP, GRIPPER_GROUP), detailed=False)
        assert self._model is not None, "it was needed for the renderer"
        camera = mujoco.MjvCamera()
        camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        camera.fixedcamid = self._model.camera(WRIST_CAMERA).id
        return self._wrist.render(data, camera)

    def overview(self, data: mujoco.MjData, view: OverviewView, height_px: int, width_px: int) -> ImageArray:
        """Draw robot and scene, with shadows.

        Returns:
            (height_px, width_px, 3) uint8 RGB.

        Raises:
            SimulationError: As for `wrist`.
        """
        if self._overview is None or self._overview_size != (height_px, width_px):
            if self._overview is not None:
                self._overview.close()
            groups = (SCENE_GROUP, GRIPPER_GROUP, BODY_GROUP, DECORATION_GROUP)
            self._overview = self._make_renderer(width_px, height_px, groups, detailed=True)
            self._overview_size = (height_px, width_px)
        camera = mujoco.MjvCamera()
        camera.type = mujoco.mjtCamera.mjCAMERA_FREE
        camera.lookat[:] = view.look_at_m
        camera.distance, camera.azimuth, camera.elevation = view.distance_m, view.azimuth_deg, view.elevation_deg
        return self._overview.render(data, camera)

    def close(self) -> None:
        """Free the renderers; safe to call twice."""
        self._closed = True
        for renderer in (self._wrist, self._overview):
            if renderer is not None:
                renderer.close()
        self._wrist = self._overview = None
        if self._gl is not None:
            self._gl.close()
            self._gl = None

    def _make_renderer(
        self, width_px: int, height_px: int, groups: tuple[int, ...], detailed: bool
    ) -> OffscreenRenderer:
        self.check_open()
        assert self._model is not None, "a model is loaded first"
        if self._gl is None:
            self._gl = GlThread()
        return OffscreenRenderer(self._gl, self._model, width_px, height_px, groups, detailed)
