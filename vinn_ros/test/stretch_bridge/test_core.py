"""The bridge's decisions in closed loop with the stand-in driver. What is tested here keeps a robot from harm."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World, travelled

from vinn_ros.stretch_bridge.core import BridgeConfig
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_training.contracts import GripperState
from vinn_training.kinematics import joints
from vinn_training.sim.kinematic_robot import KinematicRobot


@pytest.fixture
def world(controller) -> World:
    return World(controller).activate()


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
