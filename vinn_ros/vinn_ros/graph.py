"""The node graph of the door-opening task, once. The launch files and `bringup` both start what this says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_share_directory,
)

from vinn_ros.transport import profile_environment
from vinn_training.exceptions import InvalidInput

BOOLEAN = ("true", "false")
ROBOTS = ("stretch_re1", "stretch_re2", "stretch_se3")
#: What takes the place of driver and camera, by the value of `sim`. The bridge is started alike for all of them.
SIMULATED = {"true": "stretch_sim", "standin": "stretch_standin"}
#: Camera drivers in the order in which `auto` takes the first that is installed.
CAMERA_PACKAGES = {"usb_cam": "usb_cam_node_exe", "v4l2_camera": "v4l2_camera_node", "video_source": "video_source"}


@dataclass(frozen=True)
class Argument:
    """One argument of the launch file and of `bringup`.

    Attributes:
        name: Its name.
        default: Default, as text.
        description: What it does.
        choices: The allowed texts, empty for any.
    """

    name: str
    default: str
    description: str
    choices: tuple[str, ...] = ()


ARGUMENTS = (
    Argument(
        "sim",
        "false",
        "Instead of the robot's driver and camera: true starts a simulated Stretch and kitchen, standin a Stretch "
        "without physics whose faults can be switched on.",
        ("false", *SIMULATED),
    ),
    Argument("bundle", "", "Directory of the bundle (encoder and bank) made by `vinn bank`. Required."),
    Argument("robot", "stretch_re1", "Which Stretch: chooses config/<robot>.yaml. Only with sim:=false.", ROBOTS),
    Argument(
        "camera",
        "auto",
        "Wrist camera driver. auto takes the first installed one; none if the images come from elsewhere.",
        ("auto", *CAMERA_PACKAGES, "none"),
    ),
    Argument("video", "/dev/video0", "Webcam device, or for video_source also a video file."),
    Argument("image_topic", "image_raw", "Topic of the wrist camera's images."),
    Argument(
        "driver", "auto", "auto includes stretch_core's driver launch file where installed; none: it runs already.",
        ("auto", "none"),
    ),
    Argument(
        "composed", "false", "Perception and policy in one process: the same nodes, parameters and topics.",
        BOOLEAN,
    ),
    Argument(
        "perception", "here", "none: perception runs on another machine; docs/ros_path.md, Between two machines.",
        ("here", "none"),
    ),
    Argument("autostart", "true", "Configure and activate the nodes by themselves.", BOOLEAN),
    Argument("params_file", "", "YAML file of parameters that override those of the robot's file."),
    Argument("record", "", "Directory for a rosbag2 bag of the episode; empty records nothing."),
    Argument(
        "trials", "",
        "Directory for trials: starts the trial node, which begins and ends motion and records each trial. "
        "Empty starts none.",
    ),
    Argument(
        "view",
        "false",
        "Show what the policy thinks, on neighbors/image and neighbors/markers. It takes part of a core; docs/view.md.",
        BOOLEAN,
    ),
    Argument("respawn", "true", "Start a node again when it dies.", BOOLEAN),
)  # fmt: skip


@dataclass(frozen=True)
class NodeSpec:
    """One process of the graph.

    Attributes:
        package: ROS package of the executable.
        executable: Executable in it.
        name: Node name.
        parameters: Parameters by name; they override those of the files.
        parameter_files: YAML files, the later overriding the earlier.
        remappings: Pairs (from, to).
        parts: The nodes of a process of several; `name` is then the process's alone, and parameters and remappings
            are those of the parts.
    """

    package: str
    executable: str
    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_files: tuple[str, ...] = ()
    remappings: tuple[tuple[str, str], ...] = ()
    parts: tuple[NodeSpec, ...] = ()

    def part_arguments(self) -> list[str]:
        """Return the ROS arguments of a process of several nodes: files, parameters and remappings, node by node."""
        words = []
        for file in dict.fromkeys(file for part in self.parts for file in part.parameter_files):
            words += ["--params-file", file]
        for part in self.parts:
            for name, value in part.parameters.items():
                words += ["-p", f"{part.name}:{name}:={json.dumps(value)}"]  # read as YAML, of which JSON is a part
            for source, target in part.remappings:
                words += ["-r", f"{part.name}:{source}:={target}"]
        return words


@dataclass(frozen=True)
class IncludeSpec:
    """A launch file of another package that the graph needs."""

    package: str
    launch_file: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """Everything to start.

    Attributes:
        nodes: Our processes.
        includes: Other packages' launch files.
        environment: Environment variables for all of them.
        respawn: Whether a dead node is started again.
        notes: What the user should know, one line each.
    """

    nodes: tuple[NodeSpec, ...]
    includes: tuple[IncludeSpec, ...]
    environment: Mapping[str, str]
    respawn: bool
    notes: tuple[str, ...] = ()


def is_installed(package: str) -> bool:
    """Return whether a ROS package is in the environment."""
    try:
        get_package_share_directory(package)
    except (PackageNotFoundError, ValueError):
        return False
    return True


def complete_arguments(values: Mapping[str, str], arguments: Sequence[Argument]) -> dict[str, str]:
    """Return all arguments with defaults filled in.

    Raises:
        InvalidInput: If one is unknown or not among its choices.
    """
    known = {argument.name: argument for argument in arguments}
    for name in values:
        if name not in known:
            raise InvalidInput(f"unknown argument '{name}'; expected one of: {', '.join(known)}")
    complete = {name: values.get(name, argument.default) for name, argument in known.items()}
    for name, argument in known.items():
        if argument.choices and complete[name] not in argument.choices:
            raise InvalidInput(f"{name} is '{complete[name]}'; expected one of: {', '.join(argument.choices)}")
    return complete


def check_arguments(values: Mapping[str, str]) -> dict[str, str]:
    """Return all arguments with defaults filled in.

    Raises:
        InvalidInput: If an argument is unknown, not among its choices, or names a file that is not there.
    """
    complete = complete_arguments(values, ARGUMENTS)
    if not complete["bundle"]:
        raise InvalidInput("no bundle given; expected bundle:=DIRECTORY, made by `vinn bank` (or by `make demo`)")
    if not Path(complete["bundle"]).is_dir():
        raise InvalidInput(f"bundle '{complete['bundle']}' is no directory; expected one made by `vinn bank`")
    if complete["trials"] and complete["record"]:
        raise InvalidInput("trials and record are both given; trials are recorded by the trial node: leave record out")
    if complete["composed"] == "true" and complete["perception"] == "none":
        raise InvalidInput(
            "composed:=true takes perception into the policy's process; expected it without perception:=none"
        )
    if complete["params_file"] and not Path(complete["params_file"]).is_file():
        raise InvalidInput(f"params_file '{complete['params_file']}' is no file; expected a ROS 2 parameter YAML")
    return complete


def door_opening_graph(values: Mapping[str, str]) -> Graph:
    """Return the graph for these arguments (texts, as on the command line).

    Raises:
        InvalidInput: As check_arguments.
    """
    arguments = check_arguments(values)
    simulated = SIMULATED.get(arguments["sim"])
    config = Path(get_package_share_directory("vinn_ros")) / "config"
    files = [str(config / ("simulator.yaml" if simulated else f"{arguments['robot']}.yaml"))]
    if arguments["params_file"]:
        files.append(str(Path(arguments["params_file"]).resolve()))
    bundle = str(Path(arguments["bundle"]).resolve())

    def node(name: str, parameters: Mapping[str, Any] | None = None, remap_image: bool = False) -> NodeSpec:
        topic = arguments["image_topic"]
        images = (("image_raw", topic), ("image_raw/compressed", f"{topic}/compressed"))
        return NodeSpec(
            package="vinn_ros",
            executable=name,
            name=name,
            parameters={"autostart": arguments["autostart"] == "true", **(parameters or {})},
            parameter_files=tuple(files),
            remappings=images if remap_image and topic != "image_raw" else (),
        )

    includes: list[IncludeSpec] = []
    notes: list[str] = []
    policy: dict[str, Any] = {"bundle": bundle}
    if simulated == "stretch_standin":
        # Its wall is like no demonstration; a policy that always holds would show nothing.
        policy["hold_distance_quantile"] = 1.0
        notes.append("the stand-in's pictures are like no demonstration: the policy acts on them all the same")
    nodes = [node("perception", {"bundle": bundle}, remap_image=True), node("policy", policy)]
    if arguments["perception"] == "none":
        del nodes[0]
        notes.append("perception is not started here (perception:=none); it must run somewhere with the same bundle")
    elif arguments["composed"] == "true":
        nodes = [NodeSpec("vinn_ros", "perception_policy", "perception_policy", parts=tuple(nodes))]
    # A trial allows motion at its start, and forbids it at its end.
    nodes.append(node("stretch_bridge", {"enabled_on_start": False} if arguments["trials"] else None))
    if simulated:
        nodes.append(node(simulated, remap_image=True))
    else:
        _add_hardware(arguments, nodes, includes, notes, node("video_source", {"source": arguments["video"]}, True))
    if arguments["view"] == "true":
        nodes.append(node("neighbors_view", {"bundle": bundle}, remap_image=True))
    if arguments["record"]:
        nodes.append(node("recorder", {"output": str(Path(arguments["record"]).resolve())}, remap_image=True))
    if arguments["trials"]:
        trials = {"output": str(Path(arguments["trials"]).resolve()), "bundle": bundle}
        if arguments["sim"] == "true":
            trials["judge"] = "simulator"
        nodes.append(node("trial_node", trials, remap_image=True))
    return Graph(tuple(nodes), tuple(includes), profile_environment(), arguments["respawn"] == "true", tuple(notes))


def _add_hardware(
    arguments: Mapping[str, str],
    nodes: list[NodeSpec],
    includes: list[IncludeSpec],
    notes: list[str],
    video_source: NodeSpec,
) -> None:
    """Add the robot's driver and the wrist camera."""
    if arguments["driver"] == "none":
        notes.append("the Stretch driver is not started here (driver:=none)")
    elif is_installed("stretch_core"):
        includes.append(IncludeSpec("stretch_core", "stretch_driver.launch.py", {"mode": "position"}))
    else:
        notes.append("package stretch_core is not installed: start the Stretch driver on the robot yourself")
    camera = arguments["camera"]
    if camera == "auto":
        camera = next(name for name in CAMERA_PACKAGES if name == "video_source" or is_installed(name))
        notes.append(f"wrist camera by {camera}")
    if camera == "none":
        return
    if camera == "video_source":
        nodes.append(video_source)
        return
    if not is_installed(camera):
        raise InvalidInput(f"camera:={camera}, but package {camera} is not installed; expected camera:=video_source")
    nodes.append(
        NodeSpec(
            package=camera,
            executable=CAMERA_PACKAGES[camera],
            name=camera,
            parameters={
                "video_device": arguments["video"],
                ("frame_id" if camera == "usb_cam" else "camera_frame_id"): "wrist_camera_optical_frame",
            },
            remappings=(("image_raw", arguments["image_topic"]),),
        )
    )
