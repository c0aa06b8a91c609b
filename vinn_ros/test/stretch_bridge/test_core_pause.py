"""A person's pause, in both modes."""

from __future__ import annotations

import pytest
from world import World

from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_training.kinematics import joints


@pytest.fixture(params=["step", "continuous"])
def world(controller, request) -> World:
    world = World(controller, BridgeConfig(auto_resume=True, mode=request.param)).activate().run(0.5)
    while world.core.state != "moving":
        world.run(0.02)
    return world


def test_a_pause_stops_and_ends_with_resume_alone(world):
    assert world.core.state == "moving"
    stop = world.core.pause("a hand in the way", world.now_s)
    world._do(stop)
    assert not stop.announce_only
    assert "a hand in the way" in stop.reason
    at, moves = world.position, len(world.moves)
    world.run(2.0)  # good actions all the time, and auto_resume
    world.core.enable(world.now_s)
    world.run(1.0)
    assert (world.position, len(world.moves)) == (at, moves)
    assert world.core.state == "paused"
    assert "a hand in the way" in world.core.reason
    assert world.core.pause("again", world.now_s) is None
    assert "a hand in the way" in world.core.reason
    world.core.resume(world.now_s)
    assert world.core.state == "holding"
    world.run(1.0)
    assert len(world.moves) > moves


def test_faults_in_a_pause_are_no_reason_to_disturb_and_are_found_after_it(world):
    world._do(world.core.pause("lunch", world.now_s))
    stops = len(world.stops)
    world.driver.switch_mode("navigation")  # somebody drives the robot by hand
    world.run(2.0)
    assert len(world.stops) == stops
    assert world.driver.mode == "navigation"
    world.core.resume(world.now_s)
    moves = len(world.moves)
    world.run(1.5)
    assert world.driver.mode == "position"  # who resumes wants the robot to move
    assert len(world.moves) > moves


def test_a_driver_that_restarts_in_a_pause_is_set_up_again_and_does_not_move(world):
    world._do(world.core.pause("battery", world.now_s))
    world.driver_alive = False
    world.run(1.0)
    world.driver.deactivate_streaming_position()
    world.driver_alive = True
    moves = len(world.moves)
    world.run(1.0)
    assert world.called[-1] == "activate_streaming_position"
    assert len(world.moves) == moves


def test_pausing_a_stopped_robot_commands_nothing_and_a_disabled_one_is_not_paused(world):
    world.hold_reason = "unfamiliar"
    world.run(0.5)
    assert world.core.pause("look", world.now_s).announce_only
    world.core.disable("off", world.now_s)
    assert world.core.pause("look", world.now_s) is None
    world.core.resume(world.now_s)
    assert world.core.state == "disabled"
    world.hold_reason = ""
    moves = len(world.moves)
    world.core.enable(world.now_s)
    world.run(1.0)
    assert len(world.moves) > moves


def test_resume_ends_a_stop_that_waits_for_a_person(controller):
    world = World(controller, BridgeConfig(auto_resume=False)).activate().run(0.9)
    world.hold_reason = "unfamiliar"
    world.run(0.3)
    world.hold_reason = ""
    moves = len(world.moves)
    world.run(1.0)
    assert len(world.moves) == moves
    world.core.resume(world.now_s)
    world.run(1.0)
    assert len(world.moves) > moves


def test_a_pause_ends_a_pose(controller):
    world = World(controller, BridgeConfig(auto_resume=True)).activate()
    world.policy_alive = False
    world.run(0.3)
    assert world.core.begin_pose({joints.LIFT: 0.8}, world.now_s) is None
    world.run(0.5)
    world._do(world.core.pause("a hand in the way", world.now_s))
    assert world.core.pose_state == "failed"
    assert "a hand in the way" in world.core.pose_problem
    at = world.position
    world.core.resume(world.now_s)
    world.run(1.0)
    assert world.position == at  # the pose must be asked for again
