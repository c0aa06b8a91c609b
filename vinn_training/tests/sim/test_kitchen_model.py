import numpy as np

from vinn_training.sim.cabinets import cabinet_named
from vinn_training.sim.engine import mujoco
from vinn_training.sim.groups import DECORATION_GROUP, SCENE_GROUP
from vinn_training.sim.kitchen_model import add_kitchen, add_lights
from vinn_training.sim.scene_builder import SceneBuilder

SPAN_M = (-0.05, 0.35)


def _model(seed: int) -> mujoco.MjModel:
    spec = mujoco.MjSpec()
    builder = SceneBuilder(spec, np.random.default_rng(seed), np.random.default_rng(1))
    add_lights(builder)
    add_kitchen(builder, spec.worldbody.add_body(name="front"), cabinet_named("oak"), SPAN_M)
    return spec.compile()


def test_nothing_can_be_touched_and_the_door_has_room() -> None:
    model = _model(0)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)

    assert not model.geom_contype.any()
    assert not model.geom_conaffinity.any()
    # In front of the wall and above the floor nothing reaches into the span of the door, 0.30 to 0.80 m high.
    for index in range(model.ngeom):
        low, high = data.geom_xpos[index] - model.geom_size[index], data.geom_xpos[index] + model.geom_size[index]
        inside = low[0] < SPAN_M[1] and high[0] > SPAN_M[0] and low[1] < 0.8 and high[1] > 0.3 and high[2] > -0.5
        assert not inside or model.geom(index).name == "floor" or abs(data.geom_xpos[index][0]) > 5.0


def test_light_varies_with_the_seed_and_only_with_it() -> None:
    lights = [(_model(seed).light_diffuse.tolist(), _model(seed).light_dir.tolist()) for seed in (0, 0, 1)]

    assert lights[0] == lights[1]
    assert lights[0] != lights[2]
    for _, directions in lights:
        assert directions[0][2] < -0.5  # from above


def test_decoration_is_kept_from_the_wrist_camera() -> None:
    model = _model(0)
    groups = set(model.geom_group.tolist())
    assert groups == {SCENE_GROUP, DECORATION_GROUP}
