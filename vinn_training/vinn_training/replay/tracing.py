"""Which demonstration frames caused each step, from the recorded actions alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vinn_training.exceptions import InvalidInput
from vinn_training.replay.recorded import RecordedAction, RecordedCommand
from vinn_training.replay.session import Session


@dataclass(frozen=True, eq=False)
class Step:
    """One action with the commands that it led to.

    Attributes:
        number: Of the action, from 0, in order of receipt.
        time_s: When it was received, in seconds since the first action.
        action: As recorded.
        commands: Of the bridge under the same image's stamp.
    """

    number: int
    time_s: float
    action: RecordedAction
    commands: tuple[RecordedCommand, ...]

    @property
    def moved(self) -> bool:
        """Whether the bridge moved the robot on it."""
        return any(not command.stopped for command in self.commands)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the robot held, stopped, or was limited; each reason once."""
        stops = [command.reason for command in self.commands if command.stopped]
        limits = [line for command in self.commands for line in command.clipped]
        held = [self.action.hold_reason] if self.action.hold else []
        return tuple(dict.fromkeys([*held, *stops, *limits]))

    def to_dict(self, top: int = 0) -> dict[str, Any]:
        """Return plain JSON types.

        Args:
            top: Neighbours to list, 0 for all.
        """
        action = self.action
        return {
            "step": self.number,
            "time_s": round(self.time_s, 6),
            "stamp_ns": action.stamp_ns,
            "direction": action.direction.tolist(),
            "translation": action.translation.tolist(),
            "gripper_opening": action.gripper_opening,
            "gripper": action.gripper.name,
            "distance_quantile": action.distance_quantile,
            "bank_id": action.bank_id,
            "bank_version": action.bank_version,
            "hold": action.hold,
            "moved": self.moved,
            "commanded_m": np.sum([c.commanded_m for c in self.commands if not c.stopped], axis=0).tolist()
            if self.moved
            else None,
            "reasons": list(self.reasons),
            "neighbors": [item._asdict() for item in action.neighbors[: top or None]],
        }


@dataclass(frozen=True)
class Share:
    """What one demonstration contributed.

    Attributes:
        demonstration: Its name.
        weight: Sum of its neighbours' weights over the steps' sum, 0 to 1.
        steps: Steps in which it was among the neighbours.
        nearest: Steps in which it had the nearest neighbour.
        frames: Different frames of it that were used.
    """

    demonstration: str
    weight: float
    steps: int
    nearest: int
    frames: int


def trace_steps(session: Session, demonstration: str = "", moved_only: bool = False) -> tuple[Step, ...]:
    """Return the session's steps.

    Args:
        session: With actions.
        demonstration: Only steps in which this demonstration was among the neighbours; "" for all.
        moved_only: Only steps on which the bridge moved the robot.

    Raises:
        InvalidInput: If the bag has no actions, or no action names that demonstration.
    """
    if not session.actions:
        notes = f" ({'; '.join(session.notes)})" if session.notes else ""
        raise InvalidInput(
            f"{session.path}: holds no actions of the policy; expected a bag that was recorded while it answered{notes}"
        )
    commands: dict[int, list[RecordedCommand]] = defaultdict(list)
    for command in session.commands:
        commands[command.stamp_ns].append(command)
    start_ns = session.actions[0].received_ns
    steps = [
        Step(number, (action.received_ns - start_ns) * 1e-9, action, tuple(commands.get(action.stamp_ns, ())))
        for number, action in enumerate(session.actions)
    ]
    if demonstration:
        known = sorted({item.demonstration for step in steps for item in step.action.neighbors})
        if demonstration not in known:
            raise InvalidInput(
                f"{session.path}: no action was caused by '{demonstration}'; expected one of: {', '.join(known)}"
            )
        steps = [step for step in steps if any(item.demonstration == demonstration for item in step.action.neighbors)]
    return tuple(step for step in steps if step.moved or not moved_only)


def shares_of(steps: Sequence[Step]) -> tuple[Share, ...]:
    """Return every demonstration's part in the steps, the largest first."""
    weights: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    nearest: dict[str, int] = defaultdict(int)
    frames: dict[str, set[int]] = defaultdict(set)
    for step in steps:
        for place, item in enumerate(step.action.neighbors):
            weights[item.demonstration] += item.weight
            frames[item.demonstration].add(item.frame)
            nearest[item.demonstration] += place == 0
        for name in {item.demonstration for item in step.action.neighbors}:
            counts[name] += 1
    total = sum(weights.values()) or 1.0
    shares = [Share(name, weights[name] / total, counts[name], nearest[name], len(frames[name])) for name in weights]
    return tuple(sorted(shares, key=lambda share: (-share.weight, share.demonstration)))
