"""`vinn simulate`: demonstrations by the scripted expert."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from vinn_training.cli.console import progress_bar
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.record import EpisodeSummary, RecordJob, record_dataset
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.scene import Hinges
from vinn_training.sim.scene_sets import SceneSet
from vinn_training.sim.tasks import TaskName, task_named


@dataclass(frozen=True)
class SimulateConfig:
    """What `vinn simulate` takes.

    Attributes:
        output: Folder of the data set (VINN layout). Demonstrations that are there already are kept and not made
            again, so that an interrupted recording goes on where it stopped.
        task: What the robot does: open the door of a cabinet, push a thing into the red circle, or stack the nearer
            thing on the farther one.
        episodes: Number of demonstrations.
        seed: Of the first scene; the others follow.
        scenes: Cabinets or tables to train on, or those kept for testing.
        hinge: Of the doors: right, left, or both (every cabinet with its hinge on the right, then every one on the
            left, in turn). Demonstrations of one side teach that side only.
        workers: Processes that record at the same time.
        picture_px: Width and height of the pictures.
        recording: How the expert moves and is disturbed.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    task: TaskName = "door"
    episodes: int = 72
    seed: int = 0
    scenes: SceneSet = "training"
    hinge: Hinges = "right"
    workers: int = 2
    picture_px: int = 224
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
    camera = CameraConfig(width_px=config.picture_px, height_px=config.picture_px)
    job = RecordJob(config.output, config.scenes, config.recording, camera, config.task, config.hinge)
    seeds = range(config.seed, config.seed + config.episodes)
    done: list[EpisodeSummary] = []
    with progress_bar("recording demonstrations") as report:
        report(0, len(seeds), "")
        for summary in record_dataset(job, seeds, config.workers):
            done.append(summary)
            report(len(done), len(seeds), summary.name)
    failed = [summary for summary in done if not summary.frames and not summary.skipped]
    kept = sum(summary.skipped for summary in done)
    attempts = sum(summary.attempts for summary in done)
    recorded = len(done) - len(failed) - kept
    for summary in failed:
        print(f"seed {summary.seed}: no demonstration: {summary.name}")
    print(
        f"{config.output}: {recorded} demonstrations recorded, "
        f"{sum(summary.frames for summary in done)} frames; {kept} were there already; {len(failed)} failed"
    )
    if attempts:
        goal = task_named(config.task).goal
        print(f"{config.task}: {recorded} of the expert's {attempts} attempts succeeded ({goal})")
    return 1 if failed else 0
