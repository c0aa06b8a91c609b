"""One step: what is sent for it, and how its end is told."""

from __future__ import annotations

import numpy as np
import pytest

from vinn_ros.stretch_bridge.commands import Move, Refusal
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_ros.stretch_bridge.step_motion import StepMotion
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME, GripperState, JointTargets
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller_step import ControllerStep

CONFIG = BridgeConfig(step_length_m=0.04)
HERE = {
    joints.LIFT: 0.6,
    joints.EXTENSION: 0.1,
    joints.FINGER_LEFT: 0.05,
    joints.HEAD_PAN: 0.3,
    **dict.fromkeys(joints.WRIST, 0.0),
}
ACTION = ActionInput(0.0, WRIST_CAMERA_OPTICAL_FRAME, np.array([0.0, 0.0, 0.5]), GripperState.OPEN)


class Arm:
    """Moves the arm by the third number, and the base by `base_m`."""

    def __init__(self, base_m: float = 0.0) -> None:
        self.base_m = base_m

    def step(self, translation_camera_m, gripper, joint_positions, base_position_m, since_last_s=None):
        assert since_last_s is None
        if base_position_m > 1.0:
            return ControllerStep(None, False, 0.0, (0, 0, 0), (0, 0, 0), (), "too far")
        targets = JointTargets(0.6, 0.1 + float(translation_camera_m[2]), 0.0, 0.0, 0.0, 0.05, self.base_m)
        return ControllerStep(targets, True, 0.0, (0, 0, 0), (0, 0, 0), (), "")


@pytest.fixture
def watch() -> InputWatch:
    watch = InputWatch(MotionTolerances())
    watch.joint_states(HERE, 10.0)
    watch.odometry(0.0, 0.0, 0.0, 10.0)
    return watch


def test_action_times_step_length_is_sent_and_the_head_stays(watch):
    step = StepMotion(Arm(), watch)
    move = step.begin(ACTION, CONFIG, 10.0)
    assert isinstance(move, Move)
    assert move.values[joints.EXTENSION] == pytest.approx(0.12)
    assert move.values[joints.HEAD_PAN] == 0.3
    assert step.end() is None
    watch.joint_states({**HERE, joints.EXTENSION: 0.119}, 10.2)
    assert step.end() == "reached"
    assert step.end() is None  # told once


def test_a_motion_that_ends_early_says_what_is_missing(watch):
    step = StepMotion(Arm(), watch)
    step.begin(ACTION, CONFIG, 10.0)
    watch.joint_states({**HERE, joints.EXTENSION: 0.11}, 10.2)
    assert step.end() is None
    watch.joint_states({**HERE, joints.EXTENSION: 0.11}, 10.6)
    assert step.end() == "settled: wrist_extension +0.010 short"


def test_cancelled_is_waited_for_no_more(watch):
    step = StepMotion(Arm(), watch)
    step.begin(ACTION, CONFIG, 10.0)
    step.cancel()
    watch.joint_states({**HERE, joints.EXTENSION: 0.12}, 11.0)
    assert step.end() is None


def test_refusals(watch):
    step = StepMotion(Arm(base_m=0.03), watch)
    assert isinstance(step.begin(ACTION, CONFIG, 10.0), Move)
    refusal = step.begin(ACTION, CONFIG, 11.0)
    assert isinstance(refusal, Refusal)
    assert "0.030 m forward and odometry shows no motion" in refusal.reason
    watch.odometry(2.0, 0.0, 0.0, 12.0)
    refusal = step.begin(ACTION, CONFIG, 12.0)
    assert refusal.reason == "too far"
    assert refusal.step is not None
