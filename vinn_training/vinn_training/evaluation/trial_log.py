"""Every trial on disk as it begins and ends, so that a killed command goes on and loses nothing."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from vinn_training.evaluation.policies import EpisodePolicy
from vinn_training.evaluation.trial_scenes import TrialsConfig
from vinn_training.evaluation.trials import Trial, run_trials
from vinn_training.exceptions import InvalidInput
from vinn_training.folder_lock import FolderLock

LOG_FILE = "trials.jsonl"


class TrialLog:
    """One line when a trial begins and one when it ends, each waited for until it is on disk.

    A trial that began and did not end was aborted: it is run again (scene, start and the policy's draws follow from
    its seed, so that nothing else can come of it) and says how often that happened.

    Args:
        folder: Gets `trials.jsonl`; made where missing.
        settings: Plain JSON types that decide about outcomes; trials of other settings are not gone on with.
        fresh: Start over.

    Attributes:
        done: Trials that ended, by seed.

    Raises:
        InvalidInput: If the folder cannot be written, another process writes there, its log is damaged, or it holds
            trials of other settings.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], fresh: bool = False) -> None:
        self._path = folder / LOG_FILE
        self.done: dict[int, Trial] = {}
        self._begun: Counter[int] = Counter()
        with ExitStack() as held:
            held.enter_context(FolderLock(folder, "`vinn trials`"))
            self._stream = held.enter_context(self._open(fresh))
            self._read(json.loads(json.dumps(settings)))
            self._held = held.pop_all()

    def __enter__(self) -> TrialLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def begin(self, seed: int) -> None:
        """Write down that a trial begins."""
        self._begun[seed] += 1
        self._write({"begun": seed})

    def end(self, trial: Trial) -> None:
        """Write down what became of a trial."""
        trial = trial._replace(aborted=self._begun[trial.seed] - 1)
        self._write({"trial": trial.to_dict()})
        self.done[trial.seed] = trial

    def _open(self, fresh: bool) -> IO[bytes]:
        try:
            stream = self._path.open("a+b")
        except OSError as error:
            raise InvalidInput(
                f"{self._path}: cannot be written: {error.strerror or error}; choose another --output"
            ) from error
        if fresh:
            stream.truncate(0)
        return stream

    def _read(self, settings: dict[str, Any]) -> None:
        self._stream.seek(0)
        content = self._stream.read()
        whole, newline, cut = content.rpartition(b"\n")
        if cut:  # the last line was being written when the process died
            self._stream.truncate(len(whole) + len(newline))
        lines = whole.split(b"\n") if whole else []
        if not lines:
            self._write({"settings": settings})
            return
        before = self._parse(lines[0], 1).get("settings", {})
        if before != settings:
            changed = [name for name in {**before, **settings} if before.get(name) != settings.get(name)]
            told = "; ".join(f"{name} was {before.get(name)!r}, is {settings.get(name)!r}" for name in changed)
            raise InvalidInput(
                f"{self._path}: holds trials of other settings: {told}; expected the same: choose another --output, "
                "or --fresh to start over"
            )
        for number, line in enumerate(lines[1:], start=2):
            event = self._parse(line, number)
            if "begun" in event:
                self._begun[int(event["begun"])] += 1
            else:
                trial = Trial.from_dict(event.get("trial", {}))
                self.done[trial.seed] = trial

    def _parse(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            event = json.loads(line)
        except ValueError as error:
            raise InvalidInput(
                f"{self._path}, line {number}: damaged ({error}); restore the file, or start over with --fresh"
            ) from error
        if not isinstance(event, dict):
            raise InvalidInput(
                f"{self._path}, line {number}: is {event!r}; expected an object: start over with --fresh"
            )
        return event

    def _write(self, event: Mapping[str, Any]) -> None:
        self._stream.write(json.dumps(event).encode() + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())


def run_logged(
    policy: Callable[[], EpisodePolicy],
    config: TrialsConfig,
    log: TrialLog,
    tell: Callable[[Trial], None] | None = None,
) -> list[Trial]:
    """Run those trials that the log does not hold, and return all in order.

    Args:
        policy: Returns the policy; not called where nothing is left to do.
        config: Which trials.
        log: Of these settings.
        tell: Called with each trial as it ends.

    Raises:
        SimulationError: If the simulation cannot start.
    """
    left = [seed for seed in config.seeds if seed not in log.done]
    for trial in run_trials(policy(), config, left, log.begin) if left else ():
        log.end(trial)
        if tell is not None:
            tell(log.done[trial.seed])
    return [log.done[seed] for seed in config.seeds]
