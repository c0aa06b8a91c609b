from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sensor_msgs.msg import Image

from vinn_ros import qos
from vinn_ros.latency.main import LatencyConfig

COMMAND = [sys.executable, "-m", "vinn_ros.latency.main"]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (LatencyConfig(window_s=0.0), "--window-s is 0; expected 0.1 to 3600"),
        (LatencyConfig(window_s=float("nan")), "--window-s is nan"),
        (LatencyConfig(duration_s=-1.0), "--duration-s is -1"),
        (LatencyConfig(output=Path("/nowhere/a.json")), "a folder that exists"),
        (LatencyConfig(output=Path("/")), "expected a file"),
    ],
)
def test_mistakes_are_named(config, reason):
    assert reason in config.problem()


def test_the_defaults_can_be_used():
    assert LatencyConfig().problem() is None


def test_a_mistake_ends_it_with_one_line(ros):
    result = subprocess.run(
        [*COMMAND, "--window-s", "0"], env=ros.environment, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 2
    assert result.stderr == "latency: --window-s is 0; expected 0.1 to 3600 seconds\n"


def test_a_camera_on_another_topic_is_watched_until_ctrl_c_and_written_down(ros, tmp_path):
    output = tmp_path / "latency.json"
    remap = ("-r", "image_raw:=/wrist/image")
    images = ros.collect(Image, "/wrist/image", qos.IMAGE)
    ros.start("stretch_standin", {"image_width": 32, "image_height": 32}, *remap)
    ros.wait_for(lambda: images, "an image")
    ros.run("latency", [*COMMAND, "--window-s", "60", "-o", str(output), "--ros-args", *remap])
    ros.wait_for(lambda: ros.node.count_subscribers("/wrist/image") == 2, "the tool to listen")
    ros.spin_for(3.0)
    assert ros.stop("latency", timeout_s=60.0) == 0
    content = json.loads(output.read_text())
    hop = content["hops"]["camera to image"]
    assert hop["n"] > 0
    assert 0 < hop["p50_ms"] < 1000
    assert content["bandwidth"]["bytes_per_message"] > 32 * 32 * 3
    assert content["notes"] == []
    assert "camera to image" in ros.output("latency")


def test_silence_is_told(ros):
    ros.run("latency", [*COMMAND, "--duration-s", "0.5"])
    assert ros.processes["latency"].wait(timeout=60) == 1
    assert "are the nodes running" in " ".join(ros.output("latency").split())
