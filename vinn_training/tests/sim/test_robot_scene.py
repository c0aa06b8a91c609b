import numpy as np
import pytest

from vinn_training.exceptions import SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.robot_model import GRASP_LINK
from vinn_training.sim.robot_scene import begin_robot_scene, compile_scene
from vinn_training.sim.scene_builder import SceneBuilder
from vinn_training.sim.world_options import TIMESTEP_S


def _begin(base_x_m: float = 0.0, seed: int = 0, look: str = "oak") -> SceneBuilder:
    return begin_robot_scene("a model", base_x_m, CameraConfig(), seed, look)


def test_a_scene_begins_with_robot_light_and_the_worlds_options() -> None:
    places = []
    for base_x_m in (0.0, 0.3):
        model = compile_scene(_begin(base_x_m), "a scene")
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
        places.append(data.body(GRASP_LINK).xpos.copy())
        assert model.opt.timestep == TIMESTEP_S
        assert model.nlight == 1
    np.testing.assert_allclose(places[1] - places[0], [0.3, 0.0, 0.0], atol=1e-9)


def test_the_light_is_the_days_and_the_lasting_look_is_not() -> None:
    first, again, other_day, other_look = (
        _begin(seed=seed, look=look) for seed, look in ((1, "oak"), (1, "oak"), (2, "oak"), (1, "white"))
    )
    diffuse = [list(builder.spec.lights[0].diffuse) for builder in (first, again, other_day, other_look)]
    assert diffuse[0] == diffuse[1] == diffuse[3] != diffuse[2]
    lasting = [builder.cabinet_rng.random() for builder in (first, again, other_day, other_look)]
    assert lasting[0] == lasting[1] == lasting[2] != lasting[3]


def test_a_model_that_mujoco_refuses_names_the_scene() -> None:
    builder = SceneBuilder(mujoco.MjSpec(), np.random.default_rng(0), np.random.default_rng(0))
    builder.box(builder.spec.worldbody, (0, 0, 0), (-1, 1, 1), builder.colored("red", (1, 0, 0)))
    with pytest.raises(SimulationError, match="refuses the scene 'oak_7'"):
        compile_scene(builder, "oak_7")
