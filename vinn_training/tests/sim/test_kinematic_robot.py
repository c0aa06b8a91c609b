from dataclasses import replace

import pytest

from vinn_training.sim.kinematic_robot import START, KinematicRobot


def test_joints_are_where_they_are_told_to_be():
    robot = KinematicRobot()
    robot.set_targets(replace(START, arm_m=0.4, base_m=0.1, gripper_rad=-0.1))
    robot.advance(0.02)
    positions = robot.joint_positions()
    assert positions["wrist_extension"] == 0.4
    assert positions["joint_arm_l2"] == pytest.approx(0.1)
    assert positions["joint_gripper_finger_left"] == positions["joint_gripper_finger_right"] == -0.1
    assert robot.base_position_m() == 0.1
    assert robot.time_s == 0.02


def test_wall_stops_the_arm():
    robot = KinematicRobot(arm_blocked_at_m=0.15)
    robot.set_targets(replace(START, arm_m=0.4))
    robot.advance(0.02)
    assert robot.joint_positions()["wrist_extension"] == 0.15
