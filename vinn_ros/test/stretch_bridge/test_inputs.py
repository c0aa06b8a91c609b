import math

import numpy as np
import pytest

from vinn_ros.stretch_bridge.driver_needs import ACTION_NEEDS, TOPIC_NEEDS
from vinn_ros.stretch_bridge.inputs import ActionInput, DriverStatus
from vinn_training.contracts import GripperState

FRAME = "wrist_camera_optical_frame"


def action(**changes) -> ActionInput:
    values = {
        "image_age_s": 0.1,
        "frame_id": FRAME,
        "translation": np.array([0.0, 0.0, 1.0]),
        "gripper": GripperState.OPEN,
    }
    return ActionInput(**(values | changes))


def test_good_action_has_no_problem():
    assert action().problem(FRAME) is None
    assert action(translation=np.zeros(3)).problem(FRAME) is None
    assert action(image_age_s=-0.05).problem(FRAME) is None  # clocks a little apart


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"frame_id": "base_link"}, "'base_link'; expected 'wrist_camera_optical_frame'"),
        ({"hold": True, "hold_reason": "too far"}, "too far"),
        ({"hold": True}, "no reason given"),
        ({"translation": np.array([math.nan, 0, 0])}, "finite"),
        ({"translation": np.array([math.inf, 0, 0])}, "finite"),
        ({"translation": np.array([0.8, 0.8, 0])}, "length 1.13"),
        ({"image_age_s": -1.0}, "future"),
        ({"image_age_s": math.nan}, "future"),
    ],
)
def test_bad_action_is_named(changes, text):
    assert text in action(**changes).problem(FRAME)


def ready() -> DriverStatus:
    status = DriverStatus()
    status.mode, status.tool = "position", "tool_stretch_dex_wrist"
    status.is_homed, status.is_runstopped, status.is_streaming = True, False, True
    return status


def test_ready_driver_has_no_problem():
    assert ready().problem() is None


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("mode", None, "nothing heard on mode"),
        ("tool", None, "nothing heard on tool"),
        ("is_runstopped", True, "runstopped"),
        ("is_homed", False, "/home_the_robot"),
        ("mode", "trajectory", "trajectory mode"),
        ("is_streaming", False, "not activated"),
        ("tool", "tool_hook", "tool_stretch_dex_wrist"),
    ],
)
def test_driver_that_would_not_move_is_named(name, value, text):
    status = ready()
    setattr(status, name, value)
    assert text in status.problem()


def test_the_action_server_does_not_wait_for_streaming():
    status = DriverStatus(ACTION_NEEDS)
    assert status.problem() == ("nothing heard on mode, is_homed, is_runstopped, tool; is the Stretch driver running?")
    status.mode, status.tool, status.is_homed, status.is_runstopped = "position", "tool_none", True, False
    assert status.problem() is None
    status.mode = "trajectory"
    assert "expected position mode" in status.problem()


def test_a_robot_without_status_topics_is_not_waited_for_but_heard():
    status = DriverStatus(TOPIC_NEEDS)
    assert status.problem() is None
    assert status.heard_s == math.inf  # never too old
    status.is_runstopped = True
    assert status.problem() == "the robot is runstopped"


def test_what_the_output_says_stops_the_robot():
    status = ready()
    status.output_problem = "the driver refused the goal"
    assert status.problem() == "the driver refused the goal"
