from __future__ import annotations

import pytest

from vinn_ros.stretch_standin.driver import StandinDriver
from vinn_ros.stretch_standin.fault_effects import FaultEffects
from vinn_ros.stretch_standin.faults import Faults
from vinn_ros.stretch_standin.robot import StandinBody
from vinn_training.kinematics import joints
from vinn_training.sim.driver_config import DriverConfig

TOOL = "tool_stretch_dex_wrist"


class Rig:
    def __init__(self):
        self.body, self.config = StandinBody(), DriverConfig(tool=TOOL)
        self.driver = StandinDriver(self.body, self.config)
        self.effects = FaultEffects(self.body, self.driver, self.config)


@pytest.fixture
def rig():
    return Rig()


def test_a_healthy_robot_refuses_nothing(rig):
    assert rig.effects.in_force == Faults()
    assert rig.effects.tool == TOOL
    assert rig.effects.refused_command() is None
    assert rig.effects.refused_service("stow_the_robot") is None


def test_speeds_tool_and_a_stuck_joint_are_put_back_when_the_faults_are_cleared(rig):
    rig.effects.apply(Faults(speed_factor=0.5, tool="tool_none", stuck_joint=joints.LIFT))
    assert rig.driver.config.speeds == {name: speed / 2 for name, speed in rig.config.speeds.items()}
    assert rig.driver.config.tool == rig.effects.tool == "tool_none"
    assert rig.body.stuck_joint == joints.LIFT
    rig.effects.apply(Faults())
    assert rig.driver.config == rig.config
    assert rig.body.stuck_joint is None


def test_events_happen_once_and_only_the_runstop_is_released(rig):
    rig.effects.apply(Faults(runstopped=True, mode="navigation"))
    assert rig.driver.is_runstopped
    rig.effects.apply(Faults())
    assert not rig.driver.is_runstopped
    rig.effects.apply(Faults(mode="trajectory"))
    rig.driver.switch_mode("position")
    rig.effects.apply(Faults(mode="trajectory", speed_factor=0.5))  # the mode was set before: nobody switches again
    assert rig.driver.mode == "position"


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (Faults(commands_refused=True), "command refused: a fault of the stand-in"),
        (Faults(unhomed=True), "command refused: the robot is not homed; call /home_the_robot"),
        (Faults(tool="tool_unknown"), "command refused: no vector is known for 'tool_unknown'"),
    ],
)
def test_a_refused_command_says_why(rig, faults, words):
    rig.effects.apply(faults)
    assert rig.effects.refused_command().message == words
    assert not rig.effects.refused_command().success


def test_a_robot_that_lost_its_homing_still_stops_but_does_not_stow(rig):
    rig.effects.apply(Faults(unhomed=True))
    assert rig.effects.refused_service("stop_the_robot") is None
    assert "cannot stow: the robot is not homed" in rig.effects.refused_service("stow_the_robot").message
    rig.effects.apply(Faults(services_refused=True))
    assert rig.effects.refused_service("stop_the_robot").message.startswith("/stop_the_robot was refused")
