"""The directory of the trials: a folder for each condition, with its log and trials.json. No ROS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from vinn_ros.trial_node.core import check_same, folder_name
from vinn_ros.trial_node.log import LOG_FILE, TrialLog
from vinn_ros.trial_node.record import TrialRecord
from vinn_ros.trial_node.summary import SUMMARY_FILE, summarise
from vinn_training.evaluation.result_files import write_json
from vinn_training.folder_lock import FolderLock


@dataclass(frozen=True)
class Tried:
    """What is tried.

    Attributes:
        policy: Its name.
        bundle: What it was made from, empty where nobody said.
        judge: Who gives the verdicts.
        scenes: "robot", or which simulated cabinets.
        starts: Where the robot starts, in words: what two policies must have in common to be compared trial by trial.
    """

    policy: str
    bundle: str
    judge: str
    scenes: str
    starts: str


class TrialDirectory:
    """Holds the directory for this process alone, and counts what an earlier one left unfinished as aborted.

    Args:
        root: Made where missing.
        tried: What is tried.
        first_seed: Of a folder's first trial.

    Raises:
        InvalidInput: If it cannot be written, is in use, or holds something else.
    """

    def __init__(self, root: Path, tried: Tried, first_seed: int) -> None:
        self.root = root
        self._tried = tried
        self._first_seed = first_seed
        self._logs: dict[str, TrialLog] = {}
        self._lock = FolderLock(root, "a trial node")
        #: Trials that were under way when an earlier process ended.
        self.recovered: list[TrialRecord] = []
        #: The trial whose end the disk refused.
        self.unsaved: TrialRecord | None = None
        try:
            for path in sorted(root.glob(f"*/{LOG_FILE}")):
                log = self._log(path.parent.name)
                if log.recovered is not None:
                    self.recovered.append(log.recovered)
                self._summarise(log)
        except BaseException:
            self._lock.close()
            raise

    @property
    def bags(self) -> Path:
        """Where the recordings go."""
        return self.root / "bags"

    def plan(self, condition: str, bank_id: str, encoder_id: str) -> TrialRecord:
        """Return the next trial of a condition; nothing is written.

        Raises:
            InvalidInput: If the condition cannot name a folder, or its folder cannot be used for this policy.
        """
        log = self._log(folder_name(condition))
        check_same(log.counted, self._tried.policy, bank_id, encoder_id)
        return TrialRecord(
            number=log.next_number,
            policy=self._tried.policy,
            condition=condition,
            seed=log.next_seed(self._first_seed),
            started=datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            bank_id=bank_id,
            encoder_id=encoder_id,
            judge=self._tried.judge,
        )

    def begin(self, record: TrialRecord) -> None:
        """Write down that the trial begins.

        Raises:
            InvalidInput: If the disk refuses.
        """
        self._log(record.condition).begin(record)

    def end(self, record: TrialRecord) -> None:
        """Write down how it ended, and the summary.

        Raises:
            InvalidInput: If the disk refuses; `unsaved` is the record then, and this can be called again with it.
        """
        self.unsaved = record
        log = self._log(record.condition)
        if log.running is not None:
            log.end(record)
        self._summarise(log)
        self.unsaved = None

    def close(self) -> None:
        """Let others use the directory."""
        self._lock.close()

    def _log(self, condition: str) -> TrialLog:
        if condition not in self._logs:
            self._logs[condition] = TrialLog(self.root / condition)
        return self._logs[condition]

    def _summarise(self, log: TrialLog) -> None:
        if log.counted:
            tried = self._tried
            more = {"scenes": tried.scenes, "starts": tried.starts, "bundle": tried.bundle}
            write_json(log.folder / SUMMARY_FILE, summarise(log.counted, more))
