import ctypes

import numpy as np
import pytest

from vinn_training.exceptions import SimulationError
from vinn_training.sim import rendering
from vinn_training.sim.engine import GL_PACKAGES, mujoco
from vinn_training.sim.gl_thread import GlThread
from vinn_training.sim.rendering import OffscreenRenderer, gl_backend

WORLD = """<mujoco><worldbody>
  <geom type="box" size=".5 .5 .5" pos="2 0 1.2" rgba="1 0 0 1" group="0"/>
  <geom type="box" size=".5 .5 .5" pos="2 0 -1.2" rgba="0 0 1 1" group="1"/>
  <camera name="eye" pos="0 0 0" xyaxes="0 -1 0 0 0 1" fovy="120"/>
</worldbody></mujoco>"""


def _eye() -> mujoco.MjvCamera:
    camera = mujoco.MjvCamera()
    camera.type, camera.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, 0
    return camera


def test_the_variable_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    for backend in ("egl", "osmesa"):
        monkeypatch.setenv("MUJOCO_GL", backend)
        assert gl_backend() == backend


def test_without_the_variable_what_is_installed_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUJOCO_GL", raising=False)
    monkeypatch.setattr(rendering, "_loads", lambda library: "OSMesa" in library)
    assert gl_backend() == "osmesa"
    monkeypatch.setattr(rendering, "_loads", lambda library: True)
    assert gl_backend() == "egl"


def test_nothing_installed_names_every_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUJOCO_GL", raising=False)

    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    with pytest.raises(SimulationError) as caught:
        gl_backend()
    assert all(package in str(caught.value) for package in GL_PACKAGES)


def test_a_back_end_that_needs_a_display_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "glfw")
    with pytest.raises(SimulationError, match="'glfw'"):
        gl_backend()


def test_a_driver_that_fails_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(width_px: int, height_px: int) -> None:
        raise ImportError("no device")

    monkeypatch.setattr(rendering, "_create_context", fail)
    model = mujoco.MjModel.from_xml_string(WORLD)
    thread = GlThread()
    with pytest.raises(SimulationError, match=r"no device.*libegl1"):
        OffscreenRenderer(thread, model, 32, 32, [0], detailed=False)
    thread.close()


@pytest.mark.usefixtures("opengl")
def test_draws_the_right_way_up_only_the_groups_asked_for_and_another_model() -> None:
    model = mujoco.MjModel.from_xml_string(WORLD)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    thread = GlThread()
    both = OffscreenRenderer(thread, model, 48, 64, [0, 1], detailed=False)
    picture = both.render(data, _eye()).astype(int)

    assert picture.shape == (64, 48, 3)
    red, blue = picture[..., 0] - picture[..., 2] > 60, picture[..., 2] - picture[..., 0] > 60
    rows = np.arange(64)[:, None] * np.ones((1, 48))
    assert rows[red].mean() < 20 < 44 < rows[blue].mean()

    only_red = OffscreenRenderer(thread, model, 48, 64, [0], detailed=True)
    assert not (only_red.render(data, _eye()).astype(int)[..., 2] > 60).any()

    other = mujoco.MjModel.from_xml_string(WORLD.replace("1 0 0 1", "0 1 0 1"))
    other_data = mujoco.MjData(other)
    mujoco.mj_forward(other, other_data)
    both.load(other)
    green = both.render(other_data, _eye()).astype(int)
    assert (green[..., 1] - green[..., 0] > 60).sum() == red.sum()

    both.close()
    both.close()
    with pytest.raises(SimulationError, match="closed"):
        both.render(other_data, _eye())
    only_red.close()
    thread.close()
