"""Off-screen OpenGL without a display: choice of the back end, and renderers that any thread may call."""

from __future__ import annotations

import atexit
import ctypes
import os
import threading
from collections.abc import Sequence
from typing import Any
from weakref import WeakSet

import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import SimulationError
from vinn_training.sim.engine import GL_HINT, mujoco
from vinn_training.sim.gl_thread import GlThread

_MAX_GEOMS = 400
_LIBRARIES = {"egl": ("libEGL.so.1",), "osmesa": ("libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so")}

# Renderers still open. Contexts must be freed before MuJoCo's own exit handler ends the display.
_open: WeakSet[Any] = WeakSet()
_exit_lock = threading.Lock()
_exit_registered = False


def gl_backend() -> str:
    """Choose how OpenGL is reached.

    Returns:
        The value of MUJOCO_GL where it is set, otherwise "egl", otherwise "osmesa", by what is installed.

    Raises:
        SimulationError: If MUJOCO_GL asks for a back end that needs a display, or neither library is installed.
    """
    asked = os.environ.get("MUJOCO_GL", "").strip().lower()
    if asked in _LIBRARIES:
        return asked
    if asked:
        raise SimulationError(f"MUJOCO_GL is {asked!r}; expected 'egl', 'osmesa' or unset: rendering is off-screen")
    for backend, libraries in _LIBRARIES.items():
        if any(_loads(library) for library in libraries):
            return backend
    raise SimulationError(f"no OpenGL library for off-screen rendering is installed; {GL_HINT}")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _create_context(width_px: int, height_px: int) -> Any:
    """Create an OpenGL context of the chosen back end; raises whatever the back end raises."""
    # Imported here because the modules choose PyOpenGL's platform for the whole process when imported.
    if gl_backend() == "egl":
        from mujoco.egl import GLContext
    else:
        from mujoco.osmesa import GLContext
    return GLContext(width_px, height_px)


class OffscreenRenderer:
    """Draws one camera of one model.

    Args:
        thread: Runs every OpenGL call.
        model: Model to draw.
        width_px: Width of the picture.
        height_px: Height of the picture.
        groups: Geom groups to draw.
        detailed: True for shadows and smooth edges, which cost four times as much.

    Raises:
        SimulationError: If OpenGL cannot start; the message names the packages to install.
    """

    def __init__(
        self,
        thread: GlThread,
        model: mujoco.MjModel,
        width_px: int,
        height_px: int,
        groups: Sequence[int],
        detailed: bool,
    ) -> None:
        self._thread = thread
        self._shape = (height_px, width_px, 3)
        self._option = mujoco.MjvOption()
        self._option.geomgroup[:] = 0
        self._option.geomgroup[list(groups)] = 1
        self._detailed = detailed
        self._context: Any = None
        self._mjr: Any = None
        self.load(model)
        _close_at_exit(self)

    def load(self, model: mujoco.MjModel) -> None:
        """Draw another model from now on. The OpenGL context, with its compiled shaders, is kept.

        Raises:
            SimulationError: As for the constructor.
        """
        self._model = model
        self._scene = mujoco.MjvScene(model, maxgeom=_MAX_GEOMS)
        for flag in (mujoco.mjtRndFlag.mjRND_REFLECTION, mujoco.mjtRndFlag.mjRND_SKYBOX, mujoco.mjtRndFlag.mjRND_HAZE):
            self._scene.flags[flag] = 0
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = int(self._detailed)
        self._thread.call(self._start)

    def render(self, data: mujoco.MjData, camera: mujoco.MjvCamera) -> ImageArray:
        """Draw the state.

        Args:
            data: State to draw; it must not change meanwhile.
            camera: From where.

        Returns:
            (height_px, width_px, 3) uint8 RGB.

        Raises:
            SimulationError: If the renderer was closed.
        """
        return self._thread.call(self._render, data, camera)

    def close(self) -> None:
        """Free what OpenGL holds; safe to call twice."""
        if self._context is not None:
            self._thread.call(self._free)

    def _start(self) -> None:
        height, width, _ = self._shape
        # The context reads its sizes from the model at this moment.
        self._model.vis.global_.offwidth, self._model.vis.global_.offheight = width, height
        self._model.vis.quality.offsamples = 4 if self._detailed else 0
        self._model.vis.quality.shadowsize = 2048 if self._detailed else 0
        try:
            if self._context is None:
                self._context = _create_context(width, height)
            self._context.make_current()
            if self._mjr is not None:
                self._mjr.free()
            self._mjr = mujoco.MjrContext(self._model, mujoco.mjtFontScale.mjFONTSCALE_50)
            mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._mjr)
        except SimulationError:
            raise
        except Exception as error:
            # PyOpenGL and the drivers raise a wide family here; every one of them means the same to a user.
            self._free()
            raise SimulationError(
                f"OpenGL cannot start off-screen ({type(error).__name__}: {error}); {GL_HINT}"
            ) from error

    def _render(self, data: mujoco.MjData, camera: mujoco.MjvCamera) -> ImageArray:
        if self._mjr is None:
            raise SimulationError("the renderer was closed; make a new simulation to go on")
        height, width, _ = self._shape
        self._context.make_current()
        mujoco.mjv_updateScene(self._model, data, self._option, None, camera, mujoco.mjtCatBit.mjCAT_ALL, self._scene)
        viewport = mujoco.MjrRect(0, 0, width, height)
        mujoco.mjr_render(viewport, self._scene, self._mjr)
        pixels = np.empty(self._shape, dtype=np.uint8)
        mujoco.mjr_readPixels(pixels, None, viewport, self._mjr)
        return np.ascontiguousarray(pixels[::-1])  # OpenGL's first row is the bottom

    def _free(self) -> None:
        if self._context is not None:
            if self._mjr is not None:
                self._context.make_current()
                self._mjr.free()
            self._context.free()
        self._context = self._mjr = None


def _close_at_exit(renderer: OffscreenRenderer) -> None:
    """Remember a renderer. Called after the first context exists, so that our handler runs before MuJoCo's."""
    global _exit_registered
    with _exit_lock:
        _open.add(renderer)
        if not _exit_registered:
            atexit.register(_close_all)
            _exit_registered = True


def _close_all() -> None:
    for renderer in list(_open):
        renderer.close()
