"""`vinn trace`: which demonstration frames caused each step of a recorded session."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import tyro

from vinn_training.exceptions import InvalidInput
from vinn_training.replay.session import SessionOptions, read_session
from vinn_training.replay.tracing import Share, Step, shares_of, trace_steps


@dataclass(frozen=True)
class TraceCommand:
    """What `vinn trace` takes.

    Attributes:
        bag: Recorded session: a rosbag2 folder or its storage file, sqlite3 or MCAP.
        demonstration: Only steps in which this demonstration was among the neighbours.
        top: Neighbours to list a step; 0 lists all.
        moved: Only steps on which the robot was moved.
        summary: Only the summary by demonstration.
        json: Print JSON for programs.
        session: Topics, where the bag has several of a type.
    """

    bag: tyro.conf.Positional[Path]
    demonstration: str = ""
    top: int = 3
    moved: bool = False
    summary: bool = False
    json: bool = False
    session: SessionOptions = field(default_factory=SessionOptions)


def run(config: TraceCommand) -> int:
    """Print the trace and return the exit status.

    Raises:
        VinnError: If the bag cannot be read or holds no actions, or an option cannot be used.
    """
    if config.top < 0:
        raise InvalidInput(f"top is {config.top}; expected 0 (all) or more")
    session = read_session(config.bag, config.session, images="unwanted")
    steps = trace_steps(session, config.demonstration, config.moved)
    shares = shares_of(steps)
    if config.json:
        content = {
            "bag": str(config.bag),
            "notes": list(session.notes),
            "steps": [] if config.summary else [step.to_dict(config.top) for step in steps],
            "demonstrations": [asdict(share) for share in shares],
        }
        print(json.dumps(content, indent=2))
        return 0
    for note in session.notes:
        print(f"note: {note}")
    if not config.summary:
        for step in steps:
            print(_line(step, config.top))
    _print_shares(steps, shares)
    return 0


def _line(step: Step, top: int) -> str:
    action = step.action
    shown = action.neighbors[: top or None]
    neighbors = ", ".join(f"{item.demonstration} {item.frame} {100 * item.weight:.0f} %" for item in shown)
    rest = len(action.neighbors) - len(shown)
    x, y, z = action.translation
    outcome = "moved" if step.moved else "held" if action.hold else "not moved"
    reasons = f"; {'; '.join(step.reasons)}" if step.reasons else ""
    return (
        f"{step.number:>5}  {step.time_s:8.3f} s  right {x:+.2f} down {y:+.2f} forward {z:+.2f}  "
        f"{action.gripper.name.lower():<7} {action.gripper_opening:.2f}  q {action.distance_quantile:.3f}  "
        f"bank v{action.bank_version}  {outcome:<9}  {neighbors}{f' and {rest} more' if rest else ''}{reasons}"
    )


def _print_shares(steps: Sequence[Step], shares: Sequence[Share]) -> None:
    moved = sum(step.moved for step in steps)
    held = sum(step.action.hold for step in steps)
    lengths = [float(np.linalg.norm(step.action.direction)) for step in steps]
    mean = f", mean length of a_hat {np.mean(lengths):.2f}" if lengths else ""
    print(f"{len(steps)} steps, {moved} moved the robot, {held} held{mean}")
    width = max((len(share.demonstration) for share in shares), default=0)
    for share in shares:
        print(
            f"{share.demonstration:<{width}}  {100 * share.weight:5.1f} % of the weight, in {share.steps} steps, "
            f"nearest in {share.nearest}, {share.frames} frames"
        )
