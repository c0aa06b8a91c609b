from vinn_training.sim.engine import mujoco
from vinn_training.sim.world_options import TIMESTEP_S, set_world_options


def test_the_settings_arrive_in_the_model_and_the_near_plane_is_before_the_fingertips() -> None:
    spec = mujoco.MjSpec()
    set_world_options(spec)
    model = spec.compile()

    assert model.opt.timestep == TIMESTEP_S
    assert model.opt.cone == mujoco.mjtCone.mjCONE_ELLIPTIC
    assert model.opt.impratio == 10.0
    assert model.vis.map.znear * model.stat.extent < 0.05  # metres
