"""The bridge node against the stand-in driver, as processes over real DDS. The test plays the policy."""

from __future__ import annotations

import math
import signal
import time

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Vector3
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger

from vinn_msgs.msg import BridgeCommand, GripperState, PolicyAction
from vinn_ros import qos
from vinn_training.kinematics import joints

#: Deadlines that a busy machine keeps.
BRIDGE = {
    "enabled_on_start": True,
    "auto_resume": True,
    "step_length_m": 0.02,
    "max_image_age_s": 0.5,
    "max_action_age_s": 0.5,
}


class Policy:
    """Publishes an action at 20 Hz while it lives, each for a picture of 50 ms ago."""

    def __init__(self, world) -> None:
        self.alive = True
        self.translation = Vector3(z=0.5)
        self.frame_id = "wrist_camera_optical_frame"
        self.hold_reason = ""
        self.gripper = GripperState.OPEN
        self._clock = world.node.get_clock()
        self._publisher = world.node.create_publisher(PolicyAction, "action", qos.STREAM)
        world.node.create_timer(0.05, self._act)

    def _act(self) -> None:
        if not self.alive:
            return
        message = PolicyAction(translation=self.translation, hold=bool(self.hold_reason), hold_reason=self.hold_reason)
        nanoseconds = self._clock.now().nanoseconds - 50_000_000
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(nanoseconds, 1_000_000_000)
        message.header.frame_id = self.frame_id
        message.gripper.state = self.gripper
        self._publisher.publish(message)


@pytest.fixture
def world(ros):
    ros.states = ros.collect(JointState, "joint_states", qos.ROBOT_STATE)
    ros.commands = ros.collect(BridgeCommand, "command", qos.STREAM)
    ros.diagnostics = ros.collect(DiagnosticArray, "/diagnostics")
    ros.policy = Policy(ros)
    return ros


def start_sim(world) -> None:
    # The first scene's arm starts far enough from the door for some small steps. No pictures are needed.
    world.start("stretch_sim", {"image_width": 16, "image_height": 16, "image_rate_hz": 0.5})


def extension(world) -> float:
    """The arm's extension in a joint state that arrives after this call."""
    before = len(world.states)
    world.wait_for(lambda: len(world.states) > before, "a joint state")
    state = world.states[-1]
    return state.position[list(state.name).index(joints.EXTENSION)]


def moves(world) -> list[BridgeCommand]:
    return [command for command in world.commands if not command.stopped]


def wait_for_moves(world, count=1) -> None:
    before = len(moves(world))
    world.wait_for(lambda: len(moves(world)) >= before + count, f"{count} more motions")


def wait_for_stop(world, reason, since=0) -> None:
    """Wait for a stop among the commands from number `since` on."""
    world.wait_for(
        lambda: any(c.stopped and reason in c.reason for c in world.commands[since:]), f"a stop for '{reason}'"
    )


def at_rest(world) -> bool:
    before = extension(world)
    world.spin_for(0.6)
    return abs(extension(world) - before) < 2e-3


def enable(world, on: bool) -> SetBool.Response:
    return world.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=on))


def test_steps_follow_policy_and_live_parameters_and_say_what_was_sent(world):
    world.start("stretch_bridge", BRIDGE)  # the bridge first: it waits for the driver
    start_sim(world)
    wait_for_moves(world)
    start = extension(world)
    command = moves(world)[-1]
    tilt = math.radians(20)
    assert command.requested_m.y == pytest.approx(-0.01 * math.cos(tilt), abs=1e-4)
    assert command.requested_m.z == pytest.approx(-0.01 * math.sin(tilt), abs=1e-4)
    assert command.header.frame_id == "wrist_camera_optical_frame"
    sent = dict(zip(command.joint_names, command.positions, strict=True))
    assert sent[joints.EXTENSION] == pytest.approx(start, abs=0.03)
    wait_for_moves(world, 3)
    assert extension(world) > start + 0.015
    text = world.wait_for(
        lambda: [s for m in world.diagnostics for s in m.status if s.name == "stretch_bridge" and s.level == b"\0"],
        "good diagnostics",
    )
    assert dict((pair.key, pair.value) for pair in text[-1].values)["actions_lost"] == "0"

    assert world.set_parameter("stretch_bridge", "step_length_m", 0.006).successful
    wait_for_moves(world, 2)
    assert moves(world)[-1].requested_m.y == pytest.approx(-0.003 * math.cos(math.radians(20)), abs=1e-4)
    for name, value, reason in (
        ("step_length_m", 0.2, "step_length_m"),
        ("step_length_m", math.nan, "step_length_m"),
        ("max_image_age_s", 0.0, "max_image_age_s"),
        ("camera_tilt_rad", 0.1, "read-only"),
    ):
        result = world.set_parameter("stretch_bridge", name, value)
        assert not result.successful
        assert reason in result.reason


