"""An offline evaluation as one command, with the real nodes."""

from __future__ import annotations

import json
import sys

import pytest

pytest.importorskip("rosbags", reason="rosbags is not installed")

from camera_bag import write_camera_bag


def test_a_bag_becomes_a_report_by_the_real_nodes(ros, bundle, tmp_path):
    bag = write_camera_bag(tmp_path / "camera", 8)
    words = [f"bag:={bag}", f"bundle:={bundle}", f"output:={tmp_path / 'out'}"]
    process = ros.run("evaluation", [sys.executable, "-m", "vinn_ros.offline_evaluation.main", *words])
    assert process.wait(timeout=250) == 0, ros.output("evaluation")
    summary = json.loads((tmp_path / "out" / "report" / "replay.json").read_text())
    assert summary["online"]["compared"] == summary["online"]["equal"] == summary["images"] == 8
    assert (tmp_path / "out" / "report" / "report.html").stat().st_size > 10_000
    assert "report.html" in ros.output("evaluation")


def test_a_mistake_is_one_line(ros, bundle):
    process = ros.run("evaluation", [sys.executable, "-m", "vinn_ros.offline_evaluation.main", f"bundle:={bundle}"])
    assert process.wait(timeout=60) == 2
    assert ros.output("evaluation").strip().endswith("no bag given; expected bag:=PATH")


def test_a_folder_that_cannot_be_made_is_one_line(ros, bundle, tmp_path):
    bag = write_camera_bag(tmp_path / "camera", 2)
    (tmp_path / "file").touch()
    words = [f"bag:={bag}", f"bundle:={bundle}", f"output:={tmp_path / 'file' / 'out'}"]
    process = ros.run("evaluation", [sys.executable, "-m", "vinn_ros.offline_evaluation.main", *words])
    assert process.wait(timeout=60) == 2
    assert ros.output("evaluation").strip().endswith("out/logs: cannot be made: Not a directory; choose another output")
