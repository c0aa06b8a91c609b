"""What the core makes of sensors and tools that are not what they say they are."""

from __future__ import annotations

import numpy as np
import pytest
from world import TOOL, World

from vinn_ros.stretch_bridge.core import BridgeConfig
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE, encode


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


def test_a_base_that_stands_against_something_may_back_off(world):
    world.translation = np.array([0.9, 0.0, 0.1])
    world.run(2.0)
    take, at_m, seen_m = world.core.odometry, world.driver.base_position_m(), []

    def blocked_ahead(x_m, y_m, yaw_rad, now_s):
        sign = 1.0 if world.translation[0] > 0 else -1.0
        seen_m.append(at_m if sign > 0 else at_m + (x_m - seen_at_turn[-1]))
        take(seen_m[-1], y_m, yaw_rad, now_s)

    seen_at_turn = [at_m]
    world.core.odometry = blocked_ahead
    world.run(3.0)
    assert "odometry shows no motion" in world.core.reason
    seen_at_turn.append(world.driver.base_position_m())
    world.translation = np.array([-0.9, 0.0, 0.1])
    moves = len(world.moves)
    world.run(2.0)
    assert len(world.moves) > moves + 1
    assert world.core.reason == ""


def test_a_camera_frozen_while_the_robot_moves_stops_it(world):
    world.fingerprint = (0.25, 0.5)
    world.run(3.0)
    assert "camera frozen" in world.core.reason
    moves = len(world.moves)
    world.run(1.0)
    assert len(world.moves) == moves
    world.fingerprint = ()
    world.run(1.0)
    assert len(world.moves) > moves


def test_a_driver_that_comes_back_elsewhere_is_no_frozen_camera(world):
    # A simulator draws equal pictures of equal scenes: the first one after its restart may come before joint states.
    world.fingerprint = (0.25, 0.5)
    world.translation = np.zeros(3)
    world.run(1.0)
    world.driver_alive = False
    world.run(2.0)
    assert world.core.state == "holding"
    moves = len(world.moves)
    world.driver.joint_pose_command(
        encode(TOOL, {**world.position, joints.LIFT: 0.9, joints.BASE: 0.0, BASE_ROTATE: 0.0})
    )
    world.run(3.0)
    world.driver_alive = True
    world.run(3.0)
    assert world.core.reason == ""
    assert len(world.moves) > moves


def test_a_tool_that_the_kinematics_are_not_for_stops_it(controller):
    world = World(controller, BridgeConfig(auto_resume=True, tools=("tool_stretch_gripper",))).activate().run(2.0)
    assert world.moves == []
    assert "'tool_stretch_dex_wrist', the bridge's kinematics are for 'tool_stretch_gripper'" in world.core.reason
