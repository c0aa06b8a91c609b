"""One trial from its start to its end, as a state machine over what the operator and the bridge say. No ROS."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vinn_ros.trial_node.record import State, TrialRecord
from vinn_training.exceptions import InvalidInput

#: What the bridge says at the end of an episode for which the policy is to blame, not the robot or its surroundings.
POLICYS_FAULTS = ("policy holds: ", "inverse kinematics failed: ")
NO_VERDICT = "no verdict"

Phase = Literal["idle", "running", "waiting"]


@dataclass(frozen=True)
class EpisodeEnd:
    """How the bridge ended the episode.

    Attributes:
        ending: As EpisodeOutcome says: succeeded, aborted, canceled, refused or lost.
        reason: Why.
        steps: Motions that were made.
    """

    ending: str
    reason: str
    steps: int = 0

    @property
    def is_policys(self) -> bool:
        """Whether it was carried out, or ended by what the policy said."""
        return self.ending == "succeeded" or any(fault in self.reason for fault in POLICYS_FAULTS)


class TrialMachine:
    """Takes events, and returns the record of a trial when one of them ends it. Times are monotonic seconds.

    Args:
        judge: "operator", or "simulator" for ground truth (`saw`).
        door_open_deg: With the simulator as judge, the door counts as opened from this angle on.
        verdict_timeout_s: How long a trial waits for its verdict after the episode.
    """

    def __init__(self, judge: str = "operator", door_open_deg: float = 30.0, verdict_timeout_s: float = 120.0) -> None:
        self.verdict_timeout_s = verdict_timeout_s
        self._is_simulated = judge == "simulator"
        self._door_open_deg = door_open_deg
        self._record: TrialRecord | None = None
        self._begun_s = 0.0
        self._over_s: float | None = None
        self._over_reason = ""
        self._said_grasped: bool | None = None

    @property
    def phase(self) -> Phase:
        """idle: no trial; running: its episode is under way; waiting: for the verdict on it."""
        if self._record is None:
            return "idle"
        return "running" if self._over_s is None else "waiting"

    @property
    def record(self) -> TrialRecord | None:
        """The trial under way as it is so far, None without one."""
        return self._record

    def begin(self, record: TrialRecord, now_s: float) -> None:
        """Take a trial whose episode is asked for.

        Raises:
            InvalidInput: If one is under way.
        """
        if self._record is not None:
            raise InvalidInput(f"trial {self._record.number} is under way; end it by ~/success, ~/failure or ~/abort")
        self._record, self._begun_s = record, now_s
        self._over_s, self._over_reason, self._said_grasped = None, "", None

    def stepped(self, steps: int) -> None:
        """Take the number of motions so far."""
        if self._record is not None:
            self._record = replace(self._record, steps=max(steps, self._record.steps))

    def noted(self, note: str) -> None:
        """Add something that should be known of the trial."""
        if self._record is not None and note not in self._record.note:
            self._record = replace(self._record, note="; ".join(filter(None, (self._record.note, note))))

    def grasped(self, has_grasped: bool) -> TrialRecord:
        """Take the operator's word on the handle, and return the record.

        Raises:
            InvalidInput: If there is no trial.
        """
        record = self._under_way()
        self._said_grasped = has_grasped
        self._record = replace(record, handle_grasped=has_grasped)
        return self._record

    def saw(self, door_angle_deg: float, has_grasped: bool, scene: str, now_s: float) -> TrialRecord | None:
        """Take the simulator's ground truth; return the record where the open door ends the trial."""
        record = self._record
        if record is None or not self._is_simulated or not math.isfinite(door_angle_deg):
            return None
        largest_deg = max(door_angle_deg, record.door_angle_deg or 0.0)
        self._record = replace(
            record, door_angle_deg=largest_deg, handle_grasped=record.handle_grasped or has_grasped, scene=scene
        )
        if largest_deg >= self._door_open_deg:
            return self._end("succeeded", "door opened", now_s)
        return None

    def verdict(self, has_succeeded: bool, now_s: float) -> TrialRecord:
        """Take the operator's verdict and return the ended trial.

        Raises:
            InvalidInput: If there is no trial, or the simulator is its judge.
        """
        self._under_way()
        if self._is_simulated:
            raise InvalidInput("the simulator judges the trials (parameter judge); ~/abort ends one")
        over = f" ({self._over_reason})" if self._over_reason else ""
        said = "success" if has_succeeded else "failure"
        return self._end("succeeded" if has_succeeded else "failed", f"the operator said {said}{over}", now_s)

    def abort(self, reason: str, now_s: float) -> TrialRecord:
        """End the trial without a verdict and return it.

        Raises:
            InvalidInput: If there is no trial.
        """
        self._under_way()
        return self._end("aborted", reason, now_s)

    def episode_ended(self, end: EpisodeEnd, now_s: float) -> TrialRecord | None:
        """Take the end of the episode; return the record where that ends the trial."""
        if self._record is None or self._over_s is not None:
            return None
        self.stepped(end.steps)
        if end.ending == "refused":
            return self._end("refused", end.reason, now_s)
        if end.ending in ("lost", "canceled"):
            return self._end("aborted", f"episode {end.ending}: {end.reason}", now_s)
        if not end.is_policys and (self._is_simulated or self._record.steps == 0):
            return self._end("aborted", end.reason, now_s)
        if self._is_simulated:
            if self._record.door_angle_deg is None:
                return self._end("aborted", "the simulator said nothing on task_state", now_s)
            return self._end("failed", end.reason, now_s)
        self._over_s, self._over_reason = now_s, end.reason
        return None

    def tick(self, now_s: float) -> TrialRecord | None:
        """Let time pass; return the record where nobody gave a verdict in time."""
        if self._over_s is None or now_s - self._over_s < self.verdict_timeout_s:
            return None
        return self._end("aborted", f"{NO_VERDICT} within {self.verdict_timeout_s:g} s ({self._over_reason})", now_s)

    def _under_way(self) -> TrialRecord:
        if self._record is None:
            raise InvalidInput("no trial is under way; begin one with ~/start")
        return self._record

    def _end(self, state: State, reason: str, now_s: float) -> TrialRecord:
        record = self._under_way()
        opened = state == "succeeded"
        # Who opens the door has grasped its handle, unless the operator said otherwise.
        grasped = self._said_grasped is None and opened and not self._is_simulated
        self._record, self._over_s = None, None
        return replace(
            record,
            state=state,
            reason=reason,
            door_opened=opened,
            handle_grasped=record.handle_grasped or grasped,
            duration_s=max(0.0, now_s - self._begun_s),
        )


def check_same(records: Sequence[TrialRecord], policy: str, bank_id: str, encoder_id: str) -> None:
    """Check that trials so far were of the same policy as the next.

    Raises:
        InvalidInput: If a rate over them all would be of nothing in particular.
    """
    for record in records:
        for what, before, after in (
            ("policy", record.policy, policy),
            ("bank", record.bank_id, bank_id),
            ("encoder", record.encoder_id, encoder_id),
        ):
            if before != after:
                raise InvalidInput(
                    f"the folder holds trials of {what} '{before}', and '{after}' is to be tried; "
                    "give another directory to the parameter output"
                )


def folder_name(condition: str) -> str:
    """Return the condition, where it can name a folder.

    Raises:
        InvalidInput: If it cannot.
    """
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
    if not condition or set(condition) - allowed or condition.startswith(".") or condition == "bags":
        raise InvalidInput(
            f"condition is '{condition}'; expected letters, digits, '-', '_' and '.', for example white-cabinet, "
            "and another name than bags"
        )
    return condition
