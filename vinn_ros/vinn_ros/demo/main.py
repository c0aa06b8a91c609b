"""`make demo`: from nothing to an open door, in simulation, through real ROS 2 nodes."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from vinn_ros.demo.episode import FILM_RATE_HZ, EpisodeConfig, run_episode
from vinn_ros.demo.film import write_film
from vinn_ros.demo.monitor import EpisodeLog
from vinn_ros.demo.report import print_report, result
from vinn_ros.demo.stages import StageConfig, make_bundle
from vinn_ros.stretch_sim.core import choose_scene
from vinn_training.bank.bundle import load_bundle
from vinn_training.cli.console import progress_bar, set_up_logging
from vinn_training.durable_files import replace_file
from vinn_training.exceptions import VinnError

EXIT_DOOR_SHUT = 1
EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class DemoConfig:
    """Open a door with VINN, from demonstrations to motion.

    Attributes:
        stages: Demonstrations, encoder and bundle.
        scene_seed: Of the episode's scene: cabinet, light, textures, start.
        cabinets: training or held-out.
        fresh: Remove what an earlier run left and start over.
    """

    stages: Annotated[StageConfig, tyro.conf.arg(name="")] = field(default_factory=StageConfig)
    scene_seed: int = 1000
    cabinets: str = "training"
    fresh: bool = False


def run(config: DemoConfig, console: Console) -> int:
    """Run the demo and return the exit status: 0 if the door is open.

    Raises:
        VinnError: If a stage or a node cannot do its work.
    """
    started_s = time.monotonic()
    output = config.stages.output
    if config.fresh:
        shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True, exist_ok=True)
    bundle_path = make_bundle(config.stages, lambda text: console.print(f"[bold]{escape(text)}"))
    episode = EpisodeConfig(scene_seed=config.scene_seed, cabinets=config.cabinets)
    console.print("[bold]one episode: perception, policy, bridge and simulator as processes, over DDS")
    stop_requested = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop_requested.set())
    log = _run_with_progress(config, episode, bundle_path, console, stop_requested)
    if stop_requested.is_set():
        console.print("interrupted")
        return EXIT_INTERRUPTED
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    video = output / "episode.mp4"
    scene = choose_scene(config.cabinets, config.scene_seed, None, "none")
    with progress_bar("drawing the video") as report:
        write_film(
            log, load_bundle(bundle_path), scene, video, FILM_RATE_HZ, lambda done, total: report(done, total, "")
        )
    success = log.door_angle_deg >= episode.success_angle_deg
    wall_s = time.monotonic() - started_s
    content = result(log, success, config.scene_seed, wall_s, bundle_path, video)
    replace_file(output / "result.json", (json.dumps(content, indent=2) + "\n").encode())
    print_report(console, log, content)
    console.print(f"video {video}, result {output / 'result.json'}, node output {output / 'logs'}")
    if not success:
        console.print(f"[bold red]the door is not open[/]: {episode.success_angle_deg:.0f} degrees were expected")
        return EXIT_DOOR_SHUT
    console.print(f"[bold green]the door is open[/] ({wall_s:.0f} s in all)")
    return 0


def _run_with_progress(
    config: DemoConfig, episode: EpisodeConfig, bundle_path: Path, console: Console, stop_requested: threading.Event
) -> EpisodeLog:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("door", total=episode.success_angle_deg, text="nodes are starting")

        def show(log: EpisodeLog) -> None:
            text = f"step {len(log.steps)}, {log.door_angle_deg:.0f} degrees"
            progress.update(task, completed=min(log.door_angle_deg, episode.success_angle_deg), text=text)

        return run_episode(bundle_path, config.stages.output, episode, stop_requested, show)


def main() -> int:
    """Entry point of `make demo`."""
    console = Console()
    set_up_logging()
    config = tyro.cli(DemoConfig, prog="make demo")
    try:
        return run(config, console)
    except VinnError as error:
        console.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        console.print("interrupted; run it again to go on")
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
