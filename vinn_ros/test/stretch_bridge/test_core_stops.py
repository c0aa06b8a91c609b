"""When the bridge stops, what it says, and how it goes on, in closed loop with the stand-in driver."""

import math

import numpy as np
import pytest
from world import World, travelled

from vinn_ros.stretch_bridge.core import BridgeConfig
from vinn_training.kinematics import joints


@pytest.fixture
def world(controller) -> World:
    return World(controller).activate()


def test_driver_is_set_up_whatever_its_state(controller):
    world = World(controller)
    world.driver.switch_mode("trajectory")
    world.activate().run(1.0)
    assert world.called == ["switch_to_position_mode", "activate_streaming_position"]
    assert world.moves


def test_bridge_first_driver_later(controller):
    world = World(controller)
    world.driver_alive = False
    world.activate().run(3.0)
    assert world.moves == []
    assert "joint states" in world.core.reason
    world.driver_alive = True
    world.run(1.0)
    assert world.moves


@pytest.mark.parametrize(
    ("break_it", "mend_it", "reason"),
    [
        (lambda w: setattr(w, "policy_alive", False), lambda w: setattr(w, "policy_alive", True), "newest action"),
        (lambda w: setattr(w, "latency_s", 0.7), lambda w: setattr(w, "latency_s", 0.1), "stale input"),
        (lambda w: setattr(w, "hold_reason", "unfamiliar"), lambda w: setattr(w, "hold_reason", ""), "unfamiliar"),
        (
            lambda w: setattr(w, "frame_id", "map"),
            lambda w: setattr(w, "frame_id", "wrist_camera_optical_frame"),
            "map",
        ),
        (
            lambda w: setattr(w, "translation", np.array([0, math.nan, 0])),
            lambda w: setattr(w, "translation", np.array([0, 0, 0.5])),
            "finite",
        ),
        (
            lambda w: setattr(w, "translation", np.array([0, 0, 1.5])),
            lambda w: setattr(w, "translation", np.array([0, 0, 0.5])),
            "length 1.5",
        ),
        (lambda w: w.driver.runstop(True), lambda w: w.driver.runstop(False), "runstopped"),
        (lambda w: w.driver.switch_mode("navigation"), lambda w: w.driver.switch_mode("position"), "navigation mode"),
        (
            lambda w: w.driver.deactivate_streaming_position(),
            lambda w: w.driver.activate_streaming_position(),
            "not activated",
        ),
        (
            lambda w: setattr(w, "joint_overrides", {joints.LIFT: math.nan}),
            lambda w: setattr(w, "joint_overrides", {}),
            "joint states",
        ),
        (
            lambda w: setattr(w, "joint_overrides", {joints.LIFT: 1.6}),
            lambda w: setattr(w, "joint_overrides", {}),
            "outside its range",
        ),
    ],
)
def test_each_fault_stops_the_robot_says_why_and_ends_with_it(world, break_it, mend_it, reason):
    world.run(0.9)
    assert world.moves
    break_it(world)
    world.run(1.2)
    assert reason in world.core.reason
    assert any(reason in stop.reason for stop in world.stops)
    assert len(world.commanded_stops) == 1
    assert world.core.state == "holding"
    assert travelled(world, 1.0) == pytest.approx(0.0, abs=1e-9)
    moves = len(world.moves)
    mend_it(world)
    world.run(1.5)
    assert len(world.moves) > moves


def test_a_stop_reaches_a_robot_that_is_under_way(world):
    """The policy dies in the middle of a long motion: the robot must not finish it seconds later."""
    world.driver.config.speeds[joints.EXTENSION] = 0.005
    world.run(0.4)
    assert world.core.state == "moving"
    world.policy_alive = False
    world.run(0.8)
    assert world.commanded_stops
    assert travelled(world, 2.0) == 0.0


def test_without_auto_resume_a_person_must_enable_again(controller):
    world = World(controller, BridgeConfig(auto_resume=False)).activate()
    world.run(0.9)
    world.hold_reason = "unfamiliar"
    world.run(0.5)
    world.hold_reason = ""
    moves = len(world.moves)
    assert travelled(world, 2.0) == 0.0
    assert "enable the bridge again" in world.core.reason
    world.core.enable(world.now_s)
    world.run(1.0)
    assert len(world.moves) > moves


def test_driver_that_died_and_came_back_is_set_up_again(world):
    world.run(1.0)
    world.driver_alive = False
    world.run(2.0)
    assert "joint states" in world.core.reason
    world.driver.deactivate_streaming_position()  # as after a restart
    world.driver.switch_mode("navigation")
    world.driver_alive = True
    moves = len(world.moves)
    world.run(2.0)
    assert len(world.moves) > moves
    assert world.called[-2:] == ["switch_to_position_mode", "activate_streaming_position"]


def test_what_a_dead_driver_said_is_void(world):
    """Joint states of the new driver may come before its status: the old one's must not pass for it."""
    world.run(1.0)
    world.driver_alive = world.policy_alive = False
    world.run(1.0)
    core, now_s = world.core, world.now_s
    core.joint_states(world.driver.joint_positions(), now_s)
    core.odometry(0.0, 0.0, 0.0, now_s)
    assert core.next_service(now_s) is None
    core.tick(now_s)
    assert not core.setup.is_done
    world.driver.deactivate_streaming_position()
    world.driver_alive = True
    world.run(0.1)
    assert world.called[-1] == "activate_streaming_position"


def test_after_a_stop_the_rest_of_the_old_motion_is_forgotten(world):
    world.driver.config.speeds[joints.EXTENSION] = 0.02
    world.run(0.5)
    assert world.core.state == "moving"
    world.hold_reason = "unfamiliar"
    world.run(0.5)
    stopped_at = world.position[joints.EXTENSION]
    world.hold_reason, world.translation = "", np.zeros(3)
    moves = len(world.moves)
    world.run(3.0)
    assert len(world.moves) > moves
    assert world.position[joints.EXTENSION] == pytest.approx(stopped_at, abs=1e-3)


def test_a_mode_that_somebody_chose_is_left_alone(world):
    world.run(1.0)
    world.driver.switch_mode("navigation")
    world.run(5.0)
    assert world.driver.mode == "navigation"
    assert len(world.commanded_stops) == 1  # and not one more while the operator drives


def test_operator_is_not_disturbed_by_new_reasons(world):
    world.run(1.0)
    world.driver.switch_mode("navigation")
    world.run(0.5)
    world.policy_alive = False
    world.run(2.0)
    assert len(world.commanded_stops) == 1


def test_stop_holds_the_measured_joints_and_no_base_increment(world):
    world.run(0.3)
    stop = world.core.disable("end", world.now_s)
    assert stop.values[joints.EXTENSION] == pytest.approx(world.position[joints.EXTENSION])
    assert stop.values[joints.LIFT] == pytest.approx(world.position[joints.LIFT])
    assert stop.values[joints.BASE] == 0.0
