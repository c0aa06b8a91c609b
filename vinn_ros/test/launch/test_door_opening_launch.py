"""The launch file by ROS's own launch tools; test_bringup covers the same behaviour where they are absent."""

from __future__ import annotations

import re
import signal
import time

import pytest
from launch_files import assert_declares, is_running, launch, launch_file, run_launch

launch_pytest = pytest.importorskip("launch_pytest", reason="launch_pytest comes with a ROS installation")

from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos
from vinn_ros.graph import ARGUMENTS


def _include(**arguments):
    return IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(launch_file("door_opening"))), launch_arguments=list(arguments.items())
    )


@launch_pytest.fixture
def simulated_robot(ros, bundle, tmp_path, monkeypatch):
    for name, value in ros.environment.items():
        monkeypatch.setenv(name, value)
    parameters = tmp_path / "never_hold.yaml"
    parameters.write_text("/**/policy:\n  ros__parameters:\n    hold_distance_quantile: 1.0\n")
    include = _include(sim="true", bundle=str(bundle), params_file=str(parameters))
    return launch.LaunchDescription([include, launch_pytest.actions.ReadyToTest()])


@pytest.mark.launch(fixture=simulated_robot)
def test_launch_file_moves_the_simulated_robot(ros, simulated_robot):
    commands = ros.collect(BridgeCommand, "command", qos.STREAM)
    ros.wait_for(lambda: any(not command.stopped for command in commands), "the robot to move")


def test_every_argument_is_declared_with_description_and_choices():
    assert_declares("door_opening", ARGUMENTS)


def test_a_mistake_ends_the_launch_with_its_reason(ros):
    process = run_launch(ros, "door_opening", "sim:=true", "bundle:=/nowhere")
    assert process.wait(timeout=60) != 0
    assert "bundle '/nowhere' is no directory" in ros.output("launch")
    assert "Traceback" not in ros.output("launch")


def test_ctrl_c_ends_everything_within_3_seconds_without_a_traceback(ros, bundle):
    process = run_launch(ros, "door_opening", "sim:=true", f"bundle:={bundle}")
    commands = ros.collect(BridgeCommand, "command", qos.STREAM)
    ros.wait_for(lambda: commands, "the graph to run")
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    assert time.monotonic() - started < 3.0
    assert "Traceback" not in ros.output("launch")
    assert "process has died" not in ros.output("launch")


def test_a_launch_tool_that_is_terminated_leaves_no_node_behind_and_the_robot_stopped(ros, bundle):
    process = run_launch(ros, "door_opening", "sim:=true", f"bundle:={bundle}")
    commands = ros.collect(BridgeCommand, "command", qos.STREAM)
    ros.wait_for(lambda: commands, "the graph to run")
    nodes = [int(number) for number in re.findall(r"process started with pid \[(\d+)\]", ros.output("launch"))]
    assert len(nodes) == 4
    process.terminate()  # at which the tool ends at once, and only says that processes may be left
    process.wait(timeout=20)
    ros.wait_for(lambda: not any(map(is_running, nodes)), "the nodes' end")
    ros.wait_for(lambda: commands[-1].stopped, "the bridge's last word")
