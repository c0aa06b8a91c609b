"""The offline evaluation by ROS's own launch tools; test/offline_evaluation covers the same where they are absent."""

from __future__ import annotations

import json

import pytest
from launch_files import assert_declares, run_launch

pytest.importorskip("rosbags", reason="rosbags is not installed")

from camera_bag import write_camera_bag

from vinn_ros.offline_evaluation.plan import ARGUMENTS


def test_the_launch_ends_by_itself_with_the_report_written(ros, bundle, tmp_path):
    bag, output = write_camera_bag(tmp_path / "camera", 8), tmp_path / "out"
    process = run_launch(ros, "offline_evaluation", f"bag:={bag}", f"bundle:={bundle}", f"output:={output}")
    assert process.wait(timeout=250) == 0, ros.output("launch")
    summary = json.loads((output / "report" / "replay.json").read_text())
    assert summary["online"]["compared"] == summary["online"]["equal"] == summary["images"] == 8
    assert "report.html" in ros.output("launch")
    assert "Traceback" not in ros.output("launch")


def test_a_mistake_ends_the_launch_with_its_reason(ros, bundle, tmp_path):
    process = run_launch(ros, "offline_evaluation", "bag:=/nowhere", f"bundle:={bundle}", f"output:={tmp_path / 'out'}")
    assert process.wait(timeout=60) != 0
    assert "/nowhere: no such file or folder" in ros.output("launch")
    assert "Traceback" not in ros.output("launch")


def test_every_argument_is_declared_with_description_and_choices():
    assert_declares("offline_evaluation", ARGUMENTS)
