"""Parameters of the mount check."""

from __future__ import annotations

from vinn_ros.image_topic import IMAGE_TRANSPORT
from vinn_ros.parameters import ParameterSpec
from vinn_training.evaluation.mount_check.report import CheckConfig

_CHECK = CheckConfig()

PARAMETERS = (
    ParameterSpec(
        "distance_m", 0.025, "Way along each axis and back, in metres.", minimum=0.015, maximum=0.05
    ),
    ParameterSpec(
        "tolerance_deg", _CHECK.tolerance_deg, "A turn of the camera against its transform up to this is consistent.",
        minimum=1.0, maximum=30.0,
    ),
    ParameterSpec(
        "focal_px", _CHECK.focal_px, "Focal length of the pictures in pixels; 0 guesses it and fits it.",
        minimum=0.0, maximum=10000.0,
    ),
    IMAGE_TRANSPORT,
    ParameterSpec("output", "", "Folder for mount_check.json and the pictures; empty writes none."),
    ParameterSpec("dataset", "", "Demonstrations whose step length c is to repeat; empty suggests c's ratios alone."),
    ParameterSpec("bridge", "stretch_bridge", "Name of the bridge's node, with its namespace where it has one."),
    ParameterSpec(
        "start_timeout_s", 10.0, "How long to wait for the bridge, the robot and the camera.",
        minimum=1.0, maximum=600.0,
    ),
    ParameterSpec(
        "settle_s", 0.5, "The robot must be still for this long before a picture is taken.", minimum=0.1, maximum=5.0
    ),
)  # fmt: skip


def usage() -> str:
    """Return what `--help` prints."""
    lines = [
        "usage: ros2 run vinn_ros mount_check --ros-args -p NAME:=VALUE ...",
        "",
        "Moves the wrist camera a little along each of its axes, through the bridge, and compares what is seen with",
        "the bridge's camera transform. Exit status: 0 consistent, 1 wrong, 2 cannot run or cannot tell, 130 Ctrl-C.",
        "",
    ]
    width = max(len(spec.name) for spec in PARAMETERS)
    for spec in PARAMETERS:
        default = repr(spec.default) if isinstance(spec.default, str) else f"{spec.default:g}"
        lines.append(f"  {spec.name:{width}}  {spec.description} Default: {default}.")
    return "\n".join(lines)
