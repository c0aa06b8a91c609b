"""Starts the door-opening graph as separate processes, where ROS's launch tool is absent.

`ros2 run vinn_ros bringup sim:=true bundle:=DIRECTORY`, with the arguments of door_opening.launch.py.
Ctrl-C ends all of it. A node that dies is started again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ament_index_python.packages import get_package_prefix

from vinn_ros.exit_status import CANNOT_START
from vinn_ros.graph import ARGUMENTS, Graph, NodeSpec, door_opening_graph
from vinn_ros.launch_words import asks_for_help, own_words, parse_arguments, usage
from vinn_ros.stop_request import StopRequest
from vinn_training.child_process import end_with_parent
from vinn_training.exceptions import MissingDependency, VinnError

RESPAWN_DELAY_S = 1.0
TERMINATE_AFTER_S = 2.0


@dataclass
class _Child:
    spec: NodeSpec
    process: subprocess.Popen[bytes]
    restart_at_s: float | None = None


class Bringup:
    """Runs the processes of a graph.

    Args:
        graph: What to start.
        log_directory: Where each node's output goes, or None for this process's own output.

    Raises:
        MissingDependency: On entering, if an executable is not installed; nothing was started then.
    """

    def __init__(self, graph: Graph, log_directory: Path | None = None) -> None:
        self._graph = graph
        self._logs = log_directory
        self._scratch = tempfile.TemporaryDirectory(prefix="vinn_bringup_")
        self._children: list[_Child] = []

    def __enter__(self) -> Bringup:
        for spec in self._graph.nodes:
            _executable(spec)  # one that is missing is told before anything runs
        for spec in self._graph.nodes:
            self._children.append(_Child(spec, self._start(spec)))
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def process_id(self, name: str) -> int:
        """Return the process id of the node `name`, which may have died."""
        return next(child.process.pid for child in self._children if child.spec.name == name)

    def poll(self) -> None:
        """Start dead nodes again; call a few times a second.

        Raises:
            VinnError: If a node could not start for a reason that a restart will not mend.
        """
        for child in self._children:
            status = child.process.poll()
            if status is None:
                continue
            if status == CANNOT_START or not self._graph.respawn:
                raise VinnError(f"node {child.spec.name} ended with status {status}; its output says why")
            now_s = time.monotonic()
            if child.restart_at_s is None:
                print(f"bringup: node {child.spec.name} died ({_cause(status)}); starting it again", file=sys.stderr)
                child.restart_at_s = now_s + RESPAWN_DELAY_S
            elif now_s >= child.restart_at_s:
                child.process = self._start(child.spec)
                child.restart_at_s = None

    def stop(self) -> None:
        """End all nodes, within 3 seconds."""
        for child in self._children:
            if child.process.poll() is None:
                child.process.terminate()
        deadline_s = time.monotonic() + TERMINATE_AFTER_S
        for child in self._children:
            try:
                child.process.wait(timeout=max(0.0, deadline_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._scratch.cleanup()

    def _start(self, spec: NodeSpec) -> subprocess.Popen[bytes]:
        output = open(self._logs / f"{spec.name}.log", "ab") if self._logs else None  # noqa: SIM115
        try:
            return subprocess.Popen(
                self._command(spec),
                env={**os.environ, **self._graph.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                # Its own session: Ctrl-C reaches only us, and we end the nodes in order.
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        finally:
            if output:
                output.close()

    def _command(self, spec: NodeSpec) -> list[str]:
        if spec.parts:
            return [str(_executable(spec)), "--ros-args", *spec.part_arguments()]
        overrides = Path(self._scratch.name) / f"{spec.name}.yaml"
        overrides.write_text(yaml.safe_dump({f"/**/{spec.name}": {"ros__parameters": _plain(spec.parameters)}}))
        arguments = ["--ros-args", "-r", f"__node:={spec.name}"]
        for file in (*spec.parameter_files, str(overrides)):
            arguments += ["--params-file", file]
        for source, target in spec.remappings:
            arguments += ["-r", f"{source}:={target}"]
        return [str(_executable(spec)), *arguments]


def _executable(spec: NodeSpec) -> Path:
    """Return the path of a node's executable.

    Raises:
        MissingDependency: If it is not installed.
    """
    path = Path(get_package_prefix(spec.package)) / "lib" / spec.package / spec.executable
    if not path.is_file():
        raise MissingDependency(
            f"package {spec.package} is installed without {spec.executable} (expected {path}); "
            "build it again, with colcon or with `make setup`"
        )
    return path


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in parameters.items()}


def _cause(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"


def main() -> int:
    """Entry point of `ros2 run vinn_ros bringup`."""
    words = own_words(sys.argv)
    if asks_for_help(words):
        print(usage("bringup", ARGUMENTS))
        return 0
    stop = StopRequest()
    stop.install()
    stop.at_once = False
    try:
        graph = door_opening_graph(parse_arguments(words))
        for note in graph.notes:
            print(f"bringup: {note}")
        for include in graph.includes:
            print(f"bringup: not started here, use `ros2 launch {include.package} {include.launch_file}`")
        print(f"bringup: starting {', '.join(node.name for node in graph.nodes)}; Ctrl-C ends them", flush=True)
        with Bringup(graph) as bringup:
            while not stop.wait(0.1):
                bringup.poll()
    except VinnError as error:
        print(f"bringup: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
