"""The stretch_sim node as a process, over real DDS: a client of the Stretch driver must find what it expects."""

from __future__ import annotations

import signal
import time

import numpy as np
import pytest
from geometry_msgs.msg import Twist
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Bool, Float64MultiArray, String
from std_srvs.srv import SetBool, Trigger

from vinn_msgs.msg import TaskState
from vinn_ros import qos
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import encode

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
    "/task_state": "vinn_msgs/msg/TaskState",
}
SERVICES = {
    **dict.fromkeys(
        (
            "/activate_streaming_position",
            "/deactivate_streaming_position",
            "/switch_to_position_mode",
            "/switch_to_navigation_mode",
            "/switch_to_trajectory_mode",
            "/stop_the_robot",
            "/home_the_robot",
            "/stow_the_robot",
            "/stretch_sim/reset",
        ),
        "std_srvs/srv/Trigger",
    ),
    "/runstop": "std_srvs/srv/SetBool",
}


@pytest.fixture
def sim(ros):
    ros.states = ros.collect(JointState, "joint_states", qos.ROBOT_STATE)
    ros.modes = ros.collect(String, "mode", qos.ROBOT_STATE)
    ros.commands = ros.node.create_publisher(Float64MultiArray, "joint_pose_cmd", qos.STREAM)
    ros.start("stretch_sim", {"image_width": 48, "image_height": 32})
    ros.wait_for(lambda: ros.states, "joint states")
    ros.wait_for(lambda: ros.commands.get_subscription_count() == 1, "the command subscription")
    return ros


def positions(world) -> dict[str, float]:
    return dict(zip(world.states[-1].name, world.states[-1].position, strict=True))


def send(world, **changes) -> None:
    values = {**positions(world), joints.BASE: 0.0, "rotate_mobile_base": 0.0, **changes}
    world.commands.publish(Float64MultiArray(data=encode("tool_stretch_dex_wrist", values)))


def trigger(world, name) -> Trigger.Response:
    return world.call(Trigger, name, Trigger.Request())


def test_names_types_and_rates_are_the_drivers(sim):
    def topics():
        found = dict(sim.node.get_topic_names_and_types())
        return all(found.get(name) == [kind] for name, kind in TOPICS.items())

    def services():
        found = dict(sim.node.get_service_names_and_types())
        return all(found.get(name) == [kind] for name, kind in SERVICES.items())

    sim.wait_for(topics, "all of the driver's topics")
    sim.wait_for(services, "all of the driver's services")
    state = sim.states[-1]
    expected = {joints.EXTENSION, joints.LIFT, *joints.ARM_SEGMENTS, *joints.WRIST, joints.HEAD_PAN, joints.HEAD_TILT}
    assert expected | {joints.FINGER_LEFT, joints.FINGER_RIGHT} <= set(state.name)
    assert len(state.position) == len(state.velocity) == len(state.name)
    at = positions(sim)
    assert at[joints.EXTENSION] == pytest.approx(sum(at[name] for name in joints.ARM_SEGMENTS))
    description = sim.collect(String, "robot_description", qos.LATCHED)
    sim.wait_for(lambda: description, "the robot description for a late joiner")
    assert "joint_wrist_yaw" in description[0].data

    # Both streams flow. How often is the real-time loop's own test, by a clock of its own.
    states, modes = len(sim.states), len(sim.modes)
    sim.wait_for(lambda: len(sim.states) >= states + 60 and len(sim.modes) >= modes + 15, "joint states and modes")