def test_it_moves_only_when_enabled(world):
    start_sim(world)
    world.start("stretch_bridge", {**BRIDGE, "enabled_on_start": False})
    world.wait_for(lambda: world.states, "joint states")
    world.wait_for(lambda: "active" in world.output("stretch_bridge"), "the bridge to become active")
    world.spin_for(1.0)
    assert world.commands == []
    assert enable(world, True).success
    wait_for_moves(world, 2)
    assert enable(world, False).success
    wait_for_stop(world, "disabled")
    world.spin_for(0.3)
    assert at_rest(world)
    assert world.commands[-1].stopped


def test_each_fault_stops_it_and_good_input_resumes(world):
    modes = world.collect(String, "mode", qos.ROBOT_STATE)
    start_sim(world)
    world.start("stretch_bridge", {**BRIDGE, "step_length_m": 0.005})
    wait_for_moves(world)
    policy = world.policy
    for name, bad, good, reason in (
        ("translation", Vector3(x=math.nan), Vector3(z=0.5), "finite"),
        ("translation", Vector3(z=1.7), Vector3(z=0.5), "length 1.7"),
        ("frame_id", "map", policy.frame_id, "frame 'map'"),
        ("hold_reason", "unfamiliar image", "", "unfamiliar image"),
        ("gripper", 77, GripperState.OPEN, "gripper state is 77"),
        ("alive", False, True, "stale input"),
    ):
        since = len(world.commands)
        setattr(policy, name, bad)
        wait_for_stop(world, reason, since)
        world.spin_for(0.2)
        assert at_rest(world), reason
        setattr(policy, name, good)
        wait_for_moves(world)

    world.call(SetBool, "/runstop", SetBool.Request(data=True))
    wait_for_stop(world, "runstopped")
    world.call(SetBool, "/runstop", SetBool.Request(data=False))
    wait_for_moves(world)
    world.call(Trigger, "/switch_to_navigation_mode", Trigger.Request())
    wait_for_stop(world, "navigation mode")
    world.spin_for(1.5)
    assert modes[-1].data == "navigation"  # somebody's wish is not undone
    assert world.commands[-1].stopped
    enable(world, True)  # a person asks it to go on: it sets the driver up again
    wait_for_moves(world)
    assert "Traceback" not in world.output("stretch_bridge")


def test_end_of_the_process_stops_the_robot_first(world):
    start_sim(world)
    world.policy.translation = Vector3(z=1.0)
    world.start("stretch_bridge", {**BRIDGE, "step_length_m": 0.08})
    wait_for_moves(world)
    start = time.monotonic()
    assert world.stop("stretch_bridge", signal.SIGINT) == 0
    assert time.monotonic() - start < 3.0
    assert "Traceback" not in world.output("stretch_bridge")
    assert world.commands[-1].stopped or world.wait_for(lambda: world.commands[-1].stopped, "the last stop")
    sent = dict(zip(moves(world)[-1].joint_names, moves(world)[-1].positions, strict=True))
    world.spin_for(1.0)
    assert extension(world) < sent[joints.EXTENSION] - 5e-3  # held on the way, not at the target


def test_after_sigkill_of_bridge_or_driver_the_robot_rests_and_then_resumes(world):
    world.without_shared_memory()
    start_sim(world)
    world.start("stretch_bridge", BRIDGE)
    wait_for_moves(world)
    world.stop("stretch_bridge", signal.SIGKILL)
    world.spin_for(1.0)
    assert at_rest(world)
    world.start("stretch_bridge", BRIDGE)
    wait_for_moves(world)

    world.stop("stretch_sim", signal.SIGKILL)
    wait_for_stop(world, "joint states")
    start_sim(world)  # the bridge sets up the next driver by itself
    wait_for_moves(world)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"gripper_open_rad": -0.5}, "gripper_open_rad"),
        ({"step_length_m": 3.0}, "step_length_m"),
        ({"workspace_lower_m": [2.0, 0.0, 0.0]}, "workspace box"),
    ],
)
def test_bad_parameter_file_is_told_in_one_line(world, parameters, message):
    process = world.start("stretch_bridge", parameters)
    assert process.wait(timeout=30.0) == 2
    assert message in world.output("stretch_bridge")
    assert "Traceback" not in world.output("stretch_bridge")


def test_missing_robot_description_is_told_and_the_node_lives(world):
    world.start("stretch_bridge", {"urdf_path": "/nowhere/stretch.urdf"})
    world.wait_for(lambda: "cannot configure" in world.output("stretch_bridge"), "the refusal")
    assert "/nowhere/stretch.urdf" in world.output("stretch_bridge")
    assert not enable(world, True).success
