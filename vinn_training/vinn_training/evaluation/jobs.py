"""Commands of `vinn` run one after the other or side by side; what is done is remembered and not done again."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from vinn_training.evaluation.job_process import Job, JobProcess
from vinn_training.evaluation.result_files import read_json, write_json
from vinn_training.exceptions import InvalidInput

#: Called with (jobs done, jobs in all, what runs).
Tell = Callable[[int, int, str], None]

_POLL_S = 0.1
#: Lines of its log that say why a job failed.
_LAST_LINES = 8


@dataclass(frozen=True)
class JobTime:
    """What a job took, in all the attempts that this folder saw to their end.

    Attributes:
        name: Of the job.
        wall_s: From start to end.
        cpu_s: Of its processor time, over all its processes.
    """

    name: str
    wall_s: float
    cpu_s: float


class JobRunner:
    """Runs jobs and keeps in `FOLDER/jobs` what is done, and in `FOLDER/logs` what they said.

    Args:
        folder: Of the results.
        environment: Variables added to this process's own.
    """

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self._folder = folder
        self._environment = {**os.environ, **(environment or {})}

    def finished(self, job: Job) -> JobTime | None:
        """Return what a job took that is done, None where it is not, or was done with other arguments."""
        path = self._marker(job)
        if not path.exists():
            return None
        try:
            content = read_json(path)
            if content["arguments"] != list(job.arguments):
                return None
            return JobTime(job.name, float(content["wall_s"]), float(content["cpu_s"]))
        except (InvalidInput, KeyError, TypeError, ValueError):
            return None  # a damaged marker: the job is done again

    def run(self, jobs: Sequence[Job], workers: int, tell: Tell) -> list[JobTime]:
        """Run those of the jobs that are not done, `workers` at a time.

        Returns:
            What each took, in the order of the jobs; those done before with the time they took then.

        Raises:
            InvalidInput: If one fails; the message has the end of its log. The others are ended.
            KeyboardInterrupt: On Ctrl-C or SIGTERM; what runs is ended, and the next call goes on.
        """
        times = {job.name: done for job in jobs if (done := self.finished(job)) is not None}
        waiting = [job for job in jobs if job.name not in times]
        running: list[JobProcess] = []
        with _terminate_as_interrupt():
            try:
                while waiting or running:
                    while waiting and len(running) < workers:
                        running.append(self._start(waiting.pop(0)))
                    tell(len(times), len(jobs), ", ".join(item.job.name for item in running))
                    ended = [item for item in running if item.poll()]
                    for item in ended:
                        running.remove(item)
                        times[item.job.name] = self._finish(item)
                    if not ended:
                        time.sleep(_POLL_S)
            finally:
                for item in running:
                    item.end()
        tell(len(times), len(jobs), "")
        return [times[job.name] for job in jobs]

    def _start(self, job: Job) -> JobProcess:
        log = self._folder / "logs" / f"{job.name}.log"
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            stream = log.open("wb")
        except OSError as error:
            raise InvalidInput(
                f"{log}: cannot be written: {error.strerror or error}; choose another --output"
            ) from error
        return JobProcess(job, log, stream, self._environment)

    def _finish(self, item: JobProcess) -> JobTime:
        job = item.job
        if item.status not in job.accepted:
            lines = item.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_LAST_LINES:]
            raise InvalidInput(
                f"`{job.command}` ended with status {item.status}; its last words ({item.log}):\n  "
                + "\n  ".join(lines or ["none"])
            )
        for path in job.spent:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        took = JobTime(job.name, round(item.wall_s, 2), round(item.cpu_s, 2))
        write_json(self._marker(job), {"arguments": list(job.arguments), "wall_s": took.wall_s, "cpu_s": took.cpu_s})
        return took

    def _marker(self, job: Job) -> Path:
        return self._folder / "jobs" / f"{job.name}.json"


@contextmanager
def _terminate_as_interrupt() -> Iterator[None]:
    """Let SIGTERM act as Ctrl-C, so that jobs do not outlive us; left alone outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
