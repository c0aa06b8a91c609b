"""The tables of commands: `vinn ...`, and what `ros2 run vinn_ros ...` starts."""

from __future__ import annotations

from collections.abc import Mapping

from vinn_ros.documentation.markdown import table
from vinn_training.cli.main import SUBCOMMANDS

#: Where each `vinn` command is described.
PAGES: Mapping[str, str] = {
    "collect": "demonstrations.md#film-and-collect",
    "calibrate": "demonstrations.md#film-and-collect",
    "gripper": "demonstrations.md#gripper-labels",
    "data": "demonstrations.md#data-that-exists",
    "train": "training.md",
    "pretrain": "evaluation.md#pretraining-where-imagenets-weights-cannot-be-had",
    "bank": "bank.md",
    "bank-edit": "bank.md#adding-and-disabling-demonstrations",
    "export": "tutorial.md#4-make-it-fast-and-build-the-bundle",
    "simulate": "simulation.md",
    "trials": "trials.md",
    "compare-trials": "trials.md#two-policies",
    "table1": "trials.md",
    "evaluate": "evaluation.md#on-data-of-your-own-piece-by-piece",
    "evaluate-sequences": "evaluation.md#on-data-of-your-own-piece-by-piece",
    "table3": "evaluation.md#table-iii-from-nothing",
    "sweep": "evaluation.md#on-data-of-your-own-piece-by-piece",
    "data-efficiency": "evaluation.md#on-data-of-your-own-piece-by-piece",
    "neighbors": "evaluation.md#on-data-of-your-own-piece-by-piece",
    "embedding-map": "evaluation.md#on-data-of-your-own-piece-by-piece",
    "replay": "replay.md",
    "trace": "replay.md#trace",
    "tune": "tuning.md",
    "report": "evaluation.md#on-data-of-your-own-piece-by-piece",
    "bench": "speed.md",
}

#: What each executable of vinn_ros is for, and where it is described.
EXECUTABLES: Mapping[str, tuple[str, str]] = {
    "bringup": (
        "Starts the graph of the launch file where ROS's launch tool is absent.",
        "parameters.md#launch-arguments",
    ),
    "perception": ("Node: pictures in, embeddings out.", "interfaces.md#perception"),
    "policy": ("Node: embeddings in, actions out.", "interfaces.md#policy"),
    "perception_policy": ("Both in one process.", "ros_path.md#one-process-or-two"),
    "stretch_bridge": ("Node: actions in, commands of the driver out.", "bridge.md"),
    "stretch_sim": ("Node: a simulated Stretch and kitchen.", "simulation.md"),
    "stretch_standin": (
        "Node: a Stretch without physics, with faults to switch on.",
        "bridge.md#the-same-bridge-in-simulation-against-the-stand-in-and-on-the-robot",
    ),
    "video_source": ("Node: a webcam or a video file as the wrist camera.", "interfaces.md#video_source"),
    "recorder": ("Node: records an episode as a bag.", "demonstrations.md#record-on-the-robot"),
    "trial_node": ("Node: trials on the robot, judged, recorded and counted.", "robot_trials.md"),
    "neighbors_view": ("Node: shows each action with its reasons.", "view.md"),
    "play_bag": ("Plays a bag into the graph where `ros2 bag` is absent.", "replay.md#with-the-real-nodes"),
    "offline_evaluation": (
        "Plays a bag into running nodes and writes the report.",
        "replay.md#with-the-real-nodes",
    ),
    "run_episode": ("Runs one episode on a running bridge, printed for people.", "bridge.md#episodes"),
    "mount_check": ("Checks how the wrist camera is mounted, by small motions.", "bridge.md#check-the-cameras-mount"),
    "latency": ("Times every picture from the camera to the command, live.", "ros_path.md#watch-it-live"),
    "stop_times": ("Measures how soon the bridge stops, against the stand-in.", "bridge.md#stop-times-measured"),
    "demo": ("`make demo`: from nothing to an open door, in simulation.", "tutorial.md#0-everything-at-once"),
}


def vinn_table() -> str:
    """Return the table of the `vinn` commands, as `vinn --help` lists them, with links."""
    rows = []
    for name, (_, text) in SUBCOMMANDS.items():
        page = PAGES.get(name, "")
        rows.append((f"`vinn {name}`", text, _link(page) if page else ""))
    return table(("command", "what it does", "more"), rows)


def executable_table() -> str:
    """Return the table of what vinn_ros installs for `ros2 run`."""
    rows = [(f"`ros2 run vinn_ros {name}`", text, _link(page)) for name, (text, page) in sorted(EXECUTABLES.items())]
    return table(("command", "what it does", "more"), rows)


def _link(page: str) -> str:
    return f"[{page.partition('.md')[0].replace('_', ' ')}]({page})"
