"""The law of the continuous motion, with a controller that does what it is told."""

from __future__ import annotations

import numpy as np
import pytest

from vinn_ros.stretch_bridge.commands import Move, Refusal
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_ros.stretch_bridge.stream_motion import StreamMotion
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME, GripperState, JointTargets
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller_step import ControllerStep

CONFIG = BridgeConfig(mode="continuous", continuous_speed_m_s=0.1, command_period_s=0.02)
#: The camera looks along -y of the base, as on the robot; x is to its right, y down.
ROTATION = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, -1.0, 0.0]])


class Obedient:
    """Commands every translation as it is asked for, and adds them up in base_link axes."""

    def __init__(self) -> None:
        self.position_m = np.zeros(3)
        self.finger_rad = 0.05
        self.refuses = False

    @property
    def rotation_camera_to_base(self):
        return ROTATION

    def step(self, translation_camera_m, gripper, joint_positions, base_position_m, since_last_s=None):
        if self.refuses:
            return ControllerStep(None, False, 0.0, (0, 0, 0), (0, 0, 0), (), "no")
        way = ROTATION @ translation_camera_m
        assert np.linalg.norm(way) <= CONFIG.continuous_speed_m_s * since_last_s + 1e-12
        self.position_m = self.position_m + way
        self.finger_rad = -0.2 if gripper == GripperState.CLOSED else 0.05
        targets = JointTargets(0.6, 0.1 - self.position_m[1], 0, 0, 0, self.finger_rad, 0.0)
        return ControllerStep(targets, True, 0.0, tuple(way), tuple(way), (), "")


class Stream:
    def __init__(self) -> None:
        self.controller, self.watch, self.now_s = Obedient(), InputWatch(MotionTolerances()), 10.0
        self.watch.joint_states({joints.LIFT: 0.6, joints.EXTENSION: 0.1, joints.FINGER_LEFT: 0.05}, 10.0)
        self.watch.odometry(0.0, 0.0, 0.0, 10.0)
        self.motion = StreamMotion(self.controller, self.watch)
        self.motion.start(self.now_s)

    def take(self, xyz, image_s, gripper=GripperState.OPEN) -> None:
        self.motion.take(ActionInput(0.0, WRIST_CAMERA_OPTICAL_FRAME, np.array(xyz), gripper), image_s)

    def run(self, duration_s: float, xyz=None, latency_s: float = 0.0) -> np.ndarray:
        for _ in range(round(duration_s / 0.02)):
            self.now_s += 0.02
            if xyz is not None:
                self.take(xyz, self.now_s - latency_s)
            assert isinstance(self.motion.next(CONFIG, self.now_s), Move)
        return self.controller.position_m


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.mark.parametrize("latency_s", [0.0, 0.1, 0.4])
def test_action_is_a_velocity_in_the_camera_whatever_the_latency(stream, latency_s):
    position_m = stream.run(2.0, (0.3, 0.0, 0.4), latency_s)
    assert position_m == pytest.approx(2.0 * 0.1 * np.array([-0.3, -0.4, 0.0]), abs=0.002)


def test_it_returns_to_where_the_picture_was_that_says_stop(stream):
    stream.run(1.0, (0.0, 0.0, 0.8))
    at_picture_m, picture_s = stream.controller.position_m, stream.now_s
    stream.run(0.4, None)  # the picture is on its way, and the motion goes on
    assert stream.controller.position_m[1] < at_picture_m[1] - 0.03
    stream.take((0.0, 0.0, 0.0), picture_s)
    assert stream.run(2.0) == pytest.approx(at_picture_m, abs=1e-4)


def test_an_action_longer_than_one_is_no_faster(stream):
    stream.take((3.0, 4.0, 0.0), stream.now_s)
    assert stream.run(1.0) == pytest.approx(0.1 * np.array([-0.6, 0.0, -0.8]), abs=0.003)


def test_an_older_picture_is_not_used(stream):
    stream.take((0.0, 0.0, 1.0), 9.9)
    stream.take((0.0, 0.0, -1.0), 9.8)
    assert stream.run(0.5)[1] < -0.04


def test_the_camera_stands_until_the_fingers_rest(stream):
    stream.run(0.5, (0.0, 0.0, 1.0))
    stream.take((0.0, 0.0, 1.0), stream.now_s, GripperState.CLOSED)
    before_m = stream.run(0.02)
    for finger_rad in np.linspace(0.05, -0.05, 20):  # closes on something that is thicker than nothing
        at = {joints.EXTENSION: 0.1 - stream.controller.position_m[1], joints.FINGER_LEFT: float(finger_rad)}
        stream.watch.joint_states(at, stream.now_s)
        assert stream.run(0.02) == pytest.approx(before_m)
    for _ in range(20):
        stream.watch.joint_states({joints.FINGER_LEFT: -0.05}, stream.now_s)
        stream.run(0.02)
    assert stream.controller.position_m[1] < before_m[1] - 0.005


def test_refusal_is_passed_on_and_commands_are_spaced(stream):
    stream.take((0.0, 0.0, 1.0), 10.0)
    assert isinstance(stream.motion.next(CONFIG, 10.0), Move)
    assert stream.motion.next(CONFIG, 10.005) is None
    stream.controller.refuses = True
    assert stream.motion.next(CONFIG, 10.02) == Refusal("no", stream.controller.step(np.zeros(3), None, {}, 0.0))
    assert stream.motion.is_on
    assert stream.motion.stop()[joints.EXTENSION] == pytest.approx(0.1 - stream.controller.position_m[1])
    assert not stream.motion.is_on
