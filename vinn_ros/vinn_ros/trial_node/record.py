"""One trial as it is written down. No ROS."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from vinn_training.exceptions import InvalidInput

#: refused: the bridge did not begin the episode, so there was no trial.
State = Literal["running", "succeeded", "failed", "aborted", "refused"]

FORMAT = 1


@dataclass(frozen=True)
class TrialRecord:
    """One trial, under way or over.

    Attributes:
        number: In its folder, from 1.
        policy: What is tried.
        condition: Cabinet and what was done to it.
        seed: Draws the start.
        started: When, UTC, ISO 8601.
        state: Where it is.
        start_offset_m: Sideways start offset, metres.
        bank_id: Of the bank that answered, empty where the policy names none.
        encoder_id: Of the encoder, empty where the policy names none.
        judge: Who gives the verdict.
        handle_grasped: Whether the handle was grasped.
        door_opened: Whether the door was opened.
        door_angle_deg: Largest angle of the door, None where nobody measures it.
        steps: Motions of the robot.
        duration_s: From the start of the episode to the end of the trial.
        scene: Name of the simulated scene, empty on a robot, as are the next two.
        cabinet: Name of its cabinet.
        hinge: Side of its hinge.
        start_distance_m: How far from the handle the robot started, None where nobody measures it.
        bag: Its recording, from the folder of the trials; empty without one.
        reason: Why it ended.
        note: What else should be known of it.
    """

    number: int
    policy: str
    condition: str
    seed: int
    started: str
    state: State = "running"
    start_offset_m: float = 0.0
    bank_id: str = ""
    encoder_id: str = ""
    judge: str = "operator"
    handle_grasped: bool = False
    door_opened: bool = False
    door_angle_deg: float | None = None
    steps: int = 0
    duration_s: float = 0.0
    scene: str = ""
    cabinet: str = ""
    hinge: str = ""
    start_distance_m: float | None = None
    bag: str = ""
    reason: str = ""
    note: str = ""

    @property
    def is_judged(self) -> bool:
        """Whether somebody said how it ended."""
        return self.state in ("succeeded", "failed")


def to_line(record: TrialRecord) -> bytes:
    """Return the record as one line of JSON, its end included."""
    return (json.dumps({"format": FORMAT, **asdict(record)}, allow_nan=False) + "\n").encode()


def from_line(line: bytes) -> TrialRecord:
    """Return the record that a line holds.

    Raises:
        InvalidInput: If it holds none.
    """
    try:
        content: dict[str, Any] = json.loads(line)
        version = content.pop("format")
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise InvalidInput(f"not a line of trials: {line[:80]!r}") from error
    if version != FORMAT:
        raise InvalidInput(
            f"format {version!r}; expected {FORMAT}: it was written by another version of the trial node"
        )
    known = {field.name: field for field in fields(TrialRecord)}
    required = {name for name in ("number", "policy", "condition", "seed", "started", "state") if name not in content}
    if required or set(content) - set(known):
        wrong = ", ".join(sorted(required | (set(content) - set(known))))
        raise InvalidInput(f"missing or unknown: {wrong}")
    if content["state"] not in get_args(State):
        raise InvalidInput(f"state is {content['state']!r}; expected one of: {', '.join(get_args(State))}")
    return TrialRecord(**content)
