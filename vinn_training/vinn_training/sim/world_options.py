"""Physics and view settings that every scene with the robot shares."""

from __future__ import annotations

from vinn_training.sim.engine import mujoco

#: Physics step; twice this loses grasps.
TIMESTEP_S = 0.004


def set_world_options(spec: mujoco.MjSpec) -> None:
    """Set integrator, contacts and clipping planes of a scene with the robot."""
    spec.option.timestep = TIMESTEP_S
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 10.0
    # The near plane must lie in front of the fingertips, which are a hand's breadth from the wrist camera.
    spec.stat.extent = 2.5
    spec.visual.map.znear = 0.008
    spec.visual.map.zfar = 10.0
