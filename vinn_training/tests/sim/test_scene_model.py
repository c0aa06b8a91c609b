from dataclasses import replace

import numpy as np
import pytest

from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.robot_model import GRASP_LINK
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.scene_model import build_model

SCENE = SceneConfig(cabinet="oak")


def _positions(scene: SceneConfig) -> tuple[mujoco.MjModel, mujoco.MjData]:
    model = build_model(scene, CameraConfig())
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


@pytest.mark.parametrize("lateral_m", [-0.08, 0.0, 0.08])
def test_the_robot_stands_beside_the_handle_by_the_offset_along_its_own_x(lateral_m: float) -> None:
    _, data = _positions(replace(SCENE, lateral_offset_m=lateral_m))

    to_handle = data.site("handle_center").xpos - data.body(GRASP_LINK).xpos
    assert to_handle[0] == pytest.approx(-lateral_m, abs=1e-4)
    assert data.site("handle_center").xpos[1] == pytest.approx(-0.85, abs=1e-6)
    assert data.site("handle_center").xpos[2] == pytest.approx(0.60, abs=1e-6)


def test_nothing_touches_at_the_start_and_the_floor_is_below() -> None:
    model, data = _positions(SCENE)

    assert data.ncon == 0
    assert data.geom("floor").xpos[2] + model.geom("floor").size[2] == pytest.approx(0.0)


def test_equal_scenes_are_equal_and_seeds_differ() -> None:
    first, again, other = (
        build_model(scene, CameraConfig()) for scene in (SCENE, SCENE, replace(SCENE, appearance_seed=1))
    )

    np.testing.assert_array_equal(first.tex_data, again.tex_data)
    np.testing.assert_array_equal(first.light_diffuse, again.light_diffuse)
    assert not np.array_equal(first.light_diffuse, other.light_diffuse)
    # Grain and print belong to the cabinet, whatever the day.
    door = slice(first.tex("door").adr.item(), first.tex("door").adr.item() + 1000)
    np.testing.assert_array_equal(first.tex_data[door], other.tex_data[door])
