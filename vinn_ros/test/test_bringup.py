"""The whole graph as separate processes: what happens when parts of it die, and when Ctrl-C comes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from sensor_msgs.msg import JointState
from std_srvs.srv import SetBool

from vinn_msgs.msg import BridgeCommand, PolicyAction, TaskState
from vinn_ros import qos
from vinn_ros.bringup import Bringup
from vinn_ros.graph import Graph as NodeGraph
from vinn_ros.graph import NodeSpec
from vinn_training.exceptions import MissingDependency

NODES = ("perception", "policy", "stretch_bridge", "stretch_sim")
#: Nothing holds: the small bundle's pictures are noise, and any picture of the simulator is unfamiliar to it.
PARAMETERS = """
/**/policy:
  ros__parameters:
    hold_distance_quantile: 1.0
"""


class Graph:
    """bringup in a process, and what the test sees of it."""

    def __init__(self, world, bundle, *arguments, sim="true"):
        self.world = world
        parameters = world.directory / "test.yaml"
        parameters.write_text(PARAMETERS)
        self.commands = world.collect(BridgeCommand, "command", qos.STREAM)
        self.actions = world.collect(PolicyAction, "action", qos.STREAM)
        self.joints = world.collect(JointState, "joint_states", qos.ROBOT_STATE)
        command = [sys.executable, "-m", "vinn_ros.bringup", f"sim:={sim}", f"bundle:={bundle}"]
        self.process = world.run("bringup", [*command, f"params_file:={parameters}", *arguments])

    def moves(self):
        return [command for command in self.commands if not command.stopped]

    def wait_for_motion(self, count=1):
        before = len(self.moves())
        self.world.wait_for(lambda: len(self.moves()) >= before + count, "the robot to move")

    def bridge_start(self):
        """How the bridge was started: its words, with the content of bringup's own file for that file's path."""
        words = open(f"/proc/{self.pid('stretch_bridge')}/cmdline").read().split("\0")  # noqa: SIM115
        return [open(word).read() if word.endswith("stretch_bridge.yaml") else word for word in words]

    def pid(self, name):
        """The process id of a node, found among bringup's children."""
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                command = open(f"/proc/{entry}/cmdline").read()  # noqa: SIM115
                parent = re.search(r"^PPid:\s*(\d+)", open(f"/proc/{entry}/status").read(), re.M)  # noqa: SIM115
            except OSError:
                continue
            if f"__node:={name}" in command and parent and int(parent[1]) == self.process.pid:
                return int(entry)
        raise AssertionError(f"no process of node {name}")

    def position(self):
        message = self.joints[-1]
        return dict(zip(message.name, message.position, strict=True))

    def moved_m(self, duration_s):
        """How far lift and arm travel during `duration_s`."""
        self.world.wait_for(lambda: self.joints, "joint states")
        before = self.position()
        self.world.spin_for(duration_s)
        after = self.position()
        return max(abs(after[name] - before[name]) for name in ("joint_lift", "wrist_extension"))


@pytest.fixture
def graph(ros, bundle):
    return Graph(ros, bundle)


@pytest.fixture(scope="module")
def lasting_graph(shared_ros, bundle):
    """One graph for all tests after which it runs as before; some kill a node."""
    shared_ros.without_shared_memory()
    return Graph(shared_ros, bundle)


def test_ctrl_c_ends_everything_within_3_seconds_without_a_traceback(graph):
    graph.wait_for_motion()
    pids = [graph.pid(name) for name in NODES]
    started = time.monotonic()
    graph.process.send_signal(signal.SIGINT)
    status = graph.process.wait(timeout=10.0)
    assert time.monotonic() - started < 3.0
    assert status == 0
    assert not any(os.path.exists(f"/proc/{pid}") for pid in pids)
    assert "Traceback" not in graph.world.output("bringup")


def test_the_stand_in_moves_and_its_bridge_is_started_as_the_simulators(ros, bundle):
    standin = Graph(ros, bundle, sim="standin")
    standin.wait_for_motion()
    started = standin.bridge_start()
    standin.process.send_signal(signal.SIGINT)
    assert standin.process.wait(timeout=10.0) == 0
    assert "Traceback" not in ros.output("bringup")
    simulated = Graph(ros, bundle)
    simulated.wait_for_motion()
    assert simulated.bridge_start() == started
    assert any("autostart" in word for word in started)
    assert any(word.endswith("simulator.yaml") for word in started)


def test_ctrl_c_while_nodes_are_still_starting(graph):
    graph.world.wait_for(lambda: "starting perception" in graph.world.output("bringup"), "bringup to take signals")
    time.sleep(0.3)  # somewhere within the nodes' imports; any moment must do
    started = time.monotonic()
    graph.process.send_signal(signal.SIGINT)
    graph.process.wait(timeout=10.0)
    assert time.monotonic() - started < 3.0
    assert "Traceback" not in graph.world.output("bringup")


