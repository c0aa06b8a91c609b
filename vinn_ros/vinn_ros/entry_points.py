"""The executables of `ros2 run vinn_ros ...`. Signals are taken over before anything heavy is imported."""

from __future__ import annotations

import sys
from importlib import import_module

from vinn_ros.stop_request import StopRequest

NODES = {
    "perception": "PerceptionNode",
    "policy": "PolicyNode",
    "stretch_bridge": "StretchBridgeNode",
    "stretch_sim": "StretchSimNode",
    "stretch_standin": "StretchStandinNode",
    "video_source": "VideoSourceNode",
    "recorder": "RecorderNode",
}


def run(name: str) -> int:
    """Run the node `name`, one of NODES, until Ctrl-C or SIGTERM; return the exit status."""
    stop = StopRequest()
    stop.install()
    from vinn_ros.lifecycle import run_node

    return run_node(getattr(import_module(f"vinn_ros.{name}.node"), NODES[name]), stop)


def perception() -> int:
    """Run the perception node."""
    return run("perception")


def policy() -> int:
    """Run the policy node."""
    return run("policy")


def stretch_bridge() -> int:
    """Run the bridge to the Stretch's driver."""
    return run("stretch_bridge")


def stretch_sim() -> int:
    """Run the simulated Stretch."""
    return run("stretch_sim")


def stretch_standin() -> int:
    """Run the stand-in Stretch with its faults."""
    return run("stretch_standin")


def video_source() -> int:
    """Run the video source."""
    return run("video_source")


def recorder() -> int:
    """Run the recorder."""
    return run("recorder")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1]))
