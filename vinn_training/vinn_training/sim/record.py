"""Records a data set of demonstrations, several episodes at a time."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.episode_recording import record_episode
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.scene import Hinges
from vinn_training.sim.scene_sets import SceneSet
from vinn_training.sim.tasks import TaskName, task_named

_ATTEMPTS = 5


class EpisodeSummary(NamedTuple):
    """What became of one episode.

    Attributes:
        seed: Seed of its scene.
        name: Name of the demonstration, or why there is none.
        frames: Number of frames written; zero if the expert failed.
        skipped: It was there already.
        attempts: How often the expert tried; all but the last one failed, or all where there are no frames.
    """

    seed: int
    name: str
    frames: int
    skipped: bool
    attempts: int = 0


@dataclass(frozen=True)
class RecordJob:
    """What to record; everything a worker process needs.

    Attributes:
        root: Folder of the data set.
        scenes: Which cabinets or tables.
        recording: How.
        camera: The wrist camera.
        task: Name of a task.
        hinge: Of the doors.

    Raises:
        InvalidInput: If there is no such task or set of scenes, or a hinge was chosen for a task without a door.
    """

    root: Path
    scenes: SceneSet = "training"
    recording: RecordingConfig = field(default_factory=RecordingConfig)
    camera: CameraConfig = field(default_factory=CameraConfig)
    task: TaskName = "door"
    hinge: Hinges = "right"

    def __post_init__(self) -> None:
        task = task_named(self.task, self.hinge)
        task.scene(self.scenes, 0)

    def info(self) -> DatasetInfo:
        """Return what the data set's numbers mean."""
        command = f"vinn simulate --task {self.task} --scenes {self.scenes}"
        if self.hinge != "right":
            command += f" --hinge {self.hinge}"
        step = f"steps of {task_named(self.task).expert(self.recording).step_m} m"
        noise = f"noise {self.recording.approach_noise_m} m and {self.recording.pull_noise_m} m"
        picture = f"pictures of {self.camera.width_px}x{self.camera.height_px}"
        source = f"{command} (simulated Stretch, scripted expert, {step}, {noise}, {picture})"
        return DatasetInfo(source=source, length_unit="m")


def record_dataset(job: RecordJob, seeds: range, workers: int = 2) -> Iterator[EpisodeSummary]:
    """Record one demonstration per seed. Those already in the folder are left as they are.

    Args:
        job: What to record.
        seeds: Seeds of the scenes.
        workers: Number of processes; 1 records in this one.

    Yields:
        A summary as each episode ends, in no particular order.

    Raises:
        InvalidInput: If the number of workers is not positive or the folder holds another data set.
        SimulationError: If the simulation cannot run at all.
    """
    if workers < 1:
        raise InvalidInput(f"workers is {workers}; expected one or more")
    VinnDatasetWriter(job.root, job.info())
    if workers == 1 or len(seeds) < 2:
        with _Recorder(job) as recorder:
            for seed in seeds:
                yield recorder.record(seed)
        return
    with _worker_pool(job, min(workers, len(seeds))) as pool:
        with _no_interrupt():
            futures = [pool.submit(_record_in_worker, seed) for seed in seeds]
        for future in as_completed(futures):
            yield future.result()


class _Recorder:
    """One simulation and controller, used for one episode after the other."""

    def __init__(self, job: RecordJob) -> None:
        self._job = job
        self._task = task_named(job.task, job.hinge)
        self._writer = VinnDatasetWriter(job.root, job.info())
        self._loop: ClosedLoop | None = None

    def __enter__(self) -> _Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None:
            self._loop.sim.close()

    def record(self, seed: int) -> EpisodeSummary:
        """Record one episode; an expert that fails may try again with other disturbances."""
        scene = self._task.scene(self._job.scenes, seed)
        name = f"seed_{seed:05d}_{self._task.label(scene)}"
        if (self._job.root / name).exists():
            return EpisodeSummary(seed, name, 0, skipped=True)
        for attempt in range(_ATTEMPTS):
            if self._loop is None:
                self._loop = ClosedLoop(self._task.simulation(scene, self._job.camera))
            else:
                self._loop.reset(scene)
            try:
                rng = np.random.default_rng([seed, attempt])
                episode = record_episode(self._loop, self._task, rng, self._job.recording)
            except SimulationError as error:
                if "diverged" not in str(error):
                    raise
                continue
            if episode.success:
                made = Demonstration.from_images(name, episode.images, episode.directions, episode.gripper)
                self._writer.write(replace(made, lengths=episode.lengths_m), self._job.info().source)
                return EpisodeSummary(seed, name, len(episode.images), skipped=False, attempts=attempt + 1)
        why = f"the expert failed {_ATTEMPTS} times in scene {scene.name}"
        return EpisodeSummary(seed, why, 0, skipped=False, attempts=_ATTEMPTS)


_recorder: _Recorder | None = None  # of a worker process


def _start_worker(job: RecordJob) -> None:
    global _recorder
    _recorder = _Recorder(job)


def _record_in_worker(seed: int) -> EpisodeSummary:
    assert _recorder is not None, "started by _start_worker"
    return _recorder.record(seed)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Put off Ctrl-C: here until the end of the block, and for good in processes that are started in it.

    It reaches every process of a terminal, and the first one decides what it means.
    """
    put_off: list[int] = []
    main_thread = threading.current_thread() is threading.main_thread()
    # The mask is what the new processes inherit; here another thread may still be given the signal.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.signal(signal.SIGINT, lambda number, frame: put_off.append(number)) if main_thread else None
    try:
        yield
    finally:
        if main_thread:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    if put_off:
        raise KeyboardInterrupt


@contextmanager
def _worker_pool(job: RecordJob, workers: int) -> Iterator[ProcessPoolExecutor]:
    # Not forked: OpenGL and its threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(job,))
    try:
        yield pool
    except BaseException:
        # Nobody waits for what the workers have begun; a demonstration is there whole or not at all.
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
