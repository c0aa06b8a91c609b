"""The offline evaluation by ROS's own launch tools; test/offline_evaluation covers the same where they are absent."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

launch = pytest.importorskip("launch", reason="ROS's launch tool is not installed; it comes with a ROS installation")
if not hasattr(launch, "LaunchDescription"):  # the registry has another package of this name
    pytest.skip("ROS's launch tool is not installed; it comes with a ROS installation", allow_module_level=True)
pytest.importorskip("launch_ros", reason="launch_ros comes with a ROS installation")
pytest.importorskip("rosbags", reason="rosbags is not installed")

from ament_index_python.packages import get_package_share_directory
from launch.actions import DeclareLaunchArgument

sys.path.insert(0, str(Path(__file__).parents[1] / "play_bag"))  # camera_bag.py, in pytest's importlib mode
from camera_bag import write_camera_bag

from vinn_ros.offline_evaluation.plan import ARGUMENTS

LAUNCH_FILE = Path(get_package_share_directory("vinn_ros")) / "launch" / "offline_evaluation.launch.py"

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


def _launch(ros, *words):
    return ros.run("launch", [sys.executable, "-c", RUN, str(LAUNCH_FILE), *words])


def test_the_launch_ends_by_itself_with_the_report_written(ros, bundle, tmp_path):
    bag, output = write_camera_bag(tmp_path / "camera", 8), tmp_path / "out"
    process = _launch(ros, f"bag:={bag}", f"bundle:={bundle}", f"output:={output}")
    assert process.wait(timeout=250) == 0, ros.output("launch")
    summary = json.loads((output / "report" / "replay.json").read_text())
    assert summary["online"]["compared"] == summary["online"]["equal"] == summary["images"] == 8
    assert "report.html" in ros.output("launch")
    assert "Traceback" not in ros.output("launch")


def test_a_mistake_ends_the_launch_with_its_reason(ros, bundle, tmp_path):
    process = _launch(ros, "bag:=/nowhere", f"bundle:={bundle}", f"output:={tmp_path / 'out'}")
    assert process.wait(timeout=60) != 0
    assert "/nowhere: no such file or folder" in ros.output("launch")
    assert "Traceback" not in ros.output("launch")


def test_every_argument_is_declared_with_description_and_choices():
    spec = importlib.util.spec_from_file_location("offline_evaluation_launch", LAUNCH_FILE)
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
