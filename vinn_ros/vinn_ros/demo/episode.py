"""Runs one episode: the whole graph as separate processes over DDS, and a client of the bridge's RunEpisode."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import rclpy
import yaml
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from std_srvs.srv import Trigger

from vinn_msgs.action import RunEpisode
from vinn_ros.bringup import Bringup
from vinn_ros.demo.monitor import EpisodeLog, EpisodeMonitor
from vinn_ros.graph import door_opening_graph
from vinn_ros.own_domain import own_domain
from vinn_ros.run_episode.client import EpisodeClient
from vinn_ros.transport import use_profile

FILM_RATE_HZ = 6
#: Kept for the film after the door is open, so that the video does not end on the very instant.
LINGER_S = 1.5


@dataclass(frozen=True)
class EpisodeConfig:
    """What to run.

    Attributes:
        scene_seed: Draws cabinet, light, textures and start.
        cabinets: "training" or "held-out".
        success_angle_deg: Hinge angle at which the door counts as open.
        max_steps: Motions after which the episode ends.
        start_timeout_s: Time for the nodes to start, until the policy answers.
        timeout_s: Time for the episode.
        max_hold_s: The episode ends when the robot is held for this long: a slow machine may take its time.
    """

    scene_seed: int = 0
    cabinets: str = "training"
    success_angle_deg: float = 30.0
    max_steps: int = 40
    start_timeout_s: float = 60.0
    timeout_s: float = 90.0
    max_hold_s: float = 30.0


def run_episode(
    bundle: Path,
    output: Path,
    config: EpisodeConfig,
    stop_requested: threading.Event,
    on_step: Callable[[EpisodeLog], None] | None = None,
) -> EpisodeLog:
    """Run one episode and return its log.

    Args:
        bundle: Directory of encoder and bank.
        output: Directory for the parameters used and the nodes' output (`logs/`).
        config: What to run.
        stop_requested: Set it to end the episode early.
        on_step: Called after each motion.

    Raises:
        VinnError: If a node cannot start.
    """
    logs = output / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    for log in logs.glob("*.log"):
        log.unlink()
    parameters = output / "episode.yaml"
    scene = {"scene_seed": config.scene_seed, "cabinets": config.cabinets}
    # The robot moves in the episode alone.
    bridge = {"enabled_on_start": False, "episode_max_hold_s": config.max_hold_s}
    nodes = {"stretch_sim": scene, "stretch_bridge": bridge}
    content = {f"/**/{name}": {"ros__parameters": values} for name, values in nodes.items()}
    parameters.write_text(yaml.safe_dump(content))
    graph = door_opening_graph({"sim": "true", "bundle": str(bundle), "params_file": str(parameters)})
    use_profile()
    with own_domain(), Bringup(graph, logs) as bringup:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
        executor = SingleThreadedExecutor()
        monitor = EpisodeMonitor(FILM_RATE_HZ)
        executor.add_node(monitor)
        try:
            _watch(monitor, executor, bringup, config, stop_requested, on_step)
        finally:
            executor.shutdown(timeout_sec=1.0)
            monitor.destroy_node()
            rclpy.try_shutdown()
    return monitor.log


def _watch(
    monitor: EpisodeMonitor,
    executor: SingleThreadedExecutor,
    bringup: Bringup,
    config: EpisodeConfig,
    stop_requested: threading.Event,
    on_step: Callable[[EpisodeLog], None] | None,
) -> None:
    """Ask the bridge for the episode, and tell it when the door is open."""
    client = EpisodeClient(monitor)
    end_episode = monitor.create_client(Trigger, "stretch_bridge/end_episode")
    log = monitor.log

    def spin() -> None:
        executor.spin_once(timeout_sec=0.05)
        bringup.poll()

    deadline_s = time.monotonic() + config.start_timeout_s
    while not (monitor.is_ready and client.bridge_is_there() and end_episode.service_is_ready()):
        if stop_requested.is_set() or time.monotonic() > deadline_s:
            return
        spin()
    # The simulator has placed the robot at the scene's own start.
    client.send(
        RunEpisode.Goal(go_to_start_pose=False, max_steps=config.max_steps, max_time_s=config.timeout_s),
    )
    steps, is_open = 0, False
    while client.poll() is None and not stop_requested.is_set():
        spin()
        if len(log.steps) > steps:
            steps = len(log.steps)
            if on_step is not None:
                on_step(log)
        if log.door_angle_deg >= config.success_angle_deg and not is_open:
            is_open = True
            end_episode.call_async(Trigger.Request())
    if stop_requested.is_set():
        client.cancel()
    deadline_s = time.monotonic() + LINGER_S
    while time.monotonic() < deadline_s and not (stop_requested.is_set() and client.poll() is not None):
        spin()
    log.outcome = client.outcome
    client.close()
