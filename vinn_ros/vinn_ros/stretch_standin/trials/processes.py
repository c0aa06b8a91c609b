"""Nodes as processes that do not outlive the one that started them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from vinn_ros.transport import profile_environment
from vinn_training.child_process import end_with_parent

_END_S = 5.0


class NodeProcesses:
    """Starts nodes of vinn_ros in this process's ROS domain, each with its output in a file.

    Args:
        directory: For outputs and parameter files.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> NodeProcesses:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, name: str, parameters: Mapping[str, Any]) -> None:
        """Start a node, configured and activated by itself."""
        file = self._directory / f"{name}.yaml"
        file.write_text(yaml.safe_dump({name: {"ros__parameters": {"autostart": True, **parameters}}}))
        command = [sys.executable, "-m", "vinn_ros.entry_points", name, "--ros-args", "--params-file", str(file)]
        with open(self._directory / f"{name}.log", "wb") as log:
            self._processes[name] = subprocess.Popen(
                command,
                env={**os.environ, **profile_environment(), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only us, and we end the nodes
                preexec_fn=end_with_parent,
            )

    def dead(self) -> list[str]:
        """Return the nodes that ended."""
        return [name for name, process in self._processes.items() if process.poll() is not None]

    def output(self, name: str) -> str:
        """Return what a node has printed so far."""
        return (self._directory / f"{name}.log").read_text(errors="replace")

    def close(self) -> None:
        """End all nodes."""
        for process in self._processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self._processes.values():
            try:
                process.wait(timeout=_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
