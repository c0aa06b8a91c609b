"""Continuous motion, in closed loop with the stand-in driver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from world import DT_S, World

from vinn_ros.stretch_bridge import stream_motion
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_training.contracts import GripperState
from vinn_training.kinematics import joints
from vinn_training.sim.kinematic_robot import KinematicRobot

CONTINUOUS = BridgeConfig(
    mode="continuous",
    continuous_speed_m_s=0.05,
    command_period_s=0.02,
    max_image_age_s=0.5,
    max_action_age_s=0.5,
    auto_resume=True,
)
SLIDES = (joints.BASE, joints.LIFT, joints.EXTENSION)
SPEEDS = {joints.LIFT: 0.15, joints.EXTENSION: 0.2, joints.WRIST_YAW: 2.0, joints.WRIST_PITCH: 2.0}


@pytest.fixture
def world(controller) -> World:
    return World(controller, CONTINUOUS).activate()


def path(world: World, duration_s: float) -> np.ndarray:
    """Positions of the slides at every tick, (T, 3) metres."""
    places = []
    for _ in range(round(duration_s / DT_S)):
        world.run(DT_S)
        places.append([world.position[name] for name in SLIDES])
    return np.array(places)


def test_it_moves_at_the_speed_of_the_action_and_never_stands(world):
    world.run(1.0)
    places = path(world, 3.0)
    speeds = np.linalg.norm(np.diff(places, axis=0), axis=1) / DT_S
    assert speeds == pytest.approx(0.8 * 0.05, rel=0.1)
    # The camera is tilted down by 20 degrees: forward in it is out along the arm and down.
    way = places[-1] - places[0]
    assert way == pytest.approx(
        0.04 * 2.98 * np.array([0.0, -np.sin(np.radians(20)), np.cos(np.radians(20))]), abs=2e-3
    )


def test_a_step_robot_stands_where_a_continuous_one_does_not(controller):
    stands = {}
    for mode in ("step", "continuous"):
        world = World(controller, replace(CONTINUOUS, mode=mode)).activate().run(1.0)
        speeds = np.linalg.norm(np.diff(path(world, 4.0), axis=0), axis=1) / DT_S
        stands[mode] = int((speeds < 2e-3).sum())
    assert stands["step"] > 50
    assert stands["continuous"] == 0


@pytest.mark.parametrize("period_s", [0.02, 0.04, 0.1])
@pytest.mark.parametrize("odometry_delay_s", [0.0, 0.06, 0.1])
def test_base_increments_that_are_superseded_are_neither_lost_nor_made_twice(controller, period_s, odometry_delay_s):
    world = World(controller, replace(CONTINUOUS, command_period_s=period_s)).activate()
    world.odometry_delay_s = odometry_delay_s
    world.translation = np.array([1.0, 0.0, 0.0])
    world.run(3.0)
    asked_m = -0.05 * (world.now_s - world.moves[0][0])  # the camera's right is the base's back
    assert world.core.reason == ""
    assert world.position[joints.BASE] == pytest.approx(asked_m, abs=0.05 * (0.15 + odometry_delay_s))
    world.translation = np.zeros(3)
    world.run(1.5)
    assert world.position[joints.BASE] == pytest.approx(asked_m, abs=0.05 * 0.2)
    assert np.ptp(path(world, 1.0), axis=0) == pytest.approx(np.zeros(3), abs=1e-3)


def test_a_base_slower_than_its_commands_is_made_up_for(world):
    world.driver.config.speeds[joints.BASE] = 0.045  # most of each increment is superseded before it is done
    world.translation = np.array([1.0, 0.0, 0.0])
    world.run(3.0)
    sent_m = sum(abs(move.values[joints.BASE]) for _, move in world.moves)
    assert sent_m > 0.15
    assert world.position[joints.BASE] == pytest.approx(-0.045 * (world.now_s - world.moves[0][0]), abs=5e-3)
    world.translation = np.zeros(3)
    world.run(2.0)
    assert np.ptp(path(world, 1.0), axis=0) == pytest.approx(np.zeros(3), abs=1e-3)


def test_latency_is_fed_forward(controller, monkeypatch):
    """A policy that aims at a place overshoots it by what was commanded during the latency, unless that counts."""

    def overshoot_m(catch_up_s: float) -> float:
        monkeypatch.setattr(stream_motion, "_CATCH_UP_S", catch_up_s)
        world = World(controller, CONTINUOUS).activate()
        world.latency_s = 0.3
        world.policy = lambda seen: np.array([np.clip(40.0 * (seen[joints.BASE] + 0.15), -1.0, 1.0), 0.0, 0.0])
        places = path(world, 8.0)[:, 0]
        assert places[-1] == pytest.approx(-0.15, abs=3e-3)
        return float(-0.15 - places.min())

    with_it, without = overshoot_m(stream_motion._CATCH_UP_S), overshoot_m(1e9)
    assert without > 5e-3
    assert with_it < 0.4 * without


def test_it_stops_when_the_policy_falls_silent_and_has_gone_no_farther_than_the_deadline(world):
    world.run(1.0)
    world.policy_alive = False
    before = path(world, DT_S)[-1]
    world.run(1.0)
    after = path(world, DT_S)[-1]
    assert "newest action" in world.core.reason
    assert len(world.commanded_stops) == 1
    assert np.linalg.norm(after - before) <= 0.04 * 0.6
    moves = len(world.moves)
    assert np.ptp(path(world, 1.0), axis=0).max() == 0.0
    world.policy_alive = True
    world.run(1.0)
    assert len(world.moves) > moves


@pytest.mark.parametrize("fault", ["runstop", "mode", "joints", "nan", "hold"])
def test_faults_stop_it(world, fault):
    world.run(1.0)
    if fault == "runstop":
        world.driver.runstop(True)
    elif fault == "mode":
        world.driver.switch_mode("navigation")
    elif fault == "joints":
        world.driver_alive = False
    elif fault == "nan":
        world.translation = np.array([0.0, np.nan, 0.0])
    else:
        world.hold_reason = "unfamiliar"
    world.run(1.0)
    assert len(world.commanded_stops) == 1
    moves = len(world.moves)
    world.run(1.0)
    assert len(world.moves) == moves


def test_joints_are_no_faster_than_they_may_be_when_the_policy_jerks(controller):
    world = World(controller, replace(CONTINUOUS, continuous_speed_m_s=0.3)).activate()
    rng = np.random.default_rng(0)

    def jerky(seen: dict[str, float]) -> np.ndarray:
        direction = rng.normal(size=3)
        return direction / np.linalg.norm(direction)

    world.policy = jerky
    world.run(6.0)
    assert len(world.moves) > 200
    for (before_s, before), (after_s, after) in zip(world.moves, world.moves[1:], strict=False):
        for name, speed in SPEEDS.items():
            assert abs(after.values[name] - before.values[name]) <= speed * (after_s - before_s) + 1e-6


def test_speed_is_live(world):
    world.run(1.0)
    world.core.config = replace(CONTINUOUS, continuous_speed_m_s=0.01)
    world.run(0.5)
    speeds = np.linalg.norm(np.diff(path(world, 1.0), axis=0), axis=1) / DT_S
    assert speeds == pytest.approx(0.008, rel=0.15)


def test_mode_is_live_both_ways(world):
    world.run(1.0)
    world.core.config = replace(CONTINUOUS, mode="step")
    moves = len(world.moves)
    world.run(3.0)
    assert 3 <= len(world.moves) - moves <= 10
    assert world.core.last_motion_end == "reached"
    world.core.config = CONTINUOUS
    world.run(1.0)
    speeds = np.linalg.norm(np.diff(path(world, 1.0), axis=0), axis=1) / DT_S
    assert speeds == pytest.approx(0.04, rel=0.1)
    assert not world.commanded_stops


def test_a_blocked_arm_is_pushed_no_harder_with_time(controller):
    world = World(controller, CONTINUOUS, KinematicRobot(arm_blocked_at_m=0.15)).activate()
    world.translation = np.array([0.0, 0.0, 1.0])
    world.run(8.0)
    assert world.position[joints.EXTENSION] == pytest.approx(0.15)
    assert world.moves[-1][1].values[joints.EXTENSION] - 0.15 <= 0.05 + 1e-6


def test_the_camera_stands_while_the_gripper_closes(world):
    world.run(1.0)
    world.gripper = GripperState.CLOSED
    moves = len(world.moves)
    while world.moves[-1][1].values[joints.FINGER_LEFT] > 0.0:
        world.run(DT_S)
    assert len(world.moves) - moves < 15
    world.run(0.04)  # what was sent before is finished
    places = path(world, 0.16)  # the fingers take 0.25 s
    assert np.ptp(places, axis=0).max() < 1e-3
    assert world.position[joints.FINGER_LEFT] > -0.19
    world.run(1.0)
    speeds = np.linalg.norm(np.diff(path(world, 0.5), axis=0), axis=1) / DT_S
    assert speeds == pytest.approx(0.04, rel=0.1)


def test_a_picture_older_than_the_last_is_not_acted_on(world):
    world.run(1.0)
    world.policy_alive = False
    forward = world.an_action(0.1)
    world.core.action(forward, world.now_s)
    late = replace(forward, image_age_s=0.3, translation=-forward.translation)
    world.core.action(late, world.now_s)
    before = path(world, DT_S)[-1]
    assert (path(world, 0.3)[-1] - before)[2] > 0.005


@pytest.mark.parametrize("part", [0.1, 0.3, 1.0])
def test_frozen_odometry_does_not_let_the_base_drive_on(world, part):
    world.translation = np.array([part, 0.0, 0.0])
    world.run(2.0)
    take, at_m = world.core.odometry, world.driver.base_position_m()
    world.core.odometry = lambda x_m, y_m, yaw_rad, now_s: take(at_m, y_m, yaw_rad, now_s)
    world.run(20.0)  # auto_resume tries again and again
    assert any("odometry shows no motion" in stop.reason for stop in world.stops)
    assert abs(world.position[joints.BASE] - at_m) < 0.08


def test_a_motion_that_is_refused_at_its_start_does_not_begin_by_itself_later(world):
    world.translation = np.array([1.0, 0.0, 0.0])
    world.run(2.0)
    take, at_m = world.core.odometry, world.driver.base_position_m()
    world.core.odometry = lambda x_m, y_m, yaw_rad, now_s: take(at_m, y_m, yaw_rad, now_s)
    while "odometry" not in world.core.reason or not world.stops[-1].announce_only:
        world.run(DT_S)  # until auto_resume has tried once more
    world.policy_alive = False
    del world.core.odometry
    moves = len(world.moves)
    world.run(1.0)
    assert len(world.moves) == moves


def test_a_base_that_little_increments_do_not_move_is_pushed(controller):
    class Sticky(KinematicRobot):
        """A base that stays where it is until its set-point is 8 mm ahead."""

        def set_targets(self, targets):
            at_m = self.base_position_m()
            held = abs(targets.base_m - at_m) < 0.008 and not getattr(self, "is_rolling", False)
            self.is_rolling = not held and abs(targets.base_m - at_m) > 1e-9
            super().set_targets(replace(targets, base_m=at_m) if held else targets)

    world = World(controller, CONTINUOUS, Sticky()).activate()
    world.translation = np.array([0.5, 0.0, 0.0])
    world.run(6.0)
    assert world.core.reason == ""
    assert world.position[joints.BASE] == pytest.approx(-0.025 * (world.now_s - world.moves[0][0]), abs=0.02)


def test_a_camera_frozen_while_the_robot_moves_stops_it(world):
    world.fingerprint = (0.25, 0.5)
    world.run(2.0)
    assert "camera frozen" in world.core.reason
    assert np.ptp(path(world, 1.0), axis=0).max() == 0.0


def test_limits_end_the_motion_without_a_stop(world):
    world.translation = np.array([0.0, 0.0, 1.0])
    world.run(20.0)
    assert world.position[joints.EXTENSION] <= 0.52 + 1e-9
    assert any("wrist_extension at its upper limit" in line for line in world.moves[-1][1].step.active)
    assert world.core.state == "moving"
    world.translation = np.array([0.0, 0.0, -1.0])
    before = world.position[joints.EXTENSION]
    world.run(1.0)
    assert before - world.position[joints.EXTENSION] > 0.03  # nothing has wound up
