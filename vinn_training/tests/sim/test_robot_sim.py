"""What depends on the scene alone; joints, pictures and refusals are tested through `StretchSim`."""

import numpy as np
from table_scenes import PUSH

from vinn_training.sim.robot_sim import START_GRIPPER_RAD
from vinn_training.sim.stretch_sim import StretchSim
from vinn_training.sim.table_sim import TABLE_PITCH_RAD, TableSim


def test_every_robot_publishes_the_same_joints_and_holds_its_start(sim: StretchSim, shared_table: TableSim) -> None:
    shared_table.reset(PUSH)
    assert set(sim.joint_positions()) == set(shared_table.joint_positions())
    for robot, pitch_rad in ((sim, 0.0), (shared_table, TABLE_PITCH_RAD)):
        before = robot.joint_positions()
        robot.advance(1.0)
        after = robot.joint_positions()
        assert before["joint_wrist_pitch"] == pitch_rad
        assert before["joint_gripper_finger_left"] == START_GRIPPER_RAD
        np.testing.assert_allclose(list(after.values()), list(before.values()), atol=1e-3)
