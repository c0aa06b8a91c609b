"""Every ROS test gets a domain id of its own, nodes as real processes, and leaves none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("rclpy", reason="rclpy is not installed; run the ROS tests with `make test` or in a ROS shell")

import domain_coordinator
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, KeyValue
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from vinn_ros.transport import PROFILE_VARIABLES, profile_environment
from vinn_training.child_process import end_with_parent

#: Generous, for a loaded machine: a wait ends as soon as its condition holds.
WAIT_S = 60.0


UDP_ALONE = """<?xml version="1.0" encoding="UTF-8"?>
<dds xmlns="http://www.eprosima.com/XMLSchemas/fastRTPS_Profiles">
  <profiles>
    <transport_descriptors>
      <transport_descriptor><transport_id>udp</transport_id><type>UDPv4</type></transport_descriptor>
    </transport_descriptors>
    <participant profile_name="udp_alone" is_default_profile="true">
      <rtps>
        <userTransports><transport_id>udp</transport_id></userTransports>
        <useBuiltinTransports>false</useBuiltinTransports>
      </rtps>
    </participant>
  </profiles>
</dds>
"""


class RosWorld:
    """One ROS domain: a node of the test's own, and nodes under test as processes."""

    def __init__(self, domain_id: int, directory: Path) -> None:
        self.domain_id = domain_id
        self.directory = directory
        self.environment = {
            **os.environ,
            "ROS_DOMAIN_ID": str(domain_id),
            "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
            "PYTHONUNBUFFERED": "1",
            **profile_environment(),
        }
        os.environ.update(profile_environment())
        os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
        self._context = rclpy.Context()
        rclpy.init(context=self._context, domain_id=domain_id)
        self.node = Node("test", context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._reports: list[DiagnosticArray] | None = None

    def start(self, name: str, parameters: Mapping[str, Any] | None = None, *extra: str) -> subprocess.Popen[bytes]:
        """Start the node `name` of vinn_ros in a process of its own; its output goes to a file."""
        file = self.directory / f"{name}.yaml"
        file.write_text(yaml.safe_dump({name: {"ros__parameters": {"autostart": True, **(parameters or {})}}}))
        command = [
            sys.executable,
            "-m",
            "vinn_ros.entry_points",
            name,
            "--ros-args",
            "--params-file",
            str(file),
            *extra,
        ]
        return self.run(name, command)

    def without_shared_memory(self) -> None:
        """Let processes started from now on talk by UDP alone, where some are to be killed.

        Fast DDS leaves a killed process's shared memory behind. Those that live may go on sending into it, and its
        successor, whose port has the same number, then hears nothing of them.
        """
        profile = self.directory / "udp.xml"
        profile.write_text(UDP_ALONE)
        self.environment.update(dict.fromkeys(PROFILE_VARIABLES, str(profile)))

    def run(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        """Start any command under this domain id; its output goes to a file."""
        with open(self.directory / f"{name}.log", "ab") as log:
            process = subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent,  # none stays where the tests themselves are killed
            )
        self.processes[name] = process
        return process

    def output(self, name: str) -> str:
        """What the process `name` has printed so far."""
        return (self.directory / f"{name}.log").read_text(errors="replace")

    def wait_for(self, condition: Callable[[], Any], what: str, timeout_s: float = WAIT_S) -> Any:
        """Spin until `condition` returns something true, and return that."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            result = condition()
            if result:
                return result
            self._executor.spin_once(timeout_sec=0.02)
        logs = "\n".join(f"--- {name}\n{self.output(name)}" for name in self.processes)
        raise AssertionError(f"waited {timeout_s} s for {what}\n{logs}")

    def spin_for(self, duration_s: float) -> None:
        """Spin for a while; only for showing that something does not happen."""
        deadline = time.monotonic() + duration_s
        while time.monotonic() < deadline:
            self._executor.spin_once(timeout_sec=0.02)

    def collect(self, message_type: Any, topic: str, profile: Any = 10) -> list[Any]:
        """Subscribe and return the list that fills with the messages."""
        messages: list[Any] = []
        self.node.create_subscription(message_type, topic, messages.append, profile)
        return messages

    def wait_for_report(self, node: str, key: str, value: str) -> None:
        """Wait until `node` says in /diagnostics that its `key` is `value`.

        What a node says it found is what it will send to: our own view of the graph is ahead of its.
        """
        if self._reports is None:
            self._reports = self.collect(DiagnosticArray, "/diagnostics")
        reports = self._reports

        def said() -> bool:
            statuses = [status for report in reports for status in report.status if status.name == node]
            return bool(statuses) and KeyValue(key=key, value=value) in statuses[-1].values

        self.wait_for(said, f"{node} to report {key} = {value}")

    def call(self, service_type: Any, name: str, request: Any) -> Any:
        """Call a service and return its response."""
        client = self.node.create_client(service_type, name)
        self.wait_for(client.service_is_ready, f"service {name}")
        future = client.call_async(request)
        self.wait_for(future.done, f"an answer of {name}")
        return future.result()

    def set_parameter(self, node: str, name: str, value: Any) -> Any:
        """Set one parameter as `ros2 param set` does and return the result."""
        request = SetParameters.Request(parameters=[Parameter(name, value=value).to_parameter_msg()])
        return self.call(SetParameters, f"/{node}/set_parameters", request).results[0]

    def change_state(self, node: str, transition: int) -> bool:
        """Ask a lifecycle node for a transition and return whether it succeeded."""
        request = ChangeState.Request(transition=Transition(id=transition))
        return bool(self.call(ChangeState, f"/{node}/change_state", request).success)

    def stop(self, name: str, number: int = signal.SIGINT, timeout_s: float = 10.0) -> int:
        """Send a signal to a process and return its exit status."""
        self.processes[name].send_signal(number)
        return self.processes[name].wait(timeout=timeout_s)

    def close(self) -> None:
        """End everything; raises if a process had to be killed."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        stuck = []
        for name, process in self.processes.items():
            try:
                process.wait(timeout=10.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                stuck.append(name)
        self._executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)
        assert not stuck, f"did not end within 10 s of SIGTERM: {stuck}"


@contextmanager
def _own_world(directory: Path) -> Iterator[RosWorld]:
    with domain_coordinator.domain_id() as domain_id:
        world = RosWorld(domain_id, directory)
        try:
            yield world
        finally:
            world.close()


@pytest.fixture
def ros(tmp_path: Path) -> Iterator[RosWorld]:
    """A ROS domain nobody else uses."""
    with _own_world(tmp_path) as world:
        yield world


@pytest.fixture(scope="module")
def interface() -> str:
    """How the bridge drives the robot; a module that gives this parameters runs over each of them, in its own world."""
    return "streaming"


@pytest.fixture(scope="module")
def shared_ros(tmp_path_factory: pytest.TempPathFactory, interface: str) -> Iterator[RosWorld]:
    """The same for all tests of a module that leave it as they found it."""
    with _own_world(tmp_path_factory.mktemp("ros")) as world:
        yield world


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real bundle, small: an untrained ResNet-18 and three short demonstrations of random pictures."""
    return write_small_bundle(tmp_path_factory.mktemp("bundle"), seed=0)


def write_small_bundle(directory: Path, seed: int) -> Path:
    """Write a bundle whose encoder and pictures are drawn with `seed`, and return its path."""
    import numpy as np
    import torch
    from safetensors.torch import save_file

    from vinn_training.bank.build import build_bank
    from vinn_training.bank.bundle import write_bundle
    from vinn_training.bank.calibration import calibrate
    from vinn_training.bank.manifest import BundleManifest
    from vinn_training.contracts import Demonstration
    from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, fingerprint, read_weights
    from vinn_training.encoder.backbone import build_backbone
    from vinn_training.encoder.runtime import load_runtime
    from vinn_training.preprocessing import Preprocessing

    torch.manual_seed(seed)
    weights = directory / "encoder.safetensors"
    save_file(build_backbone("resnet18").state_dict(), weights)
    spec = EncoderSpec("resnet18", Preprocessing(size=32))
    encoder = EncoderArtifact(spec, weights, fingerprint(spec, read_weights(weights)))
    rng = np.random.default_rng(seed)
    demonstrations = []
    for name in ("a", "b", "c"):
        images = rng.integers(0, 255, (12, 32, 32, 3), np.uint8)
        directions = rng.normal(size=(12, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        demonstrations.append(
            Demonstration(
                name=name,
                frame_names=tuple(f"{index}.png" for index in range(12)),
                directions=directions.astype(np.float32),
                gripper=rng.random(12).astype(np.float32),
                load_image=images.__getitem__,
            )
        )
    built = build_bank(demonstrations, load_runtime(encoder))
    manifest = BundleManifest(
        encoder_spec=spec,
        encoder_id=encoder.encoder_id,
        bank_id=built.bank.bank_id,
        rows=len(built.bank),
        demonstrations=3,
        calibration=calibrate(built.bank),
    )
    path = directory / "bundle"
    write_bundle(path, built.bank, encoder, built.thumbnails, manifest)
    return path


@pytest.fixture(scope="session")
def authors_video() -> Path:
    """The authors' own door-opening demonstration, where it lies beside the checkout."""
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "door_opening_demo_pov.mp4"
    if not path.exists():
        pytest.skip("the authors' demonstration video is not beside the checkout")
    return path
