"""Each fault of the stand-in, over DDS: the bridge stops, says why, and sends nothing until it is enabled again."""

from __future__ import annotations

import json
import sys

import pytest
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from std_srvs.srv import SetBool, Trigger

from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos
from vinn_ros.stretch_standin.trials.played_policy import PlayedPolicy
from vinn_ros.stretch_standin.trials.verdict import HOLD_M

#: So slow that no step of the bridge is ever finished, whatever the machine does; deadlines that a busy machine keeps.
SLOW = 0.05
BRIDGE = {
    "auto_resume": False,
    "step_length_m": 0.08,
    "max_image_age_s": 0.6,
    "max_action_age_s": 0.6,
    "max_joint_state_age_s": 0.6,
    "max_status_age_s": 0.8,
}
#: Faults of the stand-in or of the policy, and a word of what the bridge must say.
FAULTS = {
    "images stopped": ({"image": "stopped"}, "none", "old"),
    "images black": ({"image": "black"}, "none", "old"),
    "image frozen with its stamp": ({"image": "frozen_with_its_stamp"}, "none", "image older than"),
    "image frozen": ({"image": "frozen"}, "none", "not changed"),
    "image latency": ({"image_latency_s": 2.0}, "none", "old"),
    "clock jumped forward": ({"stamp_offset_s": 50.0}, "none", "in the future"),
    "clock jumped backward": ({"stamp_offset_s": -50.0}, "none", "image older than"),
    "policy silent": ({}, "silent", "newest action"),
    "policy sends NaN": ({}, "nan", "finite"),
    "policy holds": ({}, "hold", "unfamiliar image"),
    "joint states stopped": ({"joint_states": "stopped"}, "none", "joint states"),
    "joint states NaN": ({"joint_states": "nan"}, "none", "joint states"),
    "odometry NaN": ({"odometry": "nan"}, "none", "odometry"),
    "status stopped": ({"status_stopped": True}, "none", "mode"),
    "runstop": ({"runstopped": True}, "none", "runstopped"),
    "lost homing": ({"unhomed": True}, "none", "not homed"),
    "mode changed by others": ({"mode": "navigation"}, "none", "navigation mode"),
    "wrong tool": ({"tool": "tool_none"}, "none", "kinematics are for"),
    "unknown tool": ({"tool": "tool_unknown"}, "none", "tool_unknown"),
}

#: One of each way by which a stop comes about; the others are the same again, and off by default.
ALWAYS = (
    "images black",
    "image latency",
    "clock jumped forward",
    "policy sends NaN",
    "joint states NaN",
    "status stopped",
    "runstop",
    "mode changed by others",
)
#: Where no step ends by itself.
ALWAYS_CONTINUOUS = ("images stopped", "policy sends NaN")
CASES = [
    pytest.param(mode, *case, id=f"{name}, {mode}", marks=() if name in always else pytest.mark.full)
    for mode, always in (("step", ALWAYS), ("continuous", ALWAYS_CONTINUOUS))
    for name, case in FAULTS.items()
]


