from dataclasses import replace

import numpy as np
import pytest

from vinn_training.sim.cabinet_model import DOOR_JOINT, HANDLE_GEOM, HANDLE_RADIUS_M, HANDLE_SITE, add_cabinet
from vinn_training.sim.cabinets import cabinet_named
from vinn_training.sim.engine import mujoco
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.scene_builder import SceneBuilder

SCENE = SceneConfig(cabinet="oak")
PAPER = (0.88, 0.87, 0.83)


def _model(scene: SceneConfig) -> mujoco.MjModel:
    """Return the cabinet alone; the world's axes are those of the front frame."""
    spec = mujoco.MjSpec()
    spec.compiler.degree = False  # as in the robot's description, which the cabinet is added to
    spec.option.gravity = [0, -9.81, 0]
    builder = SceneBuilder(spec, np.random.default_rng(0), np.random.default_rng(1))
    add_cabinet(builder, spec.worldbody.add_body(name="front"), scene, cabinet_named(scene.cabinet))
    return spec.compile()


def _handle(model: mujoco.MjModel, angle_rad: float) -> np.ndarray:
    data = mujoco.MjData(model)
    data.joint(DOOR_JOINT).qpos[0] = angle_rad
    mujoco.mj_forward(model, data)
    return data.site(HANDLE_SITE).xpos.copy()


@pytest.mark.parametrize(("side", "sign"), [("right", 1.0), ("left", -1.0)])
def test_the_handle_comes_towards_the_robot_and_to_the_hinge_on_its_arc(side: str, sign: float) -> None:
    model = _model(replace(SCENE, hinge_side=side))
    closed, opened = _handle(model, 0.0), _handle(model, np.pi / 3)

    assert closed[0] == pytest.approx(0.0, abs=1e-6)
    assert closed[1] == pytest.approx(cabinet_named("oak").handle_height_m)
    assert closed[2] == pytest.approx(0.05, abs=1e-6)
    assert opened[2] > closed[2] + 0.25  # z is out of the door
    assert sign * opened[0] > 0.1  # towards the hinge
    hinge = np.array([sign * HANDLE_RADIUS_M, -0.01])
    radii = [np.linalg.norm(point[[0, 2]] - hinge) for point in (closed, opened)]
    assert radii[0] == pytest.approx(radii[1])


def test_the_door_swings_freely_but_not_inwards() -> None:
    model = _model(SCENE)
    data = mujoco.MjData(model)
    for torque, low, high in ((3.0, 0.5, 1.8), (-3.0, -0.02, 0.02)):
        mujoco.mj_resetData(model, data)
        for _ in range(1000):
            data.joint(DOOR_JOINT).qfrc_applied[0] = torque
            mujoco.mj_step(model, data)
        assert low < data.joint(DOOR_JOINT).qpos[0] < high


def test_hinge_settings_arrive() -> None:
    model = _model(replace(SCENE, hinge_friction_nm=0.4, hinge_damping_nms=0.7, hinge_stiffness_nm=1.5))
    dof = model.joint(DOOR_JOINT).dofadr.item()

    assert model.dof_frictionloss[dof] == pytest.approx(0.4)
    assert model.dof_damping[dof] == pytest.approx(0.7)
    assert model.joint(DOOR_JOINT).stiffness.item() == pytest.approx(1.5)


def test_covers_change_what_they_cover_and_nothing_else() -> None:
    plain = _model(SCENE)
    covered = _model(replace(SCENE, signs_covered=True, handle_covered=True, bins_covered=1))

    def color(model: mujoco.MjModel, name: str) -> tuple[float, ...]:
        return tuple(np.round(model.mat(name).rgba[:3], 3))

    assert color(covered, "sign_0") == color(covered, "handle") == color(covered, "bin_0") == PAPER
    assert color(plain, "handle") != PAPER
    assert color(plain, "bin_0") != PAPER
    assert color(covered, "bin_1") == color(plain, "bin_1") != PAPER
    assert plain.mat("sign_0").texid.max() >= 0
    assert covered.mat("sign_0").texid.max() == -1
    for model in (plain, covered):
        assert model.geom(HANDLE_GEOM).contype.item()
