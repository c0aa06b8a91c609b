from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rosbags", reason="rosbags is not installed")

from camera_bag import write_camera_bag

from vinn_ros.offline_evaluation import plan
from vinn_ros.offline_evaluation.plan import ARGUMENTS, offline_evaluation
from vinn_training.exceptions import InvalidInput, VinnError


@pytest.fixture
def arguments(bundle, tmp_path):
    return {"bag": str(write_camera_bag(tmp_path, 2)), "bundle": str(bundle), "output": str(tmp_path / "out")}


def test_every_image_is_to_be_answered_recorded_and_replayed_from_the_bag_itself(arguments):
    made = offline_evaluation(arguments)
    nodes = {node.name: node.parameters for node in made.graph.nodes}
    assert set(nodes) == {"perception", "policy", "recorder"}  # nothing that moves a robot
    assert nodes["perception"]["queue_depth"] == 1000
    assert nodes["perception"]["image_transport"] == nodes["recorder"]["images"] == "raw"
    assert "--wait-for-answers" in made.play
    report = list(made.report)
    assert report[report.index("replay") + 1] == arguments["bag"]
    assert report[report.index("--answers") + 1] == nodes["recorder"]["output"]
    assert not made.graph.respawn


def test_compressed_images_go_to_the_compressed_topic(arguments, tmp_path):
    bag = write_camera_bag(tmp_path / "compressed", 2, compressed=True)
    made = offline_evaluation({**arguments, "bag": str(bag), "composed": "true"})
    (both, recorder) = made.graph.nodes
    assert both.parts[0].parameters["image_transport"] == recorder.parameters["images"] == "compressed"


def test_rosbag2s_player_is_taken_where_it_is_installed(arguments, monkeypatch):
    monkeypatch.setattr(plan, "is_installed", lambda package: False)
    with pytest.raises(InvalidInput, match="ros2bag is not installed; expected player:=vinn"):
        offline_evaluation({**arguments, "player": "ros2bag"})
    monkeypatch.setattr(plan, "is_installed", lambda package: package == "ros2bag")
    made = offline_evaluation({**arguments, "player": "ros2bag", "rate": "0.5"})
    assert made.play[made.play.index("--player") + 1] == "ros2bag"
    assert made.play[made.play.index("--rate") + 1] == "0.5"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bag": ""}, "no bag given"),
        ({"bag": "/nowhere"}, "no such file or folder"),
        ({"bundle": "/nowhere"}, "is no directory"),
        ({"bundle": str(Path(__file__).parent)}, "manifest.json: cannot be read"),
        ({"output": __file__}, "is a file; expected a directory"),
        ({"params_file": "/nowhere.yaml"}, "is no file"),
        ({"player": "vlc"}, "expected one of: vinn, ros2bag"),
        ({"bags": "x"}, "unknown argument 'bags'"),
        ({"rate": "fast"}, "rate is 'fast'"),
    ],
)
def test_mistakes_are_told(arguments, changes, reason):
    with pytest.raises(VinnError, match=reason):
        offline_evaluation({**arguments, **changes})


def test_every_argument_is_described():
    assert all(argument.description.endswith(".") for argument in ARGUMENTS)
