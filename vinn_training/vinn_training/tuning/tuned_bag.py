"""A bag that is ready to be swept over: what really happened, and the neighbours of its frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.replay.bag_choice import bags_at
from vinn_training.replay.session import SessionOptions
from vinn_training.tuning.embedding_pass import EmbeddedFrames
from vinn_training.tuning.neighbors_cache import CachedNeighbors
from vinn_training.tuning.recorded_labels import FrameChoice
from vinn_training.tuning.recording import Recording, read_recording
from vinn_training.tuning.sweep import Truth

#: A bag whose share of frames at rest is by this above the bank's is one of a robot that waits.
_MANY_AT_REST = 0.3


@dataclass(frozen=True, eq=False)
class TunedBag:
    """A bag with everything that settings are computed from.

    Attributes:
        name: Of the bag, different from those of the others.
        recording: The bag's frames.
        embedded: Which of them have an embedding.
        neighbors: Of these frames.
        truth: Of these frames.
    """

    name: str
    recording: Recording
    embedded: EmbeddedFrames
    neighbors: CachedNeighbors
    truth: Truth

    @property
    def period_s(self) -> float:
        """Median time between frames, 0 for a single one."""
        stamps = self.recording.stamps_ns[self.embedded.frames]
        return float(np.median(np.diff(stamps))) * 1e-9 if len(stamps) > 1 else 0.0

    def notes(self) -> list[str]:
        """Return what people should know of the bag, one line each."""
        embedded, own = self.embedded, self.neighbors.own
        lines = list(self.recording.notes)
        if embedded.problems:
            lines.append(
                f"{len(embedded.problems)} images cannot be read and are left out, the first: {embedded.problems[0]}"
            )
        lines += [f"the bank's demonstration '{item.name}' does not answer its frames: {item.reason}" for item in own]
        lines += [problem for problem in (self.recording.motion_problem, self.recording.gripper_problem) if problem]
        if self.truth.waiting is not None:
            lines.append(
                f"in {int(self.truth.waiting.sum())} of {len(self.neighbors)} frames the camera is at rest, a far "
                "larger share than in the bank: taken for waiting, they do not count for the direction"
            )
        if self.recording.driven_by_policy:
            lines.append(
                "the policy drove the robot: errors say how far a setting is from what the policy then said, not from "
                "what a person would have done"
            )
        return lines


def read_recordings(
    paths: Sequence[Path], options: SessionOptions, frames: FrameChoice = "auto"
) -> tuple[dict[str, Recording], dict[str, str]]:
    """Return the bags at some paths by name, and those that cannot be used with the reason.

    Args:
        paths: Bags, or folders of bags.
        options: Choices that bags leave.
        frames: See `read_recording`.

    Raises:
        InvalidInput: If a path is no bag, a bag is given twice, or none can be used.
        MissingDependency: If a package for bags is not installed.
    """
    bags = [bag.path for path in paths for bag in bags_at(path)]
    seen: set[Path] = set()
    for bag in bags:
        if bag.resolve() in seen:
            raise InvalidInput(f"{bag}: given twice; expected different bags")
        seen.add(bag.resolve())
    recordings: dict[str, Recording] = {}
    rejected: dict[str, str] = {}
    for bag in bags:
        try:
            recording = read_recording(bag, options, frames)
        except (InvalidInput, InvalidDemonstration) as error:
            rejected[str(bag)] = str(error)
            continue
        recordings[recording.name if recording.name not in recordings else str(bag)] = recording
    if not recordings:
        raise InvalidInput("no bag to tune on: " + "; ".join(rejected.values()))
    return recordings, rejected


def truth_of(recording: Recording, frames: NDArray[np.intp], step_length_m: float, bank_at_rest: float = 1.0) -> Truth:
    """Return what really happened in some of a recording's frames.

    Args:
        recording: The bag.
        frames: Which, rising.
        step_length_m: Motion of the bridge for an action of length 1.
        bank_at_rest: Share of the bank's frames that are at rest. Where that of the bag is far larger, the robot
            waited.
    """
    directions = None if recording.directions is None else recording.directions[frames]
    displacements = None
    if directions is not None and recording.lengths_m is not None:
        displacements = directions * (recording.lengths_m[frames, None] / step_length_m)
    at_rest = np.zeros(len(frames), dtype=bool) if directions is None else ~np.any(directions, axis=1)
    waits = not at_rest.all() and float(at_rest.mean()) > bank_at_rest + _MANY_AT_REST
    return Truth(
        directions,
        displacements,
        None if recording.gripper is None else recording.gripper[frames],
        np.asarray(at_rest) if waits else None,
    )
