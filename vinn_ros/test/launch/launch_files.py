"""Our launch files by ROS's launch tool: a test module that imports this is skipped where the tool is not installed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

launch = pytest.importorskip("launch", reason="ROS's launch tool is not installed; it comes with a ROS installation")
if not hasattr(launch, "LaunchDescription"):  # the registry has another package of this name
    pytest.skip("ROS's launch tool is not installed; it comes with a ROS installation", allow_module_level=True)
pytest.importorskip("launch_ros", reason="launch_ros comes with a ROS installation")

from ament_index_python.packages import get_package_share_directory
from launch.actions import DeclareLaunchArgument

_RUN = """
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


def launch_file(name):
    """Return the path of one of our launch files, as installed."""
    return Path(get_package_share_directory("vinn_ros")) / "launch" / f"{name}.launch.py"


def run_launch(ros, name, *words):
    """Start a launch file in a process named "launch"; `words` are its arguments."""
    return ros.run("launch", [sys.executable, "-c", _RUN, str(launch_file(name)), *words])


def is_running(pid):
    """Return whether there is a process of this number that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def assert_declares(name, arguments):
    """Assert that a launch file declares these arguments, with description and choices."""
    spec = importlib.util.spec_from_file_location(f"{name}_launch", launch_file(name))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    declared = {
        entity.name: entity
        for entity in module.generate_launch_description().entities
        if isinstance(entity, DeclareLaunchArgument)
    }
    assert set(declared) == {argument.name for argument in arguments}
    for argument in arguments:
        assert argument.description in declared[argument.name].description
        assert tuple(declared[argument.name].choices or ()) == argument.choices
