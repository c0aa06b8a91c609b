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
    solved = {"reached": True, "residual_rad": 0.01, "iterations": 4, "active": ("arm at its end",), "solve_s": 0.003}
    step = ControllerStep(None, True, 0.002, (0.1, 0.2, 0.3), (0.01, 0.02, 0.03), ("arm at its end",), "", **solved)
    values = decode(TOOL, [float(i) for i in range(9)] + [0.0])
    header = Header(frame_id="cam")
    sent = {name: values[name] for name in layout(TOOL)[:-1]}
    message = messages.move_message(Move(values, step), sent, GripperState(state=2), header, Time(sec=3))
    assert message.joint_names == list(layout(TOOL)[:-1])
    assert list(message.positions) == [float(i) for i in range(9)]
    assert (message.requested_m.y, message.commanded_m.z) == (0.2, 0.03)
    assert message.clipped == ["arm at its end"]
    assert not message.stopped
    assert message.header == header
    assert (message.reached, message.residual_m, message.residual_rad) == (True, 0.002, 0.01)
    assert (message.iterations, message.solve_time_s, message.active_limits) == (4, 0.003, ["arm at its end"])


def test_stop_says_why():
    message = messages.stop_message(Stop("stale", None, False), Header(), Time(sec=3))
    assert message.stopped
    assert message.reason == "stale"
    assert message.joint_names == []
    assert not message.reached
    assert math.isinf(message.residual_m)


def test_refusal_of_the_solver_says_how_far_it_came():
    step = ControllerStep(None, False, 0.02, (0.1, 0.2, 0.3), (0.0, 0.0, 0.0), (), "no convergence", residual_rad=0.1)
    message = messages.stop_message(Stop(step.reason, None, False, step), Header(), Time(sec=3))
    assert message.stopped
    assert message.reason == "no convergence"
    assert (message.requested_m.x, message.residual_m, message.residual_rad) == (0.1, 0.02, 0.1)
