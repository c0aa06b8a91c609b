import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Vector3
from nav_msgs.msg import Odometry
from std_msgs.msg import Header

from vinn_msgs.msg import GripperState, PolicyAction
from vinn_ros.stretch_bridge import messages
from vinn_ros.stretch_bridge.core import Move, Stop
from vinn_training import contracts
from vinn_training.kinematics.controller_step import ControllerStep
from vinn_training.kinematics.driver_vector import decode, layout

TOOL = "tool_stretch_dex_wrist"


def test_action_is_read_as_it_is():
    message = PolicyAction(header=Header(frame_id="cam"), translation=Vector3(x=0.1, y=-0.2, z=0.3), hold_reason="far")
    message.gripper.state = GripperState.CLOSED
    action = messages.action_input(message, 0.2)
    np.testing.assert_allclose(action.translation, [0.1, -0.2, 0.3])
    assert (action.frame_id, action.image_age_s, action.hold) == ("cam", 0.2, False)
    assert action.gripper == contracts.GripperState.CLOSED


def test_unknown_gripper_state_holds():
    message = PolicyAction()
    message.gripper.state = 9
    action = messages.action_input(message, 0.2)
    assert action.hold
    assert "gripper state is 9" in action.hold_reason


def test_heading_of_odometry():
    message = Odometry()
    message.pose.pose.position.x, message.pose.pose.position.y = 1.0, 2.0
    message.pose.pose.orientation.z, message.pose.pose.orientation.w = math.sin(0.35), math.cos(0.35)
    assert messages.planar_pose(message) == pytest.approx((1.0, 2.0, 0.7))


def test_command_says_what_was_sent():
    step = ControllerStep(None, True, 0.0, (0.1, 0.2, 0.3), (0.01, 0.02, 0.03), ("arm at its end",), "")
    values = decode(TOOL, [float(i) for i in range(9)] + [0.0])
    header = Header(frame_id="cam")
    message = messages.move_message(Move(values, step), TOOL, GripperState(state=2), header, Time(sec=3))
    assert message.joint_names == list(layout(TOOL)[:-1])
    assert list(message.positions) == [float(i) for i in range(9)]
    assert (message.requested_m.y, message.commanded_m.z) == (0.2, 0.03)
    assert message.clipped == ["arm at its end"]
    assert not message.stopped
    assert message.header == header


def test_stop_says_why():
    message = messages.stop_message(Stop("stale", None, False), Header(), Time(sec=3))
    assert message.stopped
    assert message.reason == "stale"
    assert message.joint_names == []
