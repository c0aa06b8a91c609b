"""From what was recorded in one trial to whether the robot stopped in time and stayed stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from vinn_ros.stretch_standin.trials.kinds import TrialKind

#: A vector that would move a slide less than this holds the robot: what it holds is where the robot was when the joint
#: states were read, and it went on until a busy machine let the vector arrive.
HOLD_M = 0.03


@dataclass(frozen=True)
class SentCommand:
    """One message of the bridge on `/command`.

    Attributes:
        time_s: When it arrived, by the monotonic clock.
        stopped: Whether it is a stop.
        reason: Why.
    """

    time_s: float
    stopped: bool
    reason: str


@dataclass(frozen=True)
class TrialRecord:
    """What one trial recorded, from placing the robot to just before it was resumed; times by the monotonic clock.

    Attributes:
        kind: The fault.
        faults: The faults as drawn.
        injected_s: When the fault began.
        cleared_s: When it was about to end; what is good after that does not count.
        journal: Of the stand-in.
        commands: Of the bridge.
        actions_s: When good actions were sent.
        recovery_s: From resuming to the first motion, or None where none came.
        dead: Nodes that died.
    """

    kind: TrialKind
    faults: Mapping[str, Any]
    injected_s: float
    cleared_s: float
    journal: Mapping[str, Any]
    commands: Sequence[SentCommand]
    actions_s: Sequence[float]
    recovery_s: float | None
    dead: Sequence[str]


@dataclass(frozen=True)
class Verdict:
    """What a trial showed.

    Attributes:
        kind: Name of the fault.
        faults: The faults as drawn.
        was_moving: Whether the robot moved when the fault began; only then is the stop timed.
        stop_s: From the last good input to the last motion, or None where it is not timed.
        reason: What the bridge said first.
        commands_after_stop: Motions commanded between the stop and resuming.
        crossed_m: How far the farthest slide went from the moment of the fault until resuming, or None for a fault of
            the policy, whose moment the stand-in does not know.
        recovery_s: From resuming to the first motion.
        pause_s: For how long the machine did not run the stand-in, which wakes every 5 ms; it did not run the bridge
            in time either, then.
        problems: What was not as it must be; empty for a good trial.
    """

    kind: str
    faults: dict[str, Any]
    was_moving: bool
    stop_s: float | None
    reason: str
    commands_after_stop: int
    crossed_m: float | None
    recovery_s: float | None
    pause_s: float
    problems: tuple[str, ...]

    def content(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "problems": list(self.problems)}


def judge(record: TrialRecord, limit_s: float, max_image_age_s: float) -> Verdict:
    """Return what a trial showed.

    Args:
        record: What it recorded.
        limit_s: A stop may take this long from the last good input.
        max_image_age_s: An image that arrives later than this was no good input any more.
    """
    kind, journal = record.kind, record.journal
    was_moving = any(begin_s <= record.injected_s <= end_s + 0.02 for begin_s, end_s in journal["motions"])
    stop = next(
        (command for command in record.commands if command.stopped and command.time_s >= record.injected_s), None
    )
    end_s = journal["motions"][-1][1] if journal["motions"] else record.injected_s
    stop_s = end_s - _last_good_s(record, end_s, max_image_age_s) if was_moving and kind.expects == "stop" else None
    after = _commands_after(record, stop)
    crossed_m = _crossed_m(journal) if record.faults else None
    problems = [f"{name} died" for name in record.dead]
    if stop_s is not None and stop_s > limit_s:
        problems.append(f"moved until {1e3 * stop_s:.0f} ms after the last good input; limit {1e3 * limit_s:.0f} ms")
    if kind.expects == "stop" and stop is None:
        problems.append("the bridge did not say that it stopped")
    if after:
        problems.append(f"{after} motions commanded between the stop and resuming")
    if record.recovery_s is None:
        problems.append("did not move again after it was resumed")
    return Verdict(
        kind=kind.name,
        faults=dict(record.faults),
        was_moving=was_moving,
        stop_s=stop_s,
        reason=stop.reason if stop is not None else "",
        commands_after_stop=after,
        crossed_m=crossed_m,
        recovery_s=record.recovery_s,
        pause_s=journal["longest_pause_s"],
        problems=tuple(problems),
    )


def _last_good_s(record: TrialRecord, end_s: float, max_image_age_s: float) -> float:
    """Return the moment of the last good input before motion ended: of an image, when it was taken."""
    source = record.kind.input
    if source == "fault":
        return record.injected_s
    if source == "action":
        good = list(record.actions_s)
    elif source == "image":
        images = [event for event in record.journal["events"] if event["kind"] == "image" and event["is_true"]]
        good = [image["taken_s"] for image in images if image["time_s"] - image["taken_s"] <= max_image_age_s]
    else:
        good = [event["time_s"] for event in record.journal["events"] if event["kind"] == source]
    until_s = min(end_s, record.cleared_s)
    return max((time_s for time_s in good if time_s <= until_s), default=record.injected_s)


def _commands_after(record: TrialRecord, stop: SentCommand | None) -> int:
    """Count motions after the stop, as the bridge told them and as the stand-in received them; the larger count.

    What was sent before the stop may reach the stand-in after it, by as much as the machine did not run the stand-in.
    """
    if stop is None:
        return 0
    received_from_s = stop.time_s + record.journal["longest_pause_s"]
    told = sum(not command.stopped and command.time_s > stop.time_s for command in record.commands)
    received = sum(
        event["kind"] == "command" and event["time_s"] > received_from_s and (event["reach_m"] or 0.0) > HOLD_M
        for event in record.journal["events"]
    )
    return max(told, received)


def _crossed_m(journal: Mapping[str, Any]) -> float | None:
    """Return how far the farthest slide is at the end from where it was when the fault began."""
    faults = [event for event in journal["events"] if event["kind"] == "fault"]
    if not faults:
        return None
    return max(abs(journal["at_m"][name] - position_m) for name, position_m in faults[0]["at_m"].items())
