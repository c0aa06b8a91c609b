"""What an offline evaluation starts, once: the launch file and `offline_evaluation` both do what this says."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vinn_ros.graph import BOOLEAN, Argument, Graph, NodeSpec, complete_arguments, is_installed
from vinn_ros.play_bag.core import BagImages
from vinn_ros.transport import profile_environment
from vinn_training.bank.bundle import load_bundle
from vinn_training.exceptions import InvalidInput

PLAYERS = ("vinn", "ros2bag")
#: Perception drops no image for a newer one: here every image is to be answered.
_QUEUE_DEPTH = 1000

ARGUMENTS = (
    Argument("bag", "", "Recorded session or camera: a rosbag2 folder or its storage file. Required."),
    Argument("bundle", "", "Directory of the bundle (encoder and bank) made by `vinn bank`. Required."),
    Argument("output", "", "Directory for the recorded answers and the report. Required."),
    Argument(
        "player",
        "vinn",
        "vinn sends each image when the one before was answered, and needs no rosbag2; ros2bag is `ros2 bag play`, in "
        "recorded time.",
        PLAYERS,
    ),
    Argument("images", "", "Topic of the images in the bag; empty takes the only camera."),
    Argument("rate", "1.0", "Speed of ros2bag, as a factor of the recorded one."),
    Argument("composed", "false", "Perception and policy in one process.", BOOLEAN),
    Argument("params_file", "", "YAML file of parameters, for the policy above all."),
)


@dataclass(frozen=True)
class Plan:
    """What is run, in this order.

    Attributes:
        graph: Perception, policy and recorder; they run until the player ends.
        play: Command that waits for the nodes and ends when the bag does.
        report: Command that makes the report, after the recorder has closed its bag.
        report_file: What it writes.
    """

    graph: Graph
    play: tuple[str, ...]
    report: tuple[str, ...]
    report_file: Path


def check_arguments(values: Mapping[str, str]) -> dict[str, str]:
    """Return all arguments with defaults filled in.

    Raises:
        InvalidInput: If an argument is unknown, missing, not among its choices, or names something that is not there.
        InvalidBundle: If the bundle cannot be used.
    """
    complete = complete_arguments(values, ARGUMENTS)
    for name in ("bag", "bundle", "output"):
        if not complete[name]:
            raise InvalidInput(f"no {name} given; expected {name}:=PATH")
    if not Path(complete["bundle"]).is_dir():
        raise InvalidInput(f"bundle '{complete['bundle']}' is no directory; expected one made by `vinn bank`")
    load_bundle(Path(complete["bundle"]))  # or the nodes could not be configured, and the player would wait for them
    if Path(complete["output"]).exists() and not Path(complete["output"]).is_dir():
        raise InvalidInput(f"output '{complete['output']}' is a file; expected a directory, or nothing yet")
    if complete["params_file"] and not Path(complete["params_file"]).is_file():
        raise InvalidInput(f"params_file '{complete['params_file']}' is no file; expected a ROS 2 parameter YAML")
    try:
        float(complete["rate"])
    except ValueError:
        raise InvalidInput(f"rate is '{complete['rate']}'; expected a number, 1.0 for the recorded speed") from None
    if complete["player"] == "ros2bag" and not is_installed("ros2bag"):
        raise InvalidInput(
            "player is 'ros2bag', but package ros2bag is not installed; expected player:=vinn, which needs no rosbag2"
        )
    return complete


def offline_evaluation(values: Mapping[str, str]) -> Plan:
    """Return the plan for these arguments (texts, as on the command line).

    Raises:
        VinnError: As check_arguments, or if the bag cannot be read or played.
    """
    arguments = check_arguments(values)
    bag, output = Path(arguments["bag"]).resolve(), Path(arguments["output"]).resolve()
    images = BagImages(bag, arguments["images"])
    recording = output / datetime.now().strftime("answers_%Y%m%d_%H%M%S_%f")
    report = output / "report"
    nodes = _nodes(arguments, images.transport, recording)
    play = (
        sys.executable, "-m", "vinn_ros.play_bag.main", str(bag), "--images", images.topic,
        "--nodes", "perception", "policy", "recorder", "--player", arguments["player"],
        *(("--wait-for-answers",) if arguments["player"] == "vinn" else ("--rate", arguments["rate"])),
    )  # fmt: skip
    return Plan(
        graph=Graph(nodes, (), profile_environment(), respawn=False),
        play=play,
        report=(
            sys.executable, "-m", "vinn_training.cli.main", "replay", str(bag), "--answers", str(recording),
            "--bundle", str(Path(arguments["bundle"]).resolve()), "-o", str(report),
            "--session.images", images.topic,
        ),
        report_file=report / "report.html",
    )  # fmt: skip


def _nodes(arguments: Mapping[str, str], transport: str, recording: Path) -> tuple[NodeSpec, ...]:
    bundle = str(Path(arguments["bundle"]).resolve())
    files = (str(Path(arguments["params_file"]).resolve()),) if arguments["params_file"] else ()

    def node(name: str, parameters: Mapping[str, Any]) -> NodeSpec:
        return NodeSpec("vinn_ros", name, name, {"autostart": True, **parameters}, files)

    nodes = [
        node("perception", {"bundle": bundle, "image_transport": transport, "queue_depth": _QUEUE_DEPTH}),
        node("policy", {"bundle": bundle}),
    ]
    if arguments["composed"] == "true":
        nodes = [NodeSpec("vinn_ros", "perception_policy", "perception_policy", parts=tuple(nodes))]
    return (*nodes, node("recorder", {"output": str(recording), "images": transport}))
