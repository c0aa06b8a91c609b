"""The bridge's decisions in closed loop with the stand-in driver. What is tested here keeps a robot from harm."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World

from vinn_ros.stretch_bridge.core import BridgeConfig
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_training.contracts import GripperState
from vinn_training.kinematics import joints
from vinn_training.sim.kinematic_robot import KinematicRobot


@pytest.fixture
def world(controller) -> World:
    return World(controller).activate()


def travelled(world: World, duration_s: float) -> float:
    """Total motion of the slides over a while, in metres."""
    before = world.position
    world.run(duration_s)
    after = world.position
    return sum(abs(after[name] - before[name]) for name in (joints.EXTENSION, joints.LIFT, joints.BASE))


def test_one_action_one_motion_of_the_step_length(world):
    world.run(0.6)
    assert len(world.moves) == 1
    world.policy_alive = False
    world.run(0.4)
    tilt = math.radians(20)
    assert world.position[joints.EXTENSION] - 0.1 == pytest.approx(0.05 * 0.8 * math.cos(tilt), abs=1e-3)
    assert world.position[joints.LIFT] - 0.6 == pytest.approx(-0.05 * 0.8 * math.sin(tilt), abs=1e-3)


def test_next_action_is_from_an_image_taken_after_the_motion(world):
    world.core.config = BridgeConfig(auto_resume=True, max_image_age_s=0.5)
    world.latency_s = 0.3  # several images of the moving robot are under way when it arrives
    world.run(4.0)
    sent_s = [time_s for time_s, _ in world.moves]
    assert len(sent_s) >= 4
    motion_s = 0.04 * math.cos(math.radians(20)) / 0.2  # arm at its speed
    assert min(np.diff(sent_s)) >= motion_s + world.latency_s - 0.03


def test_many_steps_add_up(world):
    world.translation = np.array([0.5, 0.0, 0.0])
    world.run(4.0)
    steps = len(world.moves)
    world.policy_alive = False
    world.run(1.0)
    assert world.position[joints.BASE] == pytest.approx(-0.025 * steps, abs=2e-3)
    assert world.core.last_motion_end == "reached"


def test_nothing_moves_before_it_is_enabled(controller):
    world = World(controller).activate(enabled=False)
    assert travelled(world, 2.0) == 0.0
    assert world.moves == []
    world.core.enable(world.now_s)
    assert travelled(world, 2.0) > 0.03


def test_disable_stops_in_the_middle_of_a_motion(world):
    world.run(0.3)
    assert world.core.state == "moving"
    stop = world.core.disable("operator", world.now_s)
    assert stop.reason == "operator"
    world._do(stop)
    assert travelled(world, 1.0) == 0.0
    assert world.core.state == "disabled"


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


def test_enable_while_moving_changes_nothing(world):
    world.run(0.3)
    assert world.core.state == "moving"
    world.core.enable(world.now_s)
    assert world.core.state == "moving"


def test_blocked_arm_does_not_block_the_bridge(controller):
    world = World(controller, robot=KinematicRobot(arm_blocked_at_m=0.11)).activate()
    world.run(5.0)
    assert len(world.moves) >= 5
    assert "settled" in world.core.last_motion_end
    lead_m = world.moves[-1][1].values[joints.EXTENSION] - 0.11
    assert lead_m <= 0.05 + 1e-6  # pushes on, but does not wind up


def test_robot_that_never_rests_is_not_commanded(controller):
    class Trembling(KinematicRobot):
        def joint_positions(self):
            shake_m = 0.01 * math.sin(60 * self.time_s)
            return {**super().joint_positions(), joints.LIFT: self._position.lift_m + shake_m}

    world = World(controller, robot=Trembling()).activate()
    world.run(1.0)
    assert world.moves == []
    assert "came to rest" in world.core.reason


def test_motion_that_takes_too_long_is_over(controller):
    world = World(controller, BridgeConfig(auto_resume=True, tolerances=MotionTolerances(timeout_s=0.5))).activate()
    world.driver.config.speeds[joints.EXTENSION] = 0.02
    world.run(2.0)
    assert "timed out: wrist_extension +0.0" in world.core.last_motion_end
    assert len(world.moves) >= 3


def test_gripper_that_closes_on_something_ends_the_motion(controller):
    class Grasping(KinematicRobot):
        def joint_positions(self):
            positions = super().joint_positions()
            return {**positions, joints.FINGER_LEFT: max(positions[joints.FINGER_LEFT], -0.02)}

    world = World(controller, robot=Grasping()).activate()
    world.translation, world.gripper = np.zeros(3), GripperState.CLOSED
    world.run(3.0)
    assert len(world.moves) >= 2
    assert world.moves[-1][1].values[joints.FINGER_LEFT] == pytest.approx(-0.2)
    stop = world.core.disable("end", world.now_s)
    assert stop.values[joints.FINGER_LEFT] == pytest.approx(-0.2)  # what it holds does not fall


def test_stop_holds_the_measured_joints_and_no_base_increment(world):
    world.run(0.3)
    stop = world.core.disable("end", world.now_s)
    assert stop.values[joints.EXTENSION] == pytest.approx(world.position[joints.EXTENSION])
    assert stop.values[joints.LIFT] == pytest.approx(world.position[joints.LIFT])
    assert stop.values[joints.BASE] == 0.0


def test_live_step_length_works_on_the_next_action(world):
    world.run(0.6)
    world.core.config = BridgeConfig(step_length_m=0.01, auto_resume=True)
    world.run(1.0)
    assert np.linalg.norm(world.moves[-1][1].step.requested_base_m) == pytest.approx(0.008, abs=1e-4)


def test_image_without_a_stamp_moves_nothing(controller):
    world = World(controller).activate().run(0.02)
    world.policy_alive = False
    for age_s in (1.8e9, math.nan, math.inf, -5.0):
        world.run(0.1)
        world._do(world.core.action(world.an_action(age_s), world.now_s))
    assert world.moves == []
    assert world.core.state == "holding"


wild = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    actions=st.lists(
        st.tuples(wild, wild, wild, st.floats(-1.0, 2.0), st.sampled_from(["wrist_camera_optical_frame", "", "map"])),
        max_size=6,
    )
)
def test_hostile_actions_never_exceed_a_step(controller, actions):
    world = World(controller).activate().run(0.5)
    world.policy_alive = False
    for x, y, z, age_s, frame in actions:
        action = ActionInput(age_s, frame, np.array([x, y, z]), GripperState.OPEN)
        before = world.position
        world._do(world.core.action(action, world.now_s))
        world.run(0.3)
        after = world.position
        moved = [after[name] - before[name] for name in (joints.BASE, joints.LIFT, joints.EXTENSION)]
        assert np.linalg.norm(moved) <= 0.05 + 0.05 + 1e-6  # one step, and the rest of the one before
