"""The core's settings, as the parameters give them."""

from __future__ import annotations

import pytest

from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.settings import PARAMETERS, bridge_config

DEFAULTS = {spec.name: spec.default for spec in PARAMETERS}


def test_defaults_step_and_wait_for_a_person():
    config = bridge_config(DEFAULTS)
    assert (config.mode, config.auto_resume) == ("step", False)
    assert config.command_period_s == BridgeConfig().command_period_s


def test_continuous_motion_is_a_matter_of_three_live_parameters():
    values = {"mode": "continuous", "continuous_speed_m_s": 0.08, "command_period_s": 0.02}
    config = bridge_config(DEFAULTS | values)
    assert {name: getattr(config, name) for name in values} == values
    specs = {spec.name: spec for spec in PARAMETERS}
    assert all(specs[name].live for name in values)
    assert "expected one of: step, continuous" in specs["mode"].problem("dance")
    assert specs["continuous_speed_m_s"].problem(0.5)
    assert specs["command_period_s"].problem(0.0)


@pytest.mark.parametrize("interface", ["follow_joint_trajectory", "joint_trajectory"])
def test_goals_are_no_nearer_in_time_than_the_driver_takes_them(interface):
    config = bridge_config(DEFAULTS | {"interface": interface, "trajectory_topic": "/arm", "command_period_s": 0.02})
    assert config.command_period_s >= 0.2
