from dataclasses import replace

import numpy as np
import pytest

from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.stretch_sim import StretchSim


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_geometry_predicts_where_the_handle_goes(sim: StretchSim, side: str) -> None:
    """Turning the handle about the hinge by the door's angle, in the stated sense, gives the handle's new place."""
    sim.reset(replace(SceneConfig(cabinet="oak"), hinge_side=side))
    closed = sim.grasp_geometry()
    sim._data.joint("door_hinge").qpos[0] = 0.5
    opened = sim.grasp_geometry()

    angle = closed.opening_axis * 0.5
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    np.testing.assert_allclose(opened.handle_m, closed.hinge_m + turn @ (closed.handle_m - closed.hinge_m), atol=1e-6)
    assert sim.task_state().door_angle_rad == pytest.approx(0.5)
    assert opened.handle_m[1] > closed.handle_m[1] + 0.1  # towards the robot


def test_a_handle_counts_as_grasped_only_between_both_fingertips(sim: StretchSim) -> None:
    """The grasp point is put on the handle, then the gripper is closed; then the hand is withdrawn."""
    sim.reset(SceneConfig(cabinet="oak"))
    geometry = sim.grasp_geometry()
    for index in range(4):
        sim._data.joint(f"joint_arm_l{index}").qpos[0] += (geometry.grasp_m[1] - geometry.handle_m[1]) / 4
    reached = sim.joint_positions()["wrist_extension"]
    sim._data.ctrl[2] = reached
    sim.advance(0.1)
    assert not sim.task_state().handle_grasped
    sim._data.ctrl[6:8] = -0.2
    sim.advance(0.8)
    assert sim.task_state().handle_grasped
    sim._data.ctrl[6:8] = 0.2
    sim.advance(0.8)
    assert not sim.task_state().handle_grasped
