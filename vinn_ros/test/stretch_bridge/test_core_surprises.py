"""What the core makes of sensors and tools that are not what they say they are."""

from __future__ import annotations

import numpy as np
import pytest
from world import World

from vinn_ros.stretch_bridge.core import BridgeConfig
from vinn_training.kinematics import joints


@pytest.fixture
def world(controller):
    return World(controller, BridgeConfig(auto_resume=True)).activate()


def test_frozen_odometry_does_not_let_the_base_drive_on(world):
    world.translation = np.array([0.9, 0.0, 0.1])
    world.run(2.0)
    take, at_m = world.core.odometry, world.driver.base_position_m()
    world.core.odometry = lambda x_m, y_m, yaw_rad, now_s: take(at_m, y_m, yaw_rad, now_s)
    world.run(10.0)
    assert abs(world.position[joints.BASE] - at_m) < 0.1  # two steps: the one in work, and one without an answer
    assert "odometry shows no motion" in world.core.reason
    del world.core.odometry
    moves = len(world.moves)
    world.run(2.0)
    assert len(world.moves) > moves


def test_a_tool_that_the_kinematics_are_not_for_stops_it(controller):
    world = World(controller, BridgeConfig(auto_resume=True, tool="tool_stretch_gripper")).activate().run(2.0)
    assert world.moves == []
    assert "'tool_stretch_dex_wrist', the bridge's kinematics are for 'tool_stretch_gripper'" in world.core.reason
