"""The bridge by each of its interfaces against the stand-in, as processes over real DDS."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec

import pytest
from rclpy.node import Node
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import SetBool, Trigger
from trajectory_msgs.msg import JointTrajectoryPoint

from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos
from vinn_ros.stretch_bridge.outputs.follow_joint_trajectory import ACTION, FOREIGN_GOAL
from vinn_ros.stretch_standin.trials.played_policy import PlayedPolicy
from vinn_training.kinematics import joints

#: What a busy machine keeps.
PATIENT = dict.fromkeys(("max_image_age_s", "max_action_age_s", "max_joint_state_age_s", "max_status_age_s"), 3.0)
BRIDGE = {"auto_resume": False, "step_length_m": 0.05, **PATIENT}
NO_CONTROL_MSGS = "control_msgs is not installed; it is in no Python wheel: run this in a ROS installation that has it"
#: A ros2_control robot has no base that a trajectory can drive here; along the fingers the arm alone moves.
FIXED_BASE = [joints.LIFT, joints.EXTENSION, *joints.WRIST, joints.FINGER_LEFT]


class World:
    """Bridge and stand-in; the test plays the policy."""

    def __init__(self, ros, *standin, **bridge):
        self.ros = ros
        self.commands = ros.collect(BridgeCommand, "command", qos.STREAM)
        self.policy = PlayedPolicy(ros.node)
        words = [word for parameter in ("autostart:=true", *standin) for word in ("-p", parameter)]
        command = [sys.executable, "-m", "vinn_ros.entry_points", "stretch_standin", "--ros-args", *words]
        ros.run("stretch_standin", command)
        ros.start("stretch_bridge", {**BRIDGE, **bridge})
        ros.wait_for(lambda: "[stretch_bridge]: active" in ros.output("stretch_bridge"), "the bridge to be active")

    def journal(self):
        answer = self.ros.call(Trigger, "/stretch_standin/journal", Trigger.Request())
        return json.loads(answer.message)

    def moves(self):
        return [command for command in self.commands if not command.stopped]

    def enable(self):
        return self.ros.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=True))

    def wait_for_moves(self, count):
        before = len(self.moves())
        self.ros.wait_for(lambda: len(self.moves()) >= before + count, f"{count} motions")

    def wait_for_stop(self, words, since=0):
        stopped = lambda: any(c.stopped and words in c.reason for c in self.commands[since:])  # noqa: E731
        self.ros.wait_for(stopped, f"a stop for '{words}'")

    def rests_short_of_its_target(self):
        """After a stop: the arm stands, and has not gone where it was sent."""
        sent = self.moves()[-1]
        target_m = dict(zip(sent.joint_names, sent.positions, strict=True))[joints.EXTENSION]
        self.ros.wait_for(lambda: self._rest_s() > 0.3, "the robot at rest")
        first = self.journal()["at_m"][joints.EXTENSION]
        self.ros.spin_for(0.5)
        return self.journal()["at_m"][joints.EXTENSION] == first < target_m - 0.005

    def stop_on_the_way(self):
        """Slow the robot down so that no motion is over, then let the policy hold."""
        assert self.ros.set_parameter("stretch_standin", "fault.speed_factor", 0.05).successful
        self.wait_for_moves(1)
        since = len(self.commands)
        self.policy.fault = "hold"
        self.wait_for_stop("unfamiliar image", since)
        assert self.rests_short_of_its_target()
        assert self.ros.set_parameter("stretch_standin", "fault.speed_factor", 1.0).successful
        self.policy.fault = "none"

    def _rest_s(self):
        journal = self.journal()
        return journal["now_s"] - journal["motions"][-1][1]


def test_a_topic_for_trajectories_drives_a_robot_that_has_no_modes(ros):
    world = World(ros, "fault.status_stopped:=true", interface="joint_trajectory", trajectory_joints=FIXED_BASE)
    assert world.enable().success
    world.wait_for_moves(3)
    assert world.moves()[-1].joint_names == FIXED_BASE
    assert world.journal()["at_m"][joints.EXTENSION] > 0.14
    world.stop_on_the_way()
    assert "Traceback" not in ros.output("stretch_bridge")
    assert "Traceback" not in ros.output("stretch_standin")


def send_until_taken(ros, client, goal):
    """The driver refuses a goal that comes too soon after the bridge's own."""

    def taken():
        future = client.send_goal_async(goal)
        ros.wait_for(future.done, "an answer")
        return future.result().accepted

    ros.wait_for(taken, "the goal to be taken")


