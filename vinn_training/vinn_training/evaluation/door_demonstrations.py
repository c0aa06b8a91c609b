"""Demonstrations of doors with hinges on either side, by the scripted expert: what Tables I and II learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.cabinets import TRAINING_CABINETS
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.door_task import DoorTask
from vinn_training.sim.episode_recording import RecordedEpisode, record_episode
from vinn_training.sim.record import EpisodeSummary, RecordJob
from vinn_training.sim.scene import SceneConfig, training_scene

_ATTEMPTS = 5


def demonstration_scene(seed: int) -> SceneConfig:
    """Return the scene of a demonstration: all training cabinets in turn, with hinges on the right, then on the left.

    Raises:
        InvalidInput: If the seed is negative.
    """
    scene = training_scene(seed)
    return replace(scene, hinge_side="left") if seed // len(TRAINING_CABINETS) % 2 else scene


def record_doors(root: Path, episodes: int) -> Iterator[EpisodeSummary]:
    """Record one demonstration a seed, from 0 on. Those already in the folder are left as they are.

    Args:
        root: Folder of the data set.
        episodes: How many.

    Yields:
        A summary as each episode ends, in order.

    Raises:
        InvalidInput: If there is none to record, or the folder holds another data set.
        SimulationError: If the simulation cannot run at all.
    """
    if episodes < 1:
        raise InvalidInput(f"demonstrations is {episodes}; expected one or more")
    job = RecordJob(root)
    info = replace(job.info(), source=f"{job.info().source}, hinges on the right and on the left in turn")
    writer = VinnDatasetWriter(root, info)
    loop: ClosedLoop | None = None
    try:
        for seed in range(episodes):
            scene = demonstration_scene(seed)
            name = f"seed_{seed:05d}_{scene.cabinet}_{scene.hinge_side}"
            if (root / name).exists():
                yield EpisodeSummary(seed, name, 0, skipped=True)
                continue
            if loop is None:
                loop = ClosedLoop(DoorTask().simulation(scene, job.camera))
            attempts, episode = _record(loop, scene, seed, job)
            if episode is None:
                why = f"the expert failed {_ATTEMPTS} times in scene {scene.name}"
                yield EpisodeSummary(seed, why, 0, skipped=False, attempts=attempts)
                continue
            made = Demonstration.from_images(name, episode.images, episode.directions, episode.gripper)
            writer.write(replace(made, lengths=episode.lengths_m), info.source)
            yield EpisodeSummary(seed, name, len(episode.images), skipped=False, attempts=attempts)
    finally:
        if loop is not None:
            loop.sim.close()


def _record(loop: ClosedLoop, scene: SceneConfig, seed: int, job: RecordJob) -> tuple[int, RecordedEpisode | None]:
    """Return how often the expert tried, and what came of it; None where it failed every time."""
    for attempt in range(_ATTEMPTS):
        loop.reset(scene)
        try:
            episode = record_episode(loop, DoorTask(), np.random.default_rng([seed, attempt]), job.recording)
        except SimulationError as error:
            if "diverged" not in str(error):
                raise
            continue
        if episode.success:
            return attempt + 1, episode
    return _ATTEMPTS, None
