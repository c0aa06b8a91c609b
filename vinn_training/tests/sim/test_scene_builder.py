import numpy as np
import pytest

from vinn_training.sim.engine import mujoco
from vinn_training.sim.groups import ROBOT_CONTACT, SCENE_CONTACT
from vinn_training.sim.scene_builder import SceneBuilder


@pytest.fixture
def builder() -> SceneBuilder:
    return SceneBuilder(mujoco.MjSpec(), np.random.default_rng(0), np.random.default_rng(1))


def test_a_picture_arrives_in_the_model_as_it_is(builder: SceneBuilder) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (8, 16, 3), dtype=np.uint8)
    builder.box(builder.spec.worldbody, (0, 0, 0), (1, 1, 1), builder.textured("paper", picture), name="box")
    model = builder.spec.compile()

    np.testing.assert_array_equal(model.tex_data, picture.reshape(-1))
    assert model.mat(model.geom("box").matid.item()).name == "paper"


def test_a_wrapped_picture_is_on_every_side(builder: SceneBuilder) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    builder.wrapped("packet", picture)
    model = builder.spec.compile()

    assert model.tex("packet").type.item() == mujoco.mjtTexture.mjTEXTURE_CUBE
    np.testing.assert_array_equal(model.tex_data.reshape(6, 8, 8, 3), np.stack([picture] * 6))


def test_only_solid_shapes_can_be_touched_and_only_by_the_robot(builder: SceneBuilder) -> None:
    color = builder.colored("red", (1, 0, 0))
    builder.box(builder.spec.worldbody, (0, 0, 0), (1, 1, 1), color, name="air")
    builder.box(builder.spec.worldbody, (0, 0, 0), (1, 1, 1), color, name="wood", solid=True)
    model = builder.spec.compile()

    def touches(name: str, other: tuple[int, int]) -> bool:
        geom = model.geom(name)
        return bool(geom.contype.item() & other[1]) or bool(geom.conaffinity.item() & other[0])

    robot, scene = (ROBOT_CONTACT, SCENE_CONTACT), (SCENE_CONTACT, ROBOT_CONTACT)
    assert [touches("air", robot), touches("wood", robot), touches("wood", scene)] == [False, True, False]


def test_a_cylinder_lies_along_its_axis(builder: SceneBuilder) -> None:
    color = builder.colored("red", (1, 0, 0))
    builder.cylinder(builder.spec.worldbody, (0, 0, 1), 0.1, 0.5, (0, 1, 0), color, name="rod")
    model = builder.spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)

    np.testing.assert_allclose(np.abs(data.geom("rod").xmat.reshape(3, 3)[:, 2]), [0, 1, 0], atol=1e-9)