@pytest.mark.skipif(find_spec("control_msgs") is None, reason=NO_CONTROL_MSGS)
def test_the_action_server_drives_the_robot_and_says_when_it_does_not(ros):
    from control_msgs.action import FollowJointTrajectory
    from rclpy.action import ActionClient

    world = World(ros, interface="follow_joint_trajectory")
    assert world.enable().success
    world.wait_for_moves(3)
    assert joints.FINGER_LEFT in world.moves()[0].joint_names
    assert not any(joints.FINGER_LEFT in move.joint_names for move in world.moves()[1:])  # told nothing new
    journal = world.journal()
    assert journal["at_m"][joints.EXTENSION] > 0.14
    assert all(event["accepted"] for event in journal["events"] if event["kind"] == "command")
    world.stop_on_the_way()

    # A motion that the driver refuses.
    assert ros.set_parameter("stretch_standin", "fault.commands_refused", True).successful
    assert world.enable().success
    since = len(world.commands)
    world.wait_for_stop("the driver gave up the motion (error -1): command refused", since)
    assert ros.set_parameter("stretch_standin", "fault.commands_refused", False).successful

    # Somebody else's goal: the motion ends, and none begins as long as it is executed.
    assert world.enable().success
    world.wait_for_moves(1)
    since = len(world.commands)
    client = ActionClient(ros.node, FollowJointTrajectory, ACTION)
    ros.wait_for(client.server_is_ready, "the action server")
    goal = FollowJointTrajectory.Goal()
    goal.trajectory.joint_names = [joints.LIFT]
    goal.trajectory.points = [JointTrajectoryPoint(positions=[1.0])]
    send_until_taken(ros, client, goal)
    world.wait_for_stop("two must not move one robot", since)
    send_until_taken(ros, client, goal)
    ros.wait_for_report("stretch_bridge", "warning", FOREIGN_GOAL)
    answer = world.enable()
    assert (answer.success, answer.message) == (False, FOREIGN_GOAL)
    assert "Traceback" not in ros.output("stretch_bridge")
    assert "Traceback" not in ros.output("stretch_standin")


def test_a_foreign_vector_stops_the_robot_and_another_publisher_forbids_it_to_begin(ros):
    world = World(ros)
    assert world.enable().success
    world.wait_for_moves(2)
    other = ros.node.create_publisher(Float64MultiArray, "joint_pose_cmd", qos.STREAM)
    world.wait_for_stop("two must not move one robot")
    answer = world.enable()
    assert not answer.success
    assert "/test publishes on /joint_pose_cmd too" in answer.message
    ros.wait_for_report("stretch_bridge", "warning", answer.message)
    ros.node.destroy_publisher(other)
    ros.wait_for(lambda: world.enable().success, "the bridge to be enabled")
    world.wait_for_moves(1)
    since = len(world.commands)
    second = second_bridge(ros)

    def stopped():
        # Until it is heard: the bridge may not have found the publisher yet that has found the bridge.
        second.publish(Float64MultiArray(data=[0.1, 0.6, *[0.0] * 8]))
        ros.spin_for(0.1)
        return any(c.stopped and "somebody else sent a command" in c.reason for c in world.commands[since:])

    ros.wait_for(stopped, "a stop for a foreign command")
    assert "Traceback" not in ros.output("stretch_bridge")


def second_bridge(ros):
    """A publisher under the bridge's own name, which alone proves nothing: one that was killed leaves it behind."""
    node = Node("stretch_bridge", context=ros.node.context, start_parameter_services=False, enable_rosout=False)
    publisher = node.create_publisher(Float64MultiArray, "joint_pose_cmd", qos.STREAM)
    ros.wait_for(lambda: publisher.get_subscription_count() == 2, "the bridge and the stand-in")
    ros.second_bridge = node  # or it would be gone before it is heard
    return publisher


@pytest.mark.skipif(find_spec("control_msgs") is not None, reason="control_msgs is installed")
def test_without_control_msgs_the_bridge_says_what_to_install(ros):
    process = ros.start("stretch_bridge", {"interface": "follow_joint_trajectory"})
    assert process.wait(timeout=60.0) == 2
    assert "control-msgs" in ros.output("stretch_bridge")
    assert "Traceback" not in ros.output("stretch_bridge")
