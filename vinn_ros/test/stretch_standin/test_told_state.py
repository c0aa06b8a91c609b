from __future__ import annotations

import math
from dataclasses import replace

import pytest

from vinn_ros.stretch_sim.core import RobotSnapshot
from vinn_ros.stretch_standin.faults import Faults
from vinn_ros.stretch_standin.journal import Journal
from vinn_ros.stretch_standin.told_state import ToldState
from vinn_training.kinematics import joints

HERE = RobotSnapshot(1.0, {joints.LIFT: 0.6, joints.EXTENSION: 0.1}, 0.2, "position", True, False, True, "tool_none")
THERE = replace(HERE, time_s=2.0, positions={joints.LIFT: 0.7, joints.EXTENSION: 0.1}, base_position_m=0.3)


class Told:
    def __init__(self):
        self.journal = Journal()
        self.state = ToldState(0, self.journal)

    def kinds(self):
        return [event["kind"] for event in self.journal.content()["events"]]


@pytest.fixture
def told():
    return Told()


def test_without_faults_the_truth_is_told_and_noted(told):
    assert told.state.joint_states(5.0, HERE) == told.state.odometry(5.0, HERE) == told.state.status(5.0, HERE) == HERE
    assert told.kinds() == ["joint_states", "odometry", "status"]


def test_what_freezes_stays_as_it_was_and_is_not_noted_as_true(told):
    told.state.take(Faults(joint_states="frozen", odometry="frozen"), HERE)
    assert told.state.joint_states(5.0, THERE) == told.state.odometry(5.0, THERE) == HERE
    assert told.kinds() == []
    told.state.take(Faults(), THERE)
    assert told.state.joint_states(6.0, THERE) == THERE


def test_broken_sensors_say_no_number_and_leave_the_truth_alone(told):
    told.state.take(Faults(joint_states="nan", odometry="nan"), HERE)
    positions = told.state.joint_states(5.0, HERE).positions
    assert math.isnan(positions[joints.LIFT])
    assert positions[joints.EXTENSION] == 0.1
    assert math.isnan(told.state.odometry(5.0, HERE).base_position_m)
    assert HERE.positions[joints.LIFT] == 0.6
    assert told.kinds() == []


def test_silence(told):
    told.state.take(Faults(joint_states="stopped", odometry="stopped", status_stopped=True), HERE)
    assert told.state.joint_states(5.0, HERE) is None
    assert told.state.odometry(5.0, HERE) is None
    assert told.state.status(5.0, HERE) is None


def test_the_same_seed_loses_the_same_messages(told):
    def heard(state):
        state.take(Faults(joint_state_drop_fraction=0.5), HERE)
        return [state.joint_states(5.0, HERE) is not None for _ in range(100)]

    first = heard(told.state)
    assert first == heard(ToldState(0, Journal())) != heard(ToldState(1, Journal()))
    assert 30 < sum(first) < 70
    assert told.kinds() == ["joint_states"] * sum(first)
