"""The launch file by ROS's own launch tools; test_bringup covers the same behaviour where they are absent."""

from __future__ import annotations

import importlib.util
import signal
import sys
import time
from pathlib import Path

import pytest

launch = pytest.importorskip("launch", reason="ROS's launch tool is not installed; it comes with a ROS installation")
if not hasattr(launch, "LaunchDescription"):  # the registry has another package of this name
    pytest.skip("ROS's launch tool is not installed; it comes with a ROS installation", allow_module_level=True)
pytest.importorskip("launch_ros", reason="launch_ros comes with a ROS installation")
launch_pytest = pytest.importorskip("launch_pytest", reason="launch_pytest comes with a ROS installation")

from ament_index_python.packages import get_package_share_directory
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos
from vinn_ros.graph import ARGUMENTS

LAUNCH_FILE = Path(get_package_share_directory("vinn_ros")) / "launch" / "door_opening.launch.py"


def _include(**arguments):
    return IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(LAUNCH_FILE)), launch_arguments=list(arguments.items())
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
    spec = importlib.util.spec_from_file_location("door_opening_launch", LAUNCH_FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    declared = {
        entity.name: entity
        for entity in module.generate_launch_description().entities
        if isinstance(entity, DeclareLaunchArgument)
    }
    assert set(declared) == {argument.name for argument in ARGUMENTS}
    for argument in ARGUMENTS:
        assert argument.description in declared[argument.name].description
        assert tuple(declared[argument.name].choices or ()) == argument.choices


RUN = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
arguments = [word.split(":=") for word in sys.argv[2:]]
include = IncludeLaunchDescription(PythonLaunchDescriptionSource(sys.argv[1]), launch_arguments=arguments)
service = LaunchService(noninteractive=True)  # no terminal hands Ctrl-C to the nodes
service.include_launch_description(LaunchDescription([include]))
sys.exit(service.run())
"""


def test_a_mistake_ends_the_launch_with_its_reason(ros):
    process = ros.run("launch", [sys.executable, "-c", RUN, str(LAUNCH_FILE), "sim:=true", "bundle:=/nowhere"])
    assert process.wait(timeout=60) != 0
    assert "bundle '/nowhere' is no directory" in ros.output("launch")
    assert "Traceback" not in ros.output("launch")


def test_ctrl_c_ends_everything_within_3_seconds_without_a_traceback(ros, bundle):
    process = ros.run("launch", [sys.executable, "-c", RUN, str(LAUNCH_FILE), "sim:=true", f"bundle:={bundle}"])
    commands = ros.collect(BridgeCommand, "command", qos.STREAM)
    ros.wait_for(lambda: commands, "the graph to run")
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    assert time.monotonic() - started < 3.0
    assert "Traceback" not in ros.output("launch")
    assert "process has died" not in ros.output("launch")
