from dataclasses import replace

import numpy as np
import pytest
from table_scenes import BOX, PUSH

from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.robot_model import GRASP_LINK, GRASP_X_M
from vinn_training.sim.table_model import build_table_model, to_world_m
from vinn_training.sim.table_scene import TABLE_HEIGHT_M, TableScene

SHAPES = TableScene(
    "white",
    (BOX, replace(BOX, shape="cylinder", right_m=-0.15), replace(BOX, shape="prism", right_m=-0.05, away_m=0.8)),
    PUSH.circle,
)


def _model(scene: TableScene) -> tuple[mujoco.MjModel, mujoco.MjData]:
    model = build_table_model(scene, CameraConfig())
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


def test_right_and_away_are_the_wrist_cameras() -> None:
    np.testing.assert_allclose(to_world_m(0.1, 0.7, 0.02), [GRASP_X_M - 0.1, -0.7, TABLE_HEIGHT_M + 0.02])


def test_things_stand_where_the_scene_says_and_the_robot_in_front_of_the_first() -> None:
    _, data = _model(replace(SHAPES, lateral_offset_m=0.04))

    for index, thing in enumerate(SHAPES.things):
        place = to_world_m(thing.right_m, thing.away_m, thing.height_m / 2)
        np.testing.assert_allclose(data.body(f"thing_{index}").xpos, place, atol=1e-3)
    assert data.body(GRASP_LINK).xpos[0] - data.body("thing_0").xpos[0] == pytest.approx(0.04, abs=1e-3)
    np.testing.assert_allclose(data.geom("circle").xpos[:2], to_world_m(0.0, 0.80)[:2], atol=1e-6)
    assert data.ncon == 0


def test_things_of_every_shape_rest_on_the_table_and_on_each_other() -> None:
    model, data = _model(SHAPES)
    # The third is let fall on the first.
    joint = data.joint("thing_2_free")
    joint.qpos[:3] = data.body("thing_0").xpos + np.array([0.0, 0.0, 0.06])
    mujoco.mj_step(model, data, nstep=250)

    for index in (0, 1):
        assert data.body(f"thing_{index}").xpos[2] == pytest.approx(TABLE_HEIGHT_M + 0.025, abs=2e-3)
    assert data.body("thing_2").xpos[2] == pytest.approx(TABLE_HEIGHT_M + 0.075, abs=3e-3)


def test_friction_decides_on_which_slope_a_thing_slides() -> None:
    for friction, slides in ((0.3, True), (0.6, False)):
        model, data = _model(replace(PUSH, things=(replace(BOX, friction=friction),)))
        model.opt.gravity[:] = 9.81 * np.array([-0.41, 0.0, -0.91])  # a slope of 24 degrees: tan is 0.45
        before = data.body("thing_0").xpos[0]
        mujoco.mj_step(model, data, nstep=150)
        assert (before - data.body("thing_0").xpos[0] > 0.05) == slides


def test_equal_scenes_are_equal_and_seeds_differ() -> None:
    first, again, other = (_model(scene)[0] for scene in (PUSH, PUSH, replace(PUSH, appearance_seed=1)))

    np.testing.assert_array_equal(first.tex_data, again.tex_data)
    np.testing.assert_array_equal(first.light_diffuse, again.light_diffuse)
    assert not np.array_equal(first.light_diffuse, other.light_diffuse)


def test_only_a_push_scene_has_a_circle() -> None:
    model, _ = _model(replace(PUSH, circle=None))
    with pytest.raises(KeyError):
        model.geom("circle")
