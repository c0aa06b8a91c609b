"""The stand-in as a process, over real DDS: the interface of the simulated Stretch, and faults that work live."""

from __future__ import annotations

import json
import math
import signal
import sys
import time

import numpy as np
import pytest
from rcl_interfaces.msg import ParameterType
from rcl_interfaces.srv import DescribeParameters, SetParametersAtomically
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Bool, Float64MultiArray, String
from std_srvs.srv import SetBool, Trigger

from vinn_ros import qos
from vinn_ros.conversions import image_to_rgb
from vinn_ros.stretch_sim.driver_services import TRIGGERS
from vinn_ros.stretch_standin.faults import FAULT_GUIDE
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import encode

#: What a client of the driver, of the simulated Stretch and of this node finds alike.
TOPICS = {
    "/joint_states": "sensor_msgs/msg/JointState",
    "/stretch/joint_states": "sensor_msgs/msg/JointState",
    "/joint_pose_cmd": "std_msgs/msg/Float64MultiArray",
    "/stretch/cmd_vel": "geometry_msgs/msg/Twist",
    "/odom": "nav_msgs/msg/Odometry",
    "/mode": "std_msgs/msg/String",
    "/tool": "std_msgs/msg/String",
    "/is_homed": "std_msgs/msg/Bool",
    "/is_runstopped": "std_msgs/msg/Bool",
    "/is_streaming_position": "std_msgs/msg/Bool",
    "/robot_description": "std_msgs/msg/String",
    "/image_raw": "sensor_msgs/msg/Image",
}


def start(world, *arguments):
    command = [sys.executable, "-m", "vinn_ros.entry_points", "stretch_standin", "--ros-args", "-p", "autostart:=true"]
    return world.run("stretch_standin", [*command, *arguments])


@pytest.fixture(scope="module")
def standin(shared_ros):
    world = shared_ros
    world.states = world.collect(JointState, "joint_states", qos.ROBOT_STATE)
    world.images = world.collect(Image, "image_raw", qos.IMAGE)
    world.modes = world.collect(String, "mode", qos.ROBOT_STATE)
    world.flags = world.collect(Bool, "is_runstopped", qos.ROBOT_STATE)
    world.commands = world.node.create_publisher(Float64MultiArray, "joint_pose_cmd", qos.STREAM)
    start(world)
    world.wait_for(lambda: world.states and world.images, "joint states and images")
    world.wait_for(lambda: world.commands.get_subscription_count() == 1, "the command subscription")
    return world


@pytest.fixture
def healthy(standin):
    for name in ("/stretch_standin/clear_faults", "/switch_to_position_mode", "/activate_streaming_position"):
        assert trigger(standin, name).success
    assert trigger(standin, "/stretch_standin/reset").success
    return standin


def trigger(world, name):
    return world.call(Trigger, name, Trigger.Request())


def fault(world, name, value):
    assert world.set_parameter("stretch_standin", f"fault.{name}", value).successful


def journal(world):
    return json.loads(trigger(world, "/stretch_standin/journal").message)


def send(world, **changes):
    """Send a vector and wait until the stand-in has taken or refused it."""

    def received():
        return sum(event["kind"] == "command" for event in journal(world)["events"])

    before = received()
    values = {joints.EXTENSION: 0.1, joints.LIFT: 0.6, joints.FINGER_LEFT: 0.05, joints.BASE: 0.0}
    names = (*joints.WRIST, joints.HEAD_PAN, joints.HEAD_TILT, "rotate_mobile_base")
    vector = encode("tool_stretch_dex_wrist", {**values, **dict.fromkeys(names, 0.0), **changes})
    world.commands.publish(Float64MultiArray(data=vector))
    world.wait_for(lambda: received() > before, "the command at the stand-in")
    return [event for event in journal(world)["events"] if event["kind"] == "command"][-1]


def next_one(world, messages):
    before = len(messages)
    world.wait_for(lambda: len(messages) > before + 1, "newer messages")
    return messages[-1]


def lift(world):
    state = next_one(world, world.states)
    return state.position[list(state.name).index(joints.LIFT)]


def test_a_client_finds_the_drivers_topics_and_services(healthy):
    topics = dict(healthy.node.get_topic_names_and_types())
    for name, kind in TOPICS.items():
        assert topics[name] == [kind]
    services = dict(healthy.node.get_service_names_and_types())
    for name in (*TRIGGERS, "stretch_standin/reset", "stretch_standin/clear_faults", "stretch_standin/journal"):
        assert services[f"/{name}"] == ["std_srvs/srv/Trigger"]
    assert services["/runstop"] == ["std_srvs/srv/SetBool"]
    description = healthy.collect(String, "robot_description", qos.LATCHED)
    healthy.wait_for(lambda: description, "the description, for a late joiner")
    assert "<robot" in description[0].data


def test_it_moves_as_told_and_its_picture_with_it(healthy):
    before = image_to_rgb(next_one(healthy, healthy.images))
    assert healthy.images[-1].header.frame_id == "wrist_camera_optical_frame"
    assert send(healthy, joint_lift=0.65)["accepted"]
    healthy.wait_for(lambda: abs(lift(healthy) - 0.65) < 1e-6, "the lift at its target")
    assert np.abs(image_to_rgb(next_one(healthy, healthy.images)).astype(int) - before).mean() > 10
    ((begin_s, end_s),) = journal(healthy)["motions"]
    assert end_s - begin_s == pytest.approx(0.05 / 0.15, abs=0.011)


