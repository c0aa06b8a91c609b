"""`make bench`: encode and search beside their peers, and image to command over DDS, in one run."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tyro
from rich.console import Console
from rich.markup import escape

from vinn_ros.demo.episode import EpisodeConfig, run_episode
from vinn_ros.demo.monitor import EpisodeLog
from vinn_ros.demo.stages import StageConfig, make_bundle
from vinn_training.cli import bench
from vinn_training.cli.console import set_up_logging
from vinn_training.evaluation.benchmark import Row
from vinn_training.exceptions import SimulationError, VinnError


@dataclass(frozen=True)
class BenchConfig:
    """Measure encode, search and image to command on this machine.

    Attributes:
        output: Folder for bench.json and bench.md.
        stages: The bundle to run with; that of `make demo` by default, made if it is not there.
        episodes: Simulated episodes in which commands are timed.
    """

    output: Path = Path("runs/bench")
    stages: StageConfig = field(default_factory=StageConfig)
    episodes: int = 6


def image_to_command_row(bundle: Path, output: Path, episodes: int, console: Console) -> Row:
    """Time image stamp to command, with every node a process of its own, over DDS.

    Args:
        bundle: Encoder and bank.
        output: Folder for the nodes' output.
        episodes: Episodes to run.
        console: Told of each episode.

    Raises:
        SimulationError: If no command was sent.
        VinnError: If a node cannot start.
    """
    latencies_ms: list[float] = []
    for episode in range(episodes):
        console.print(f"measuring image_to_command, episode {episode + 1} of {episodes}")
        config = EpisodeConfig(scene_seed=2000 + episode, success_angle_deg=180.0)
        log: EpisodeLog = run_episode(bundle, output / "image_to_command", config, threading.Event())
        latencies_ms += log.latency_ms
    if not latencies_ms:
        raise SimulationError(f"no command was sent in {episodes} episodes; see {output / 'image_to_command' / 'logs'}")
    p10, p50, p90, p99 = (round(float(value), 1) for value in np.percentile(latencies_ms, [10, 50, 90, 99]))
    return Row(
        row="image_to_command",
        ours={"p50": p50, "p99": p99},
        peer=None,
        peer_name="",
        ratio=None,
        unit="ms",
        repetitions=len(latencies_ms),
        spread={"ours": [p10, p90]},
    )


def main() -> int:
    """Entry point of `make bench`."""
    console = Console(stderr=True)
    set_up_logging()
    config = tyro.cli(BenchConfig, prog="make bench")
    try:
        bundle = make_bundle(config.stages, lambda text: console.print(escape(text)))
        rows = bench.measure()
        rows.append(image_to_command_row(bundle, config.output, config.episodes, console))
        bench.write(rows, config.output)
    except VinnError as error:
        console.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
        return 2
    except KeyboardInterrupt:
        console.print("interrupted")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