def test_nodes_do_not_outlive_a_killed_bringup(graph):
    graph.wait_for_motion()
    pids = [graph.pid(name) for name in NODES]
    graph.process.kill()
    graph.process.wait()
    graph.world.wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), "the nodes to end", 10.0)


def died(graph, name):
    """How often bringup told of the node's death."""
    return graph.world.output("bringup").count(f"node {name} died (signal SIGKILL)")


@pytest.mark.parametrize("name", ["perception", "policy"])
def test_killing_an_input_stops_the_robot_and_its_return_resumes(lasting_graph, name):
    graph = lasting_graph
    graph.wait_for_motion()
    os.kill(graph.pid(name), signal.SIGKILL)
    killed = len(graph.commands)
    stop = graph.world.wait_for(
        lambda: next((command for command in graph.commands[killed:] if command.stopped), None), "a commanded stop"
    )
    assert "old" in stop.reason or "waiting" in stop.reason
    graph.wait_for_motion()
    assert died(graph, name) == 1


def test_killing_the_bridge_leaves_the_robot_at_rest_and_its_return_resumes(lasting_graph):
    graph = lasting_graph
    graph.wait_for_motion()
    deaths = died(graph, "stretch_bridge")
    os.kill(graph.pid("stretch_bridge"), signal.SIGKILL)
    graph.world.wait_for(lambda: died(graph, "stretch_bridge") > deaths, "bringup to notice")
    graph.world.spin_for(0.6)  # the step in work may end; bringup waits a second before it starts the bridge again
    assert graph.moved_m(0.3) < 1e-3
    graph.wait_for_motion()


def test_killing_the_robot_is_noticed_and_its_return_resumes(lasting_graph):
    graph = lasting_graph
    graph.wait_for_motion()
    os.kill(graph.pid("stretch_sim"), signal.SIGKILL)
    killed = len(graph.commands)
    graph.world.wait_for(lambda: any(command.stopped for command in graph.commands[killed:]), "a stop")
    graph.wait_for_motion()


def test_disabling_stops_and_enabling_resumes(lasting_graph):
    graph = lasting_graph
    graph.wait_for_motion()
    assert graph.world.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=False)).success
    graph.world.wait_for(lambda: graph.commands[-1].stopped, "a commanded stop")
    assert "disabled" in graph.commands[-1].reason
    count = len(graph.moves())
    graph.world.spin_for(1.0)
    assert len(graph.moves()) == count
    assert graph.world.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=True)).success
    graph.wait_for_motion()


def test_recording_a_bag_of_a_moving_robot(ros, bundle, tmp_path):
    from pathlib import Path

    from ament_index_python.packages import get_package_share_directory
    from rosbags.rosbag2 import Reader

    from vinn_ros.recorder.core import typestore_with

    graph = Graph(ros, bundle, f"record:={tmp_path / 'bags'}")
    states = ros.collect(TaskState, "task_state", qos.STREAM)
    graph.wait_for_motion(2)
    ros.wait_for(lambda: states, "the task's state")
    graph.process.send_signal(signal.SIGINT)
    assert graph.process.wait(timeout=10.0) == 0
    (bag,) = (tmp_path / "bags").iterdir()
    store = typestore_with("vinn_msgs", Path(get_package_share_directory("vinn_msgs")) / "msg")
    with Reader(bag) as reader:
        counts = {connection.topic: connection.msgcount for connection in reader.connections}
        images = [c for c in reader.connections if c.topic == "/image_raw"]
        _, _, data = next(reader.messages(images))
        image = store.deserialize_cdr(data, "sensor_msgs/msg/Image")
    assert image.height > 0
    assert image.header.frame_id == "wrist_camera_optical_frame"
    assert counts["/action"] >= 2
    assert counts["/command"] >= 2
    assert counts["/joint_states"] > 10


def test_an_executable_that_is_not_installed_is_told_before_anything_runs(tmp_path):
    specs = NodeSpec("vinn_ros", "policy", "policy"), NodeSpec("vinn_ros", "oracle", "oracle")
    bringup = Bringup(NodeGraph(specs, (), {}, respawn=True), tmp_path)
    with pytest.raises(MissingDependency, match=r"installed without oracle \(expected .*make setup"), bringup:
        raise AssertionError("started")
    assert list(tmp_path.iterdir()) == []  # no node has an output


def test_mistakes_end_bringup_with_one_line(ros, tmp_path):
    for arguments, reason in (
        ([], "no bundle given"),
        (["sim:=maybe", f"bundle:={tmp_path}"], "sim is 'maybe'"),
        (["--sim"], "has not the form name:=value"),
    ):
        result = subprocess.run(
            [sys.executable, "-m", "vinn_ros.bringup", *arguments],
            env=ros.environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert result.returncode == 2
        assert reason in result.stderr
        assert "Traceback" not in result.stderr
