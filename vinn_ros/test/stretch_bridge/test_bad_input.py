"""What a person may get wrong before the robot moves: each is named with what to do, and nothing is sent meanwhile."""

from __future__ import annotations

import json
import sys

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import SetBool, Trigger

from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos
from vinn_ros.stretch_standin.trials.played_policy import PlayedPolicy
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, description_path

BRIDGE = {
    "enabled_on_start": True,
    "auto_resume": True,
    "step_length_m": 0.02,
    # What a busy machine keeps.
    "max_image_age_s": 2.0,
    "max_action_age_s": 2.0,
    "max_joint_state_age_s": 2.0,
    "max_status_age_s": 2.0,
}


class World:
    """The bridge and the stand-in as processes; the test plays the policy."""

    def __init__(self, ros):
        self.ros = ros
        self.commands = ros.collect(BridgeCommand, "command", qos.STREAM)
        self.reports = ros.collect(DiagnosticArray, "/diagnostics")
        self.policy = PlayedPolicy(ros.node)

    def start_standin(self, *parameters):
        words = [word for parameter in ("autostart:=true", *parameters) for word in ("-p", parameter)]
        command = [sys.executable, "-m", "vinn_ros.entry_points", "stretch_standin", "--ros-args", *words]
        self.ros.run("stretch_standin", command)

    def trigger(self, name):
        answer = self.ros.call(Trigger, name, Trigger.Request())
        assert answer.success, answer.message
        return answer.message

    def wait_for_stop(self, *words):
        def said():
            # Diagnostics repeat what may have been said on the topic before we listened.
            reasons = [command.reason for command in self.commands if command.stopped]
            reasons += [s.message for report in self.reports for s in report.status if s.name == "stretch_bridge"]
            return any(all(word in reason for word in words) for reason in reasons)

        self.ros.wait_for(said, f"a reason with {words}")

    def wait_for_motion(self):
        before = len(self.commands)
        self.ros.wait_for(lambda: any(not c.stopped for c in self.commands[before:]), "the robot to move")

    def vectors_received(self):
        events = json.loads(self.trigger("/stretch_standin/journal"))["events"]
        return sum(event["kind"] == "command" for event in events)


@pytest.fixture
def world(ros):
    return World(ros)


def test_an_unknown_tool_and_a_robot_that_is_not_homed_are_named_until_a_person_mends_them(world):
    world.start_standin("homed:=false", "fault.tool:=tool_unknown")
    world.ros.start("stretch_bridge", BRIDGE)
    world.wait_for_stop("tool is 'tool_unknown'", "expected one of", "tool_stretch_dex_wrist")
    assert world.ros.set_parameter("stretch_standin", "fault.tool", "none").successful
    world.wait_for_stop("not homed", "/home_the_robot")
    assert world.vectors_received() == 0
    assert not any(not command.stopped for command in world.commands)
    answer = world.ros.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=True))
    assert "not homed" in answer.message or "enabled" in answer.message
    world.trigger("/home_the_robot")
    world.wait_for_motion()
    assert "Traceback" not in world.ros.output("stretch_bridge")


def test_another_publisher_of_commands_is_named_and_the_robot_moves_only_without_it(world):
    world.start_standin()
    world.ros.start("stretch_bridge", BRIDGE)
    world.wait_for_motion()
    other = world.ros.node.create_publisher(Float64MultiArray, "joint_pose_cmd", qos.STREAM)
    world.wait_for_stop("/test publishes on /joint_pose_cmd too", "end the other")
    answer = world.ros.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=True))
    assert not answer.success
    assert "/test publishes on /joint_pose_cmd too" in answer.message
    world.ros.node.destroy_publisher(other)
    world.wait_for_motion()
    assert "Traceback" not in world.ros.output("stretch_bridge")


def without(xml, name):
    """The description with another name for one of its links or joints."""
    assert f'"{name}"' in xml
    return xml.replace(f'"{name}"', '"another"')


@pytest.mark.parametrize("name", ["link_grasp_center", "joint_lift"])
def test_a_description_without_a_named_part_is_refused_by_its_name(ros, tmp_path, name):
    path = tmp_path / "mine.urdf"
    path.write_text(without(description_path(DEFAULT_DESCRIPTION).read_text(), name))
    ros.start("stretch_bridge", {**BRIDGE, "urdf_path": str(path)})
    ros.wait_for(lambda: "cannot configure" in ros.output("stretch_bridge"), "the refusal")
    line = next(line for line in ros.output("stretch_bridge").splitlines() if "cannot configure" in line)
    assert name in line
    assert path.name in line
    assert "Traceback" not in ros.output("stretch_bridge")
    assert not ros.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=True)).success