def test_commands_are_refused_until_streaming_is_activated_and_while_runstopped(sim):
    flags = sim.collect(Bool, "is_runstopped", qos.ROBOT_STATE)
    velocity = sim.node.create_publisher(Twist, "stretch/cmd_vel", qos.STREAM)
    sim.wait_for(lambda: velocity.get_subscription_count() == 1, "the velocity subscription")
    start = positions(sim)[joints.LIFT]
    send(sim, joint_lift=start + 0.05)
    sim.wait_for(lambda: "not activated" in sim.output("stretch_sim"), "the refusal")
    assert trigger(sim, "/activate_streaming_position").success
    send(sim, joint_lift=start + 0.05, translate_mobile_base=0.04)
    sim.wait_for(lambda: abs(positions(sim)[joints.LIFT] - start - 0.05) < 3e-3, "the lift at its target")
    sim.commands.publish(Float64MultiArray(data=[0.0] * 8))
    sim.wait_for(lambda: "expected 10" in sim.output("stretch_sim"), "the refusal of a short vector")
    twist = Twist()
    twist.linear.x = 0.1
    velocity.publish(twist)
    sim.wait_for(lambda: "needs navigation mode" in sim.output("stretch_sim"), "the refusal of a velocity")

    start = positions(sim)[joints.LIFT]
    send(sim, joint_lift=start + 0.3)
    sim.wait_for(lambda: positions(sim)[joints.LIFT] > start + 0.02, "the lift under way")
    assert sim.call(SetBool, "/runstop", SetBool.Request(data=True)).success
    sim.wait_for(lambda: flags and flags[-1].data and sim.modes[-1].data == "runstopped", "the runstop announced")
    assert not trigger(sim, "/switch_to_position_mode").success
    sim.spin_for(0.3)  # states from before the stop may still wait to be read
    stopped_at = positions(sim)[joints.LIFT]
    sim.spin_for(0.5)
    assert positions(sim)[joints.LIFT] == pytest.approx(stopped_at, abs=5e-3)
    sim.call(SetBool, "/runstop", SetBool.Request(data=False))
    sim.wait_for(lambda: sim.modes[-1].data == "position", "the mode from before")


def test_wrist_camera_has_the_robots_frame_and_a_fresh_stamp(sim):
    images = sim.collect(Image, "image_raw", qos.IMAGE)
    sim.wait_for(lambda: len(images) >= 3, "images")
    image = images[-1]
    assert (image.width, image.height, image.encoding) == (48, 32, "rgb8")
    assert image.header.frame_id == "wrist_camera_optical_frame"
    age_s = sim.node.get_clock().now().nanoseconds * 1e-9 - image.header.stamp.sec - image.header.stamp.nanosec * 1e-9
    assert 0.0 < age_s < 5.0
    assert np.asarray(image.data).std() > 5.0  # a scene, not an empty picture
    overview = sim.collect(Image, "overview/image_raw", qos.IMAGE)
    sim.wait_for(lambda: overview, "an overview, once somebody listens")
    check_quiet_end(sim, signal.SIGTERM)


def test_reset_takes_the_live_parameters(sim):
    tasks = sim.collect(TaskState, "task_state")
    sim.wait_for(lambda: tasks and tasks[-1].scene.startswith("white_office"), "the first scene")
    assert sim.set_parameter("stretch_sim", "cabinets", "held-out").successful
    assert sim.set_parameter("stretch_sim", "draw_lateral_offset", False).successful
    assert sim.set_parameter("stretch_sim", "lateral_offset_m", 0.06).successful
    for name, value in (("cabinets", "attic"), ("lateral_offset_m", 0.9), ("scene_seed", -1), ("tool", "tool_none")):
        result = sim.set_parameter("stretch_sim", name, value)
        assert not result.successful
        assert name in result.reason or "read-only" in result.reason
    assert trigger(sim, "/stretch_sim/reset").message.startswith("held_out_cream")
    sim.wait_for(lambda: tasks[-1].scene.startswith("held_out_cream"), "the new scene")
    assert tasks[-1].lateral_offset_m == pytest.approx(0.06)
    assert tasks[-1].door_angle_rad == pytest.approx(0.0, abs=1e-3)
    check_quiet_end(sim, signal.SIGINT)


def check_quiet_end(sim, number) -> None:
    start = time.monotonic()
    assert sim.stop("stretch_sim", number) == 0
    assert time.monotonic() - start < 3.0
    assert "Traceback" not in sim.output("stretch_sim")
