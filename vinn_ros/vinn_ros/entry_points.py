"""The executables of `ros2 run vinn_ros ...`. Signals are taken over before anything heavy is imported."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from vinn_ros.stop_request import StopRequest
from vinn_training.child_process import end_with_parent

#: Environment variable: not empty where a node is to stop its robot and end when the process that started it dies.
END_WITH_PARENT = "VINN_END_WITH_PARENT"
NODES = {
    "perception": "PerceptionNode",
    "policy": "PolicyNode",
    "stretch_bridge": "StretchBridgeNode",
    "stretch_sim": "StretchSimNode",
    "stretch_standin": "StretchStandinNode",
    "video_source": "VideoSourceNode",
    "recorder": "RecorderNode",
    "trial_node": "TrialNode",
    "neighbors_view": "NeighborsViewNode",
}


def begin() -> StopRequest:
    """Take over the signals, and keep NumPy's linear algebra to one thread unless the user chose otherwise.

    ROS's launch tool ends at SIGTERM (`kill`, `docker stop`, systemd) without ending its nodes. Ours would go on
    moving a robot, so that the launch files ask them to end with it.

    A node multiplies small matrices tens of times a second. OpenBLAS's threads wait for the next product by spinning,
    which takes a whole core, and on a busy machine a product waits for the last of them.
    """
    stop = StopRequest()
    stop.install()
    if os.environ.get(END_WITH_PARENT):
        end_with_parent()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported
    return stop


def run(name: str) -> int:
    """Run the node `name`, one of NODES, until Ctrl-C or SIGTERM; return the exit status."""
    stop = begin()
    from vinn_ros.lifecycle import run_node

    return run_node(getattr(import_module(f"vinn_ros.{name}.node"), NODES[name]), stop)


def perception_policy() -> int:
    """Run perception and policy in one process."""
    stop = begin()
    from vinn_ros.lifecycle import run_nodes

    return run_nodes(import_module("vinn_ros.composition").perception_and_policy, stop)


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


def trial_node() -> int:
    """Run the trial node."""
    return run("trial_node")


def neighbors_view() -> int:
    """Run the view of what the policy thinks."""
    return run("neighbors_view")


if __name__ == "__main__":
    sys.exit(perception_policy() if sys.argv[1] == "perception_policy" else run(sys.argv[1]))
