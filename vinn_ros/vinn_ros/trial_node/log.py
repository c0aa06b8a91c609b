"""The trials of one condition on disk: a line when a trial begins, a line when it ends. No ROS.

A trial whose second line is missing was cut short by the end of its process, and is counted as aborted.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from vinn_ros.trial_node.record import TrialRecord, from_line, to_line
from vinn_training.durable_files import sync_folder
from vinn_training.exceptions import InvalidInput

LOG_FILE = "trials.jsonl"
CUT_SHORT = "the trial node ended in the middle of the trial"


class TrialLog:
    """Reads what there is, closes what was cut short, and appends.

    Args:
        folder: Made where missing.

    Raises:
        InvalidInput: If the folder cannot be written, or its trials cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / LOG_FILE
        self.records: list[TrialRecord] = []
        self.recovered: TrialRecord | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._open()
        except OSError as error:
            raise InvalidInput(f"{folder}: {error.strerror or error}; expected a folder that can be written") from error
        last = self.running
        if last is not None:
            self.recovered = self.end(replace(last, state="aborted", reason=CUT_SHORT))

    @property
    def running(self) -> TrialRecord | None:
        """The trial that has begun and not ended."""
        last = self.records[-1] if self.records else None
        return last if last is not None and last.state == "running" else None

    @property
    def counted(self) -> list[TrialRecord]:
        """The trials that took place, in order."""
        return [record for record in self.records if record.state != "refused"]

    @property
    def next_number(self) -> int:
        """Number of the next trial."""
        return len(self.counted) + 1

    def next_seed(self, first: int) -> int:
        """Return the seed of the next trial: a seed whose trial was aborted is tried again.

        Args:
            first: No seed below this one.
        """
        return max([first, *(record.seed + 1 for record in self.records if record.is_judged)])

    def begin(self, record: TrialRecord) -> None:
        """Write down that a trial begins; it is on disk when this returns.

        Raises:
            InvalidInput: If one is under way, or the disk refuses.
        """
        if self.running is not None:
            raise InvalidInput(f"trial {self.running.number} is under way")
        self._append(record)
        self.records.append(record)

    def end(self, record: TrialRecord) -> TrialRecord:
        """Write down how the trial ended, and return it.

        Raises:
            InvalidInput: If it is not the one that is under way, or the disk refuses; it can be tried again then.
        """
        if self.running is None or self.running.number != record.number or record.state == "running":
            raise InvalidInput(f"trial {record.number} is not under way, or has not ended")
        self._append(record)
        self.records[-1] = record
        return record

    def _open(self) -> None:
        if not self._path.exists():
            self._path.touch()
            sync_folder(self.folder)
        data = self._path.read_bytes()
        *lines, rest = data.split(b"\n")
        for number, line in enumerate(lines, start=1):
            try:
                self._take(from_line(line))
            except InvalidInput as error:
                raise InvalidInput(f"{self._path}, line {number}: {error}; choose another folder") from error
        if rest:  # the machine died while this line was written: what it says was never acted upon
            os.truncate(self._path, len(data) - len(rest))
        with self._path.open("ab"):
            pass  # one that cannot be written is told before a robot moves

    def _take(self, record: TrialRecord) -> None:
        running = self.running
        if record.state == "running":
            if running is not None:
                raise InvalidInput(f"trial {record.number} begins before trial {running.number} has ended")
            self.records.append(record)
        elif running is None or running.number != record.number:
            raise InvalidInput(f"trial {record.number} ends without having begun")
        else:
            self.records[-1] = record

    def _append(self, record: TrialRecord) -> None:
        size = 0
        try:
            size = self._path.stat().st_size
            with self._path.open("ab") as file:
                file.write(to_line(record))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self._cut(size)
            raise InvalidInput(f"{self._path}: {error.strerror or error}; is the disk full?") from error

    def _cut(self, size: int) -> None:
        """Take back half a line, as far as the disk lets us."""
        try:
            os.truncate(self._path, size)
        except OSError:
            return
