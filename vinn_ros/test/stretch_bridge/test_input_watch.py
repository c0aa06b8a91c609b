"""Which problem is named first, and what a stop holds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.driver_needs import TOPIC_NEEDS
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints

CONFIG = BridgeConfig()
HERE = {
    joints.LIFT: 0.6,
    joints.EXTENSION: 0.1,
    joints.WRIST_YAW: 0.2,
    joints.WRIST_PITCH: -0.1,
    joints.WRIST_ROLL: 0.05,
    joints.FINGER_LEFT: 0.03,
}


def action(image_age_s: float = 0.1, **changes) -> ActionInput:
    values = {"frame_id": CONFIG.camera_frame, "translation": np.zeros(3), "gripper": GripperState.OPEN} | changes
    return ActionInput(image_age_s=image_age_s, **values)


def heard(now_s: float = 10.0) -> InputWatch:
    watch = InputWatch(MotionTolerances())
    watch.joint_states(HERE, now_s, {joints.LIFT: 12.0})
    watch.odometry(0.0, 0.0, 0.0, now_s)
    status = watch.status
    status.mode, status.is_homed, status.is_runstopped, status.is_streaming = "position", True, False, True
    status.tool, status.heard_s = "tool_stretch_dex_wrist", now_s
    return watch


def test_all_well_is_no_problem():
    watch = heard()
    assert watch.action(action(), CONFIG, 10.1) is None
    assert watch.problem(CONFIG, 10.1) is None
    assert watch.image_s == pytest.approx(10.0)


def test_driver_comes_before_the_policy_and_needs_no_policy():
    watch = InputWatch(MotionTolerances())
    assert watch.problem(CONFIG, 1.0) == "waiting for joint states"
    watch = heard()
    assert watch.driver_problem(CONFIG, 10.1) is None
    assert watch.problem(CONFIG, 10.1) == "waiting for the newest action"
    assert "joint states older than 0.5 s" in watch.driver_problem(CONFIG, 10.6)


@pytest.mark.parametrize(
    ("now_s", "refresh", "reason"),
    [
        (10.55, ("joints", "status"), "odometry"),
        (11.05, ("joints", "odometry"), "driver's mode"),
        (10.65, ("joints", "odometry", "status"), "newest action older"),
    ],
)
def test_each_age_has_its_own_deadline(now_s, refresh, reason):
    watch = heard()
    watch.action(action(0.0), CONFIG, 10.1)
    if "joints" in refresh:
        watch.joint_states(HERE, now_s)
    if "odometry" in refresh:
        watch.odometry(0.0, 0.0, 0.0, now_s)
    if "status" in refresh:
        watch.status.heard_s = now_s
    assert reason in watch.problem(CONFIG, now_s)


def test_an_old_or_unstamped_image_is_a_problem_of_a_fresh_action():
    watch = heard()
    assert "image" in watch.action(action(0.6), CONFIG, 10.1)
    assert "image" in watch.action(action(math.nan), CONFIG, 10.1)
    assert "expected 'wrist" in watch.action(action(0.1, frame_id="map"), CONFIG, 10.1)


def test_efforts_are_judged_and_kept_from_message_to_message():
    watch = heard()
    watch.contact = lambda efforts: f"contact: {efforts}" if efforts.get(joints.LIFT, 0.0) > 10.0 else None
    assert "12.0" in watch.driver_problem(CONFIG, 10.1)
    watch.joint_states(HERE, 10.1)  # a message without efforts says nothing new
    assert watch.driver_problem(CONFIG, 10.1) is not None
    watch.joint_states(HERE, 10.1, {joints.LIFT: 1.0})
    assert watch.driver_problem(CONFIG, 10.1) is None


def test_tool_matters_where_the_robot_has_one_to_tell():
    config = BridgeConfig(tools=("tool_stretch_gripper",))
    assert "'tool_stretch_gripper'" in heard().driver_problem(config, 10.0)
    watch = InputWatch(MotionTolerances(), TOPIC_NEEDS)
    watch.joint_states(HERE, 10.0)
    watch.odometry(0.0, 0.0, 0.0, 10.0)
    assert watch.driver_problem(config, 10.0) is None


def test_not_finite_is_refused_and_nothing_of_it_kept():
    watch = heard()
    with pytest.raises(InvalidInput, match="joint_lift"):
        watch.joint_states({joints.EXTENSION: 0.3, joints.LIFT: math.nan}, 11.0)
    assert watch.joints == HERE
    assert watch.joints_s == 10.0
    with pytest.raises(InvalidInput):
        watch.odometry(math.inf, 0.0, 0.0, 11.0)


def test_a_silent_driver_is_set_up_anew_once_and_what_it_said_is_void():
    watch = heard()
    watch.begin_setup_of_lost_driver(CONFIG, 10.4)
    assert watch.setup.is_done
    watch.begin_setup_of_lost_driver(CONFIG, 10.6)
    assert not watch.setup.is_done
    assert watch.status.mode is None


def test_hold_is_where_the_robot_is_and_the_grip_stays():
    watch = heard()
    values = watch.hold_values(None)
    assert {name: values[name] for name in HERE} == HERE
    assert values[joints.BASE] == 0.0
    assert watch.hold_values(-0.2)[joints.FINGER_LEFT] == -0.2
    assert InputWatch(MotionTolerances()).hold_values(None) is None
