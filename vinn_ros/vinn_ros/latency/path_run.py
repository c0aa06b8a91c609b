"""Runs the whole path, camera to command, on the stand-in Stretch and measures it: one process a node, or composed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import rclpy
import yaml
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from std_srvs.srv import SetBool

from vinn_ros.bringup import Bringup
from vinn_ros.graph import Graph, door_opening_graph
from vinn_ros.latency.cpu import CpuMeter
from vinn_ros.latency.main import current_report
from vinn_ros.latency.node import LatencyNode
from vinn_ros.latency.path_measurement import PathMeasurement, PathRunConfig
from vinn_ros.own_domain import own_domain
from vinn_ros.transport import use_profile
from vinn_training.exceptions import SimulationError

_CAMERA = "stretch_standin"
_START_S = 90.0
_ASK_AGAIN_S = 3.0
#: Frames at the edges are on their way while the figures are read; these belong to none of them.
_MARGIN_S = 0.5
#: Reports of a node after the camera's end, once a second: the first may be from just before it.
_LAST_REPORTS = 2
#: So slow that the arm goes on for minutes before it comes to a limit.
_SPEED_M_S = 0.002


def run_path(config: PathRunConfig, output: Path, check: Callable[[], None] = lambda: None) -> PathMeasurement:
    """Run the graph on the stand-in for a while and return what was measured.

    Args:
        config: What to run.
        output: Folder for parameters and the nodes' logs.
        check: Called while waiting; raises to end the run.

    Raises:
        SimulationError: If the robot cannot be brought to move.
        VinnError: If a node cannot start.
    """
    logs = output / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    for log in logs.glob("*.log"):
        log.unlink()
    graph = _graph(config, output)
    use_profile()
    with own_domain(), Bringup(graph, logs) as bringup:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
        executor = SingleThreadedExecutor()
        node = LatencyNode(config.transport)
        executor.add_node(node)
        try:
            return _Run(config, graph, bringup, node, executor, check, logs).measure()
        finally:
            executor.shutdown(timeout_sec=1.0)
            node.destroy_node()
            rclpy.try_shutdown()


def _graph(config: PathRunConfig, output: Path) -> Graph:
    """Return the graph with a camera that waits to be started: every frame of it is counted."""
    size = {"image_width": config.width_px, "image_height": config.height_px, "image_rate_hz": config.rate_hz}
    nodes = {
        _CAMERA: {**size, "jpeg_quality": config.jpeg_quality},
        "perception": {"image_transport": config.transport},
        "stretch_bridge": {
            "mode": "continuous",
            "continuous_speed_m_s": _SPEED_M_S,
            # What is measured is how late a command is, not how a late one is refused.
            "max_image_age_s": 2.0,
            "max_action_age_s": 2.0,
        },
    }
    parameters = output / "path.yaml"
    parameters.write_text(yaml.safe_dump({f"/**/{name}": {"ros__parameters": v} for name, v in nodes.items()}))
    composed = "true" if config.composed else "false"
    arguments = {"sim": "standin", "bundle": str(config.bundle), "params_file": str(parameters), "composed": composed}
    graph = door_opening_graph(arguments)
    waiting = [
        replace(node, parameters={**node.parameters, "autostart": False}) if node.name == _CAMERA else node
        for node in graph.nodes
    ]
    return replace(graph, nodes=tuple(waiting), respawn=False)


class _Run:
    def __init__(
        self,
        config: PathRunConfig,
        graph: Graph,
        bringup: Bringup,
        node: LatencyNode,
        executor: SingleThreadedExecutor,
        check: Callable[[], None],
        logs: Path,
    ) -> None:
        self._config = config
        self._names = [spec.name for spec in graph.nodes]
        self._bringup = bringup
        self._node = node
        self._executor = executor
        self._check = check
        self._logs = logs
        self._state = node.create_client(ChangeState, f"{_CAMERA}/change_state")
        self._enable = node.create_client(SetBool, "stretch_bridge/enable")

    def measure(self) -> PathMeasurement:
        self._spin_until(self._is_connected, "perception and policy to be active and to find each other and the bridge")
        self._change_camera(Transition.TRANSITION_CONFIGURE)
        self._change_camera(Transition.TRANSITION_ACTIVATE)
        self._bring_to_move()
        self._spin_for(_MARGIN_S)
        begin_ns = time.time_ns()
        ids = {name: self._bringup.process_id(name) for name in self._names}
        meter = CpuMeter({**ids, "latency": os.getpid()})
        self._spin_for(self._config.duration_s)
        end_ns = time.time_ns()
        use = meter.read()
        self._spin_for(_MARGIN_S)
        self._change_camera(Transition.TRANSITION_DEACTIVATE)
        self._await_last_reports()
        return PathMeasurement(self._config, current_report(self._node, begin_ns, end_ns), use)

    def _bring_to_move(self) -> None:
        """Enable the bridge until it moves the robot: it may have asked the driver for something before that was up."""
        asked_s = time.monotonic()

        def moves() -> bool:
            nonlocal asked_s
            if time.monotonic() - asked_s > _ASK_AGAIN_S and self._enable.service_is_ready():
                asked_s = time.monotonic()
                self._enable.call_async(SetBool.Request(data=True))
            return self._node.moves > 0

        self._spin_until(moves, "the robot to move")

    def _await_last_reports(self) -> None:
        before = self._node.reported.copy()
        self._spin_until(
            lambda: all(self._node.reported[name] >= before[name] + _LAST_REPORTS for name in ("perception", "policy")),
            "the last reports of perception and policy",
        )

    def _is_connected(self) -> bool:
        """Return whether each node knows all that it will hear of or tell, as they say themselves."""
        listeners = {"perception": 1 if self._config.composed else 2, "policy": 2, "stretch_bridge": 1}
        reports = self._node.reports
        return (
            self._node.active >= listeners.keys() - {"stretch_bridge"}
            and all(int(reports.get(name, {}).get("subscribers", 0)) >= count for name, count in listeners.items())
            and int(reports["perception"]["publishers"]) >= 1
            and self._node.finds_camera
        )

    def _change_camera(self, transition: int) -> None:
        self._spin_until(self._state.service_is_ready, f"the service {self._state.srv_name}")
        future = self._state.call_async(ChangeState.Request(transition=Transition(id=transition)))
        self._spin_until(future.done, "the camera to change its state")
        if not future.result().success:
            raise SimulationError(f"{_CAMERA} refused transition {transition}; its output in {self._logs} says why")

    def _spin_for(self, duration_s: float) -> None:
        deadline_s = time.monotonic() + duration_s
        while time.monotonic() < deadline_s:
            self._spin()

    def _spin_until(self, condition: Callable[[], bool], what: str) -> None:
        deadline_s = time.monotonic() + _START_S
        while not condition():
            if time.monotonic() > deadline_s:
                raise SimulationError(
                    f"waited {_START_S:g} s for {what}; the nodes' output in {self._logs} may say why"
                )
            self._spin()

    def _spin(self) -> None:
        self._check()
        self._bringup.poll()
        self._executor.spin_once(timeout_sec=0.05)
