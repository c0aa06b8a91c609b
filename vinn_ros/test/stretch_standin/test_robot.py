from __future__ import annotations

from dataclasses import replace

import pytest

from vinn_ros.stretch_standin.faults import STUCK_JOINTS
from vinn_ros.stretch_standin.robot import StandinBody
from vinn_training.kinematics import joints
from vinn_training.sim.actuators import ActuatorTargets
from vinn_training.sim.kinematic_robot import START

TARGETS = ActuatorTargets(
    base_m=0.1, lift_m=0.7, arm_m=0.2, wrist_yaw_rad=0.3, wrist_pitch_rad=0.4, wrist_roll_rad=0.5, gripper_rad=0.15
)


def positions(body):
    return {**body.joint_positions(), joints.BASE: body.base_position_m()}


@pytest.mark.parametrize("stuck", STUCK_JOINTS[1:])
def test_a_stuck_joint_alone_does_not_follow(stuck):
    body, free = StandinBody(), StandinBody()
    start = positions(body)
    body.stuck_joint = stuck
    for each in (body, free):
        each.set_targets(TARGETS)
        each.advance(0.1)
    assert positions(body)[stuck] == start[stuck]
    assert positions(free)[stuck] != start[stuck]
    for name in set(STUCK_JOINTS[1:]) - {stuck}:
        assert positions(body)[name] == positions(free)[name]


def test_placing_it_does_not_turn_time_back():
    body = StandinBody()
    body.set_targets(TARGETS)
    body.advance(0.5)
    body.place(replace(START, lift_m=0.4))
    assert body.joint_positions()[joints.LIFT] == 0.4
    assert body.time_s == 0.5
    body.advance(0.25)
    assert body.time_s == 0.75
