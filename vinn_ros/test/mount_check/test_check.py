"""The command `mount_check` as a process, over real DDS, with the real bridge and the simulated robot."""

from __future__ import annotations

import json
import signal
import sys

import pytest
from std_srvs.srv import SetBool

from vinn_msgs.msg import BridgeCommand, PolicyAction
from vinn_ros import qos
from vinn_training.exceptions import SimulationError

pytest.importorskip("mujoco", reason="the simulated Stretch needs MuJoCo")

#: Generous, for a loaded machine: here only the order of events matters.
BRIDGE = {"max_image_age_s": 10.0, "max_action_age_s": 10.0, "max_joint_state_age_s": 10.0, "max_status_age_s": 10.0}
SIM = {"image_width": 200, "image_height": 150, "image_rate_hz": 10.0, "cabinets": "held-out", "scene_seed": 1}


@pytest.fixture(scope="module", autouse=True)
def opengl() -> None:
    from vinn_training.sim.rendering import gl_backend

    try:
        gl_backend()
    except SimulationError as error:
        pytest.skip(str(error))


def start(ros, **bridge) -> None:
    ros.start("stretch_sim", SIM)
    ros.start("stretch_bridge", {**BRIDGE, **bridge})
    ros.numbers = 0


def check(ros, **parameters) -> tuple[int, str]:
    """Run the command and return its exit status and output."""
    ros.numbers += 1
    name = f"mount_check_{ros.numbers}"
    settings = {"start_timeout_s": 60.0, "settle_s": 0.2, **parameters}
    arguments = [word for key, value in settings.items() for word in ("-p", f"{key}:={value}")]
    process = ros.run(name, [sys.executable, "-m", "vinn_ros.mount_check.main", "--ros-args", *arguments])
    ros.wait_for(lambda: process.poll() is not None, "the check's end", timeout_s=200.0)
    return process.returncode, ros.output(name)


def enable(ros) -> None:
    assert ros.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=True)).success


def test_refuses_first_and_then_finds_the_simulated_camera_consistent(ros, tmp_path):
    start(ros)
    status, output = check(ros)
    assert status == 2
    assert "not enabled" in output
    assert "ros2 service call /stretch_bridge/enable" in output

    enable(ros)
    other = ros.node.create_publisher(PolicyAction, "action", qos.STREAM)
    status, output = check(ros)
    assert status == 2
    # Found before the first motion, or soon after it: discovery takes its time.
    assert "/test may publish actions too" in output or "/test appeared on the action topic" in output
    ros.node.destroy_publisher(other)
    enable(ros)

    # A policy that is there but not active says nothing, and need not go.
    ros.start("policy", {"autostart": False})
    ros.wait_for(lambda: ros.node.count_publishers("action") == 1, "the policy's publisher")
    commands = ros.collect(BridgeCommand, "command", qos.STREAM)
    actions = ros.collect(PolicyAction, "action", qos.STREAM)
    folder = tmp_path / "check"
    status, output = check(ros, output=folder)
    assert status == 0, output
    assert "camera mount: CONSISTENT" in output
    assert "c (action_scale of the policy): [0.80, 0.80, 0.80]" in output
    content = json.loads((folder / "mount_check.json").read_text())
    assert content["verdict"] == "consistent"
    assert all(motion["moved_base_mm"] != [0.0, 0.0, 0.0] for motion in content["motions"])
    assert len(list(folder.glob("*.png"))) == 18

    # The bridge alone moved the robot, six times; everything else that was asked for was no motion.
    moved = [command for command in commands if not command.stopped and abs_sum(command.requested_m) > 1e-6]
    assert len(moved) == 6
    assert {action.bank_id for action in actions} == {"mount_check"}
    assert all(action.gripper.state == action.gripper.UNKNOWN for action in actions)


def abs_sum(vector) -> float:
    return abs(vector.x) + abs(vector.y) + abs(vector.z)


@pytest.mark.full
def test_a_wrong_transform_of_the_bridge_is_told_by_the_exit_status(ros):
    start(ros, camera_tilt_rad=0.0, enabled_on_start=True)
    status, output = check(ros)

    assert status == 1, output
    assert "degrees further down than its transform says" in output


@pytest.mark.full
def test_another_publisher_in_the_middle_ends_the_check(ros):
    start(ros, enabled_on_start=True)
    other = None

    def interfere() -> bool:
        nonlocal other
        if "1/6" in ros.output("mount_check_1") and other is None:
            other = ros.node.create_publisher(PolicyAction, "action", qos.STREAM)
        return ros.processes["mount_check_1"].poll() is not None

    command = [sys.executable, "-m", "vinn_ros.mount_check.main", "--ros-args", "-p", "start_timeout_s:=60.0"]
    ros.run("mount_check_1", command)
    ros.wait_for(interfere, "the check's end", timeout_s=200.0)

    assert ros.processes["mount_check_1"].returncode == 2
    assert "/test appeared on the action topic" in ros.output("mount_check_1")


def test_says_which_node_is_missing_and_ends_on_ctrl_c(ros):
    command = [sys.executable, "-m", "vinn_ros.mount_check.main", "--ros-args", "-p", "start_timeout_s:=1.0"]
    process = ros.run("alone", command)
    waiting = ros.run("waiting", [*command[:-1], "start_timeout_s:=300.0"])
    ros.wait_for(lambda: process.poll() is not None, "the end")
    assert process.returncode == 2
    assert "there is no node '/stretch_bridge'" in ros.output("alone")

    waiting.send_signal(signal.SIGINT)
    ros.wait_for(lambda: waiting.poll() is not None, "the end after Ctrl-C")
    assert waiting.returncode in (0, 130)  # 0: it was still importing
    assert "Traceback" not in ros.output("waiting")


@pytest.mark.full
def test_a_parameter_that_cannot_be_is_told(ros):
    ros.numbers = 0
    status, output = check(ros, distance_m=0.5)
    assert status == 2
    assert "distance_m" in output
    assert "0.5" in output
    assert "Traceback" not in output
