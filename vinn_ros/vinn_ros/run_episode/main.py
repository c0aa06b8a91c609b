"""`ros2 run vinn_ros run_episode`: one episode on a running bridge, watched from a terminal. Ctrl-C cancels it."""

from __future__ import annotations

import math
import sys
import threading
import time
from dataclasses import dataclass

import rclpy
import tyro
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from vinn_msgs.action import RunEpisode
from vinn_ros.run_episode.client import EpisodeClient, EpisodeOutcome
from vinn_ros.run_episode.printer import Printer
from vinn_ros.stop_request import StopRequest
from vinn_ros.transport import use_profile

EXIT_NOT_CARRIED_OUT = 1
EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130
#: After Ctrl-C the bridge stops the robot at once; its answer is waited for this long.
_CANCEL_S = 5.0


@dataclass(frozen=True)
class RunEpisodeConfig:
    """Run one episode of the policy on the robot; the bridge, perception and policy run already.

    Attributes:
        start_pose: Go to the start pose first (the bridge's start_pose parameters).
        offset_range_m: The start is moved sideways by up to this, either way; negative: the bridge's start_offset_m.
        seed: Draws the sideways offset.
        max_steps: End after this many motions; 0: the bridge's episode_max_steps.
        max_time_s: End after this many seconds; 0: the bridge's episode_max_time_s.
        bridge: Name of the bridge's node.
        wait_s: How long to wait for the bridge to appear.
    """

    start_pose: bool = True
    offset_range_m: float = -1.0
    seed: int = 0
    max_steps: int = 0
    max_time_s: float = 0.0
    bridge: str = "stretch_bridge"
    wait_s: float = 10.0

    def problem(self) -> str | None:
        """Return what cannot be sent, or None."""
        for name, value, high in (("seed", self.seed, 2**32 - 1), ("max-steps", self.max_steps, 2**32 - 1)):
            if not 0 <= value <= high:
                return f"--{name} is {value}; expected a whole number from 0 to {high}"
        return None

    def goal(self) -> RunEpisode.Goal:
        """Return what the bridge is asked for."""
        return RunEpisode.Goal(
            go_to_start_pose=self.start_pose,
            lateral_offset_range_m=self.offset_range_m,
            seed=self.seed,
            max_steps=self.max_steps,
            max_time_s=self.max_time_s,
        )


def run(config: RunEpisodeConfig, stop: threading.Event | StopRequest) -> int:
    """Run an episode and return the exit status: 0 if it was carried out."""
    use_profile()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    executor = SingleThreadedExecutor()
    node = Node("run_episode")
    executor.add_node(node)
    client = EpisodeClient(node, config.bridge, Printer().show)
    try:
        return _follow(config, client, executor, stop)
    finally:
        client.close()
        executor.shutdown(timeout_sec=1.0)
        node.destroy_node()
        rclpy.try_shutdown()


def _follow(
    config: RunEpisodeConfig,
    client: EpisodeClient,
    executor: SingleThreadedExecutor,
    stop: threading.Event | StopRequest,
) -> int:
    deadline_s = time.monotonic() + config.wait_s
    while not client.bridge_is_there():
        executor.spin_once(timeout_sec=0.1)
        if stop.is_set():
            return EXIT_INTERRUPTED
        if time.monotonic() > deadline_s:
            print(
                f"no bridge offers /{config.bridge}/run_episode after {config.wait_s:g} s; start one (`ros2 launch "
                "vinn_ros door_opening.launch.py ...`), or check --bridge and ROS_DOMAIN_ID",
                file=sys.stderr,
            )
            return EXIT_REFUSED
    client.send(config.goal())
    give_up_s = math.inf
    while client.poll() is None and time.monotonic() < give_up_s:
        executor.spin_once(timeout_sec=0.1)
        if stop.is_set() and give_up_s == math.inf:
            print("canceling", flush=True)
            client.cancel()
            give_up_s = time.monotonic() + _CANCEL_S
    if client.outcome is None:
        print(f"{config.bridge} did not answer to the cancel within {_CANCEL_S:g} s: see to the robot", file=sys.stderr)
        return EXIT_INTERRUPTED
    return report(client.outcome)


def report(outcome: EpisodeOutcome) -> int:
    """Print how it ended and return the exit status: 0 if it was carried out, whatever became of the task."""
    if outcome.ending == "refused":
        print(f"refused: {outcome.reason}", file=sys.stderr)
        return EXIT_REFUSED
    offset = f", start offset {outcome.start_offset_m:+.3f} m" if outcome.start_offset_m else ""
    print(f"{outcome.ending} after {outcome.steps} steps, {outcome.time_s:.1f} s{offset}: {outcome.reason}")
    if outcome.ending == "canceled":
        return EXIT_INTERRUPTED
    return 0 if outcome.ending == "succeeded" else EXIT_NOT_CARRIED_OUT


def main() -> int:
    """Entry point of `ros2 run vinn_ros run_episode`."""
    config = tyro.cli(RunEpisodeConfig, prog="run_episode", args=remove_ros_args(sys.argv)[1:])
    problem = config.problem()
    if problem is not None:
        print(problem, file=sys.stderr)
        return EXIT_REFUSED
    stop = StopRequest()
    stop.install()
    stop.at_once = False
    return run(config, stop)


if __name__ == "__main__":
    sys.exit(main())
