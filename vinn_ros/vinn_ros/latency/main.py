"""`ros2 run vinn_ros latency`: latencies from the camera to the commands, live. Ctrl-C ends it."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import rclpy
import tyro
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args
from rich.console import Console
from rich.live import Live

from vinn_ros.latency.node import LatencyNode
from vinn_ros.latency.report import LatencyReport
from vinn_ros.stop_request import StopRequest
from vinn_ros.transport import use_profile
from vinn_training.durable_files import replace_file

EXIT_NOTHING_SEEN = 1
EXIT_MISTAKE = 2
_REFRESH_S = 0.5


@dataclass(frozen=True)
class LatencyConfig:
    """Show how long each camera frame takes to its embedding, action and command.

    Topics are remapped as of any node: `--ros-args -r image_raw:=/wrist/image`.

    Attributes:
        window_s: Percentiles are of the frames of the last so many seconds.
        duration_s: End after so many seconds; 0 goes on until Ctrl-C.
        transport: Whose images are watched for count and bandwidth: image_raw, image_raw/compressed, or none.
        output: JSON file for the last figures.
    """

    window_s: float = 10.0
    duration_s: float = 0.0
    transport: Literal["raw", "compressed", "none"] = "raw"
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None

    def problem(self) -> str | None:
        """Return what cannot be used, or None."""
        if not 0.1 <= self.window_s <= 3600.0:
            return f"--window-s is {self.window_s:g}; expected 0.1 to 3600 seconds"
        if not 0.0 <= self.duration_s < float("inf"):
            return f"--duration-s is {self.duration_s:g}; expected 0 (until Ctrl-C) or more"
        if self.output is not None and (self.output.is_dir() or not self.output.absolute().parent.is_dir()):
            return f"--output is '{self.output}'; expected a file in a folder that exists"
        return None


def current_report(node: LatencyNode, begin_ns: int = 0, end_ns: int | None = None) -> LatencyReport:
    """Return what a node knows of the frames with a stamp in [begin, end)."""
    ledger = node.ledger
    return LatencyReport(
        hops=ledger.summaries(begin_ns, end_ns),
        fates=ledger.action_fates(begin_ns, end_ns),
        counts=node.counts(),
        bandwidth=node.bandwidth.summary(),
        moves=node.moves,
        stops=node.stops,
    )


def watch(node: LatencyNode, executor: SingleThreadedExecutor, config: LatencyConfig, stop: StopRequest) -> None:
    """Show the figures until the time is over or `stop` is set; a table in a terminal, silent elsewhere."""
    console = Console()
    begin_s = shown_s = time.monotonic()
    live = Live(current_report(node).table("waiting"), console=console, auto_refresh=False, transient=True)
    with live:
        while not stop.is_set():
            executor.spin_once(timeout_sec=0.1)
            now_s = time.monotonic()
            if config.duration_s and now_s - begin_s >= config.duration_s:
                return
            if console.is_terminal and now_s - shown_s >= _REFRESH_S:
                live.update(current_report(node).table(f"last {config.window_s:g} s"), refresh=True)
                shown_s = now_s


def run(config: LatencyConfig, stop: StopRequest) -> int:
    """Watch, print and write; return the exit status: 0 if a frame was seen."""
    use_profile()
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    executor = SingleThreadedExecutor()
    node = LatencyNode(config.transport, config.window_s)
    executor.add_node(node)
    try:
        watch(node, executor, config, stop)
        report = current_report(node)
    finally:
        executor.shutdown(timeout_sec=1.0)
        node.destroy_node()
        rclpy.try_shutdown()
    Console().print(report.table(f"last {config.window_s:g} s"))
    if config.output is not None:
        content = {"window_s": config.window_s, **report.to_dict()}
        replace_file(config.output, (json.dumps(content, indent=2) + "\n").encode())
    return 0 if report.hops else EXIT_NOTHING_SEEN


def main() -> int:
    """Entry point of `ros2 run vinn_ros latency`."""
    config = tyro.cli(LatencyConfig, prog="latency", args=remove_ros_args(sys.argv)[1:])
    problem = config.problem()
    if problem is not None:
        print(f"latency: {problem}", file=sys.stderr)
        return EXIT_MISTAKE
    stop = StopRequest()
    stop.install()
    stop.at_once = False
    return run(config, stop)


if __name__ == "__main__":
    sys.exit(main())
