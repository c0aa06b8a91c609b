"""A replay gives the answers of the real nodes: images over DDS, parameters changed meanwhile, answers recorded."""

from __future__ import annotations

import json
import signal
import sys

import pytest

pytest.importorskip("rosbags", reason="rosbags is not installed")

from camera_bag import write_camera_bag

from vinn_msgs.msg import PolicyAction
from vinn_ros import qos
from vinn_training.cli.main import main


def _play(ros, bundle, bag, tmp_path, changes):
    """Play the bag to perception and policy, set `changes` (by number of answers), and return the recorded answers."""
    ros.start("perception", {"bundle": str(bundle), "queue_depth": 1000})
    ros.start("policy", {"bundle": str(bundle), "hold_distance_quantile": 1.0})
    ros.start("recorder", {"output": str(tmp_path / "answers")})
    actions = ros.collect(PolicyAction, "action", qos.RECORDED_STREAM)
    command = [sys.executable, "-m", "vinn_ros.play_bag.main", str(bag), "--wait-for-answers", "--nodes", "perception",
               "policy", "recorder"]  # fmt: skip
    player = ros.run("play_bag", command)
    for after, parameters in changes.items():
        ros.wait_for(lambda after=after: len(actions) >= after, f"{after} answers", timeout_s=600.0)
        player.send_signal(signal.SIGSTOP)  # or a fast player is at its end before a slow machine has set them
        for name, value in parameters.items():
            result = ros.set_parameter("policy", name, value)
            assert result.successful, result.reason
        player.send_signal(signal.SIGCONT)
    ros.wait_for(lambda: player.poll() is not None, "the end of the bag", timeout_s=600.0)
    assert player.returncode == 0, ros.output("play_bag")
    assert ros.stop("recorder", signal.SIGINT) == 0
    return tmp_path / "answers"


def _check(count, ros, bundle, tmp_path):
    bag = write_camera_bag(tmp_path / "camera", count)
    changes = {
        count // 3: {"k": 4, "temperature": 0.3, "action_scale": [0.5, 0.25, 1.0]},
        2 * count // 3: {"k": 30, "gripper_close_below": 0.48, "gripper_open_above": 0.52},
    }
    answers = _play(ros, bundle, bag, tmp_path, changes)
    output = tmp_path / "replay"
    command = ["replay", str(bag), "--answers", str(answers), "--bundle", str(bundle), "-o", str(output)]
    assert main(command) == 0
    summary = json.loads((output / "replay.json").read_text())
    online = summary["online"]
    assert summary["images"] == online["answered"] == online["compared"] == count
    assert online["same_neighbors"] == online["equal"] == count, online["different"]
    assert online["largest_action_difference"] <= 1e-6
    used = [(item["k"], item["temperature"], item["gripper_close_below"]) for item in summary["settings"]]
    assert used[0] == (10, 1.0, 0.4)
    assert (4, 0.3, 0.4) in used
    assert used[-1] == (30, 0.3, 0.48)
    changed = [(item["node"], item["name"]) for item in summary["parameter_changes"] if item["node"] == "/policy"]
    assert [name for _, name in changed] == [name for values in changes.values() for name in values]
    return summary


def test_replay_equals_online(ros, bundle, tmp_path):
    _check(40, ros, bundle, tmp_path)


@pytest.mark.full
@pytest.mark.timeout(1500)
def test_replay_equals_online_over_a_thousand_images(ros, bundle, tmp_path):
    summary = _check(1000, ros, bundle, tmp_path)
    assert {item["k"] for item in summary["settings"]} == {4, 10, 30}
