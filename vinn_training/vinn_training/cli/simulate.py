"""`vinn simulate`: demonstrations by the scripted expert."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import tyro

from vinn_training.cli.console import progress_bar
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.episode_recording import RecordingConfig
from vinn_training.sim.record import EpisodeSummary, RecordJob, record_dataset


@dataclass(frozen=True)
class SimulateConfig:
    """What `vinn simulate` takes.

    Attributes:
        output: Folder of the data set (VINN layout). Demonstrations that are there already are kept and not made
            again, so that an interrupted recording goes on where it stopped.
        episodes: Number of demonstrations.
        seed: Of the first scene; the others follow.
        scenes: Cabinets to train on, or those kept for testing.
        workers: Processes that record at the same time.
        recording: How the expert moves and is disturbed.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    episodes: int = 72
    seed: int = 0
    scenes: Literal["training", "held-out"] = "training"
    workers: int = 2
    recording: RecordingConfig = field(default_factory=RecordingConfig)


def run(config: SimulateConfig) -> int:
    """Record and return the exit status: 0, or 1 if the expert failed in some scene.

    Raises:
        VinnError: If the folder cannot be used or the simulation cannot run.
    """
    if config.episodes < 1 or config.seed < 0:
        raise InvalidInput(
            f"episodes is {config.episodes} and seed {config.seed}; expected one or more, and zero or more"
        )
    job = RecordJob(config.output, config.scenes, config.recording)
    seeds = range(config.seed, config.seed + config.episodes)
    done: list[EpisodeSummary] = []
    with progress_bar("recording demonstrations") as report:
        report(0, len(seeds), "")
        for summary in record_dataset(job, seeds, config.workers):
            done.append(summary)
            report(len(done), len(seeds), summary.name)
    failed = [summary for summary in done if not summary.frames and not summary.skipped]
    kept = sum(summary.skipped for summary in done)
    for summary in failed:
        print(f"seed {summary.seed}: no demonstration: {summary.name}")
    print(
        f"{config.output}: {len(done) - len(failed) - kept} demonstrations recorded, "
        f"{sum(summary.frames for summary in done)} frames; {kept} were there already; {len(failed)} failed"
    )
    return 1 if failed else 0