class World:
    """The bridge against the stand-in as processes; the test plays the policy and is its healthy self again after."""

    def __init__(self, ros):
        self.ros = ros
        self.commands = ros.collect(BridgeCommand, "command", qos.STREAM)
        self.policy = PlayedPolicy(ros.node)
        standin = [
            sys.executable,
            "-m",
            "vinn_ros.entry_points",
            "stretch_standin",
            "--ros-args",
            "-p",
            "autostart:=true",
        ]
        ros.run("stretch_standin", standin)
        ros.start("stretch_bridge", BRIDGE)
        for name in ("stretch_standin", "stretch_bridge"):
            ros.wait_for(lambda name=name: f"[{name}]: active" in ros.output(name), f"{name} to be active")

    def trigger(self, name):
        answer = self.ros.call(Trigger, f"/stretch_standin/{name}", Trigger.Request())
        assert answer.success
        return answer.message

    def set_faults(self, **faults):
        values = [
            Parameter(f"fault.{n}", value=v).to_parameter_msg() for n, v in {"speed_factor": SLOW, **faults}.items()
        ]
        request = SetParametersAtomically.Request(parameters=values)
        assert self.ros.call(
            SetParametersAtomically, "/stretch_standin/set_parameters_atomically", request
        ).result.successful

    def enable(self, on):
        assert self.ros.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=on)).success

    def moves(self):
        return sum(not command.stopped for command in self.commands)

    def bring_to_move(self, mode="step"):
        """Start afresh and return with a motion under way."""
        self.enable(False)
        assert self.ros.set_parameter("stretch_bridge", "mode", mode).successful
        self.policy.fault = "none"
        self.trigger("clear_faults")
        self.set_faults()
        self.trigger("reset")
        self.enable_until_it_moves()

    def enable_until_it_moves(self):
        """A machine too busy for a deadline stops the robot: then a person would enable it again."""
        before, stopped = self.moves(), -1

        def moving():
            nonlocal stopped
            if self.moves() > before:
                return True
            if len(self.commands) > stopped and (stopped < 0 or self.commands[-1].stopped):
                stopped = len(self.commands) + 1
                self.enable(True)
            return False

        self.ros.wait_for(moving, "the robot to move")

    def wait_for_stop(self, words, since):
        """Wait for a stop that gives this reason.

        A busy machine may have stopped the robot for a deadline just before; then a person would enable it again, and
        it says why it cannot.
        """
        asked = 0

        def told():
            nonlocal asked
            reasons = self.stop_reasons(since)
            if any(words in reason for reason in reasons):
                return True
            if len(reasons) > asked:
                asked = len(reasons)
                self.enable(True)
            return False

        self.ros.wait_for(told, f"a stop for '{words}'")

    def stop_reasons(self, since):
        return [command.reason for command in self.commands[since:] if command.stopped]

    def journal(self):
        """What the stand-in was told and did since it was placed."""
        return json.loads(self.trigger("journal"))

    def commanded_motions(self):
        """Vectors that the stand-in received and that would move it, since it was placed."""
        events = self.journal()["events"]
        return sum(event["kind"] == "command" and (event["reach_m"] or 0.0) > HOLD_M for event in events)

    def at_rest_for_s(self):
        journal = self.journal()
        return journal["now_s"] - journal["motions"][-1][1]


@pytest.fixture(scope="module")
def world(shared_ros):
    return World(shared_ros)


@pytest.mark.parametrize(("mode", "faults", "policy", "words"), CASES)
def test_a_fault_stops_the_robot_until_it_is_enabled_again(world, mode, faults, policy, words):
    world.bring_to_move(mode)
    since = len(world.commands)
    world.policy.fault = policy
    if faults:
        world.set_faults(**faults)
    world.wait_for_stop(words, since)
    world.ros.spin_for(0.2)  # what was on its way
    moves, commanded = world.moves(), world.commanded_motions()
    world.policy.fault = "none"
    world.trigger("clear_faults")
    world.set_faults()
    world.ros.spin_for(0.5)  # all is well again, and yet nobody said that it may go on
    assert world.moves() == moves
    assert world.commanded_motions() == commanded
    assert world.commands[-1].stopped
    world.enable_until_it_moves()
    for name in ("stretch_bridge", "stretch_standin"):
        assert world.ros.processes[name].poll() is None
        assert "Traceback" not in world.ros.output(name)


def test_the_arm_is_held_where_the_fault_met_it(world):
    world.bring_to_move()
    since = len(world.commands)
    world.set_faults(image="stopped")
    world.ros.wait_for(lambda: world.stop_reasons(since), "a stop")
    world.ros.wait_for(lambda: world.at_rest_for_s() > 0.3, "the robot at rest")
    first = world.journal()
    world.ros.spin_for(0.5)
    later = world.journal()
    assert first["motions"] == later["motions"]
    assert first["at_m"] == later["at_m"]
    sent = next(command for command in reversed(world.commands) if not command.stopped)
    target_m = dict(zip(sent.joint_names, sent.positions, strict=True))["wrist_extension"]
    assert target_m - 0.1 > 0.05  # it was to go farther than it had time for
    assert later["at_m"]["wrist_extension"] < target_m - 0.01


def test_a_late_driver_does_not_keep_the_arm_from_stopping(world):
    """The vector stops it; the service's answer is not waited for."""
    world.bring_to_move()
    since = len(world.commands)
    world.set_faults(service_latency_s=10.0, image="stopped")
    world.ros.wait_for(lambda: world.stop_reasons(since), "a stop")
    world.ros.wait_for(lambda: world.at_rest_for_s() > 0.3, "the robot at rest", 8.0)
    events = world.journal()["events"]
    fault = max(index for index, event in enumerate(events) if event["kind"] == "fault")
    assert not any(event.get("name") == "stop_the_robot" for event in events[fault:])
    world.ros.stop("stretch_bridge")  # before the late stop, which belongs to no other test
