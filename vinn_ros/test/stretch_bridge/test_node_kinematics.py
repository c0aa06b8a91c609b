"""The bridge node's robot description, live limits and effort thresholds, against the stand-in over real DDS."""

from __future__ import annotations

import math

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from std_srvs.srv import SetBool

from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos
from vinn_ros.stretch_standin.trials.played_policy import PlayedPolicy
from vinn_training.kinematics import joints
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, RobotDescription

#: Deadlines that a busy machine keeps.
BRIDGE = {
    "enabled_on_start": True,
    "auto_resume": True,
    "step_length_m": 0.01,
    "max_image_age_s": 2.0,
    "max_action_age_s": 2.0,
    "max_joint_state_age_s": 2.0,
    "max_status_age_s": 2.0,
}
XML = RobotDescription.from_package(DEFAULT_DESCRIPTION).xml


class World:
    def __init__(self, ros) -> None:
        self.ros = ros
        self.commands = ros.collect(BridgeCommand, "command", qos.STREAM)
        self.reports = ros.collect(DiagnosticArray, "/diagnostics")
        self.description = ros.node.create_publisher(String, "robot_description", qos.LATCHED)
        self.policy = PlayedPolicy(ros.node)
        self.policy.direction = (0.0, -0.3, 0.0)

    def start(self, **parameters) -> None:
        self.ros.start("stretch_standin", {"image_rate_hz": 10.0})
        self.ros.start("stretch_bridge", {**BRIDGE, **parameters})

    def moves(self) -> list[BridgeCommand]:
        return [command for command in self.commands if not command.stopped]

    def wait_for_moves(self, count=1) -> BridgeCommand:
        before = len(self.moves())
        self.ros.wait_for(lambda: len(self.moves()) >= before + count, f"{count} motions")
        return self.moves()[-1]

    def wait_for_stop(self, reason) -> BridgeCommand:
        def found():
            return [command for command in self.commands if command.stopped and reason in command.reason]

        return self.ros.wait_for(found, f"a stop for '{reason}'")[-1]

    def wait_for_value(self, key, text) -> None:
        def found():
            statuses = [s for report in self.reports for s in report.status if s.name == "stretch_bridge"]
            return statuses and any(value.key == key and text in value.value for value in statuses[-1].values)

        self.ros.wait_for(found, f"{key} with '{text}' in /diagnostics")

    def enable(self, on=True) -> SetBool.Response:
        return self.ros.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=on))


@pytest.fixture
def world(ros) -> World:
    return World(ros)


def test_what_the_solver_did_is_told_with_every_command_and_summed_up(world):
    world.start()
    command = world.wait_for_moves(2)
    assert command.reached
    assert command.residual_m < 1e-3
    assert command.residual_rad < 0.0087
    assert command.iterations >= 1
    assert command.solve_time_s > 0.0
    world.wait_for_value("robot_description", "topic /robot_description")  # the stand-in's
    world.wait_for_value("kinematics_for", "tool_stretch_dex_wrist")
    world.wait_for_value("effort", "no effort")
    world.wait_for_value("last_residual_mm", "0.")
    for name, value in (("max_slide_step_m", 0.001), ("max_speed_lift", 0.1)):
        assert world.ros.set_parameter("stretch_bridge", name, value).successful
    world.ros.wait_for(lambda: any("largest step 0.001" in line for line in world.moves()[-1].clipped), "a short step")
    assert any("largest step 0.001" in line for line in world.moves()[-1].active_limits)
    world.wait_for_value("clips_by_limit", "at its largest step #")
    for name, value, reason in (
        ("max_speed_lift", math.nan, "max_speed_lift"),
        ("gripper_open_rad", -0.5, "gripper_closed_rad"),
        ("workspace_lower_m", [2.0, 0.0, 0.0], "workspace box"),
        ("self_collision", False, "only while the bridge is disabled"),
        ("camera_mount", "measured", "read-only"),
    ):
        result = world.ros.set_parameter("stretch_bridge", name, value)
        assert not result.successful
        assert reason in result.reason
    assert world.enable(False).success
    assert world.ros.set_parameter("stretch_bridge", "self_collision", False).successful


def test_description_that_differs_stops_a_robot_that_has_moved_until_it_is_enabled_again(world):
    world.start()
    world.wait_for_moves()
    world.wait_for_value("robot_description", "topic")
    world.description.publish(String(data=XML.replace('upper="1.1"', 'upper="1.05"')))
    world.wait_for_stop("another robot description came")
    before = len(world.moves())
    world.ros.spin_for(1.0)
    assert len(world.moves()) == before  # auto_resume does not undo it
    assert world.enable().success
    world.wait_for_moves()
    world.description.publish(String(data=XML.replace("joint_lift", "joint_up")))
    world.wait_for_stop("joint 'joint_lift'")
    answer = world.enable()
    assert not answer.success
    assert "use_robot_description" in answer.message
    assert "Traceback" not in world.ros.output("stretch_bridge")


def test_description_on_the_topic_is_not_used_where_a_parameter_says_so(world):
    world.description.publish(String(data="this is no robot"))
    world.start(use_robot_description=False)
    world.wait_for_moves()
    world.wait_for_value("robot_description", "of the package")


def test_effort_above_its_threshold_stops_and_a_driver_without_efforts_is_told(world):
    world.start(max_effort_lift=20.0, auto_resume=False)
    world.wait_for_value("reason", "joint states carry no effort of the lift")
    assert world.moves() == []
    joint_states = world.ros.node.create_publisher(JointState, "joint_states", qos.ROBOT_STATE)
    effort = [5.0]

    def push():
        joint_states.publish(JointState(name=[joints.LIFT], position=[0.6], effort=effort))

    world.ros.node.create_timer(0.05, push)
    world.wait_for_value("effort", "lift 5")
    world.wait_for_moves()
    effort[0] = -25.0
    world.wait_for_stop("contact: the lift's effort is 25, its max_effort_lift 20")