def test_every_fault_can_be_asked_about_and_a_wrong_value_is_refused(healthy):
    names = [f"fault.{name}" for name in FAULT_GUIDE]
    answer = healthy.call(
        DescribeParameters, "/stretch_standin/describe_parameters", DescribeParameters.Request(names=names)
    )
    assert len(answer.descriptors) == len(names)
    for descriptor in answer.descriptors:
        assert "Imitates" in descriptor.description
        assert "A bridge must" in descriptor.description
        assert not descriptor.read_only
        assert descriptor.type != ParameterType.PARAMETER_NOT_SET
    for name, value in (("image", "purple"), ("speed_factor", 0.0), ("stamp_offset_s", math.nan), ("runstopped", 3)):
        assert not healthy.set_parameter("stretch_standin", f"fault.{name}", value).successful
    result = healthy.set_parameter("stretch_standin", "fault.image", "purple")
    assert "expected one of: none, stopped, black, frozen" in result.reason
    assert not healthy.set_parameter("stretch_standin", "tool", "tool_none").successful  # read-only
    assert not any(event["kind"] == "fault" for event in journal(healthy)["events"])


def test_several_faults_at_once_and_all_cleared(healthy):
    values = {"fault.image": "black", "fault.speed_factor": 0.5, "fault.runstopped": True}
    request = SetParametersAtomically.Request(
        parameters=[Parameter(name, value=value).to_parameter_msg() for name, value in values.items()]
    )
    name = "/stretch_standin/set_parameters_atomically"
    assert healthy.call(SetParametersAtomically, name, request).result.successful
    healthy.wait_for(lambda: healthy.modes[-1].data == "runstopped" and healthy.flags[-1].data, "the runstop told")
    assert not any(next_one(healthy, healthy.images).data)
    assert "runstopped" in send(healthy, joint_lift=0.7)["message"]
    faults = [event for event in journal(healthy)["events"] if event["kind"] == "fault"]
    assert faults[-1]["active"] == {"image": "black", "speed_factor": 0.5, "runstopped": True}
    assert trigger(healthy, "/stretch_standin/clear_faults").success
    healthy.wait_for(lambda: healthy.modes[-1].data == "position", "the mode from before")
    healthy.wait_for(lambda: any(next_one(healthy, healthy.images).data), "pictures again")
    assert lift(healthy) == pytest.approx(0.6)


def test_stamps_values_and_silence_on_the_topics(healthy):
    fault(healthy, "stamp_offset_s", -100.0)
    for messages in (healthy.images, healthy.states):
        stamp = next_one(healthy, messages).header.stamp
        assert time.time() - stamp.sec == pytest.approx(100.0, abs=30.0)
    fault(healthy, "joint_states", "nan")
    healthy.wait_for(lambda: math.isnan(lift(healthy)), "NaN")
    fault(healthy, "image", "frozen")
    healthy.wait_for(lambda: next_one(healthy, healthy.images).data == healthy.images[-2].data, "frozen images")
    assert healthy.images[-1].header.stamp != healthy.images[-2].header.stamp
    fault(healthy, "image", "stopped")
    fault(healthy, "joint_states", "stopped")
    fault(healthy, "status_stopped", True)
    healthy.spin_for(0.3)  # what was on its way
    lengths = [len(messages) for messages in (healthy.images, healthy.states, healthy.modes)]
    healthy.spin_for(0.7)
    assert [len(messages) for messages in (healthy.images, healthy.states, healthy.modes)] == lengths


def test_a_late_service_holds_up_nothing_else(healthy):
    assert send(healthy, joint_lift=0.9)["accepted"]
    fault(healthy, "service_latency_s", 1.5)
    client = healthy.node.create_client(Trigger, "/stop_the_robot")
    healthy.wait_for(client.service_is_ready, "the service")
    asked_s = time.monotonic()
    future = client.call_async(Trigger.Request())
    assert send(healthy, joint_lift=0.95)["accepted"]  # topics, and other services, go on
    assert next_one(healthy, healthy.states)
    assert not future.done()
    healthy.wait_for(future.done, "the late answer")
    assert time.monotonic() - asked_s > 1.4
    stops = [event for event in journal(healthy)["events"] if event.get("name") == "stop_the_robot"]
    assert stops[-1]["time_s"] - asked_s > 1.4  # acted on late, too
    fault(healthy, "service_latency_s", 0.0)
    fault(healthy, "services_refused", True)
    assert not healthy.call(SetBool, "/runstop", SetBool.Request(data=True)).success
    assert trigger(healthy, "/stretch_standin/clear_faults").success  # not one of the driver's


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly(ros, number):
    start(ros, "-p", "image_width:=32")
    states = ros.collect(JointState, "joint_states", qos.ROBOT_STATE)
    ros.wait_for(lambda: states, "joint states")
    assert ros.stop("stretch_standin", number) == 0
    assert "Traceback" not in ros.output("stretch_standin")


def test_a_wrong_parameter_file_is_told_in_one_line(ros):
    process = start(ros, "-p", "fault.image:=purple")
    assert process.wait(timeout=60.0) == 2
    assert "expected one of: none, stopped" in ros.output("stretch_standin")
    assert "Traceback" not in ros.output("stretch_standin")
