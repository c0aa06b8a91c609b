"""One method's scores on one held-out demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration
from vinn_training.evaluation.action_errors import action_errors
from vinn_training.evaluation.gripper_events import events_of, gripper_open, match_events


@dataclass(frozen=True)
class EpisodeScore:
    """Scores of an episode; sums over its frames, so that episodes can be added up.

    Attributes:
        task: Name of the data set.
        method: Name of the method.
        seed: Of the method's training.
        demonstration: Name of the episode.
        frames: T.
        squared_sum: Sum of the squared errors (mean over components) as the method gives its actions.
        squared_unit_sum: The same after they were made unit length.
        angle_sum_rad: Sum of angles, over frames that are not at rest.
        angle_frames: How many these are.
        gripper_right: Frames whose gripper is open or closed as labelled.
        events: Labelled changes of the gripper.
        events_late_frames: Of those found, predicted minus labelled frame.
        events_spurious: Predicted changes without a labelled one.
    """

    task: str
    method: str
    seed: int
    demonstration: str
    frames: int
    squared_sum: float
    squared_unit_sum: float
    angle_sum_rad: float
    angle_frames: int
    gripper_right: int
    events: int
    events_late_frames: tuple[int, ...]
    events_spurious: int

    @property
    def mse(self) -> float:
        """The paper's MSE over this episode."""
        return self.squared_sum / self.frames

    def to_row(self) -> dict[str, Any]:
        """Return a row of a table, plain types, in units for people."""
        found = len(self.events_late_frames)
        return {
            "task": self.task,
            "method": self.method,
            "seed": self.seed,
            "demonstration": self.demonstration,
            "frames": self.frames,
            "mse": self.mse,
            "mse_unit": self.squared_unit_sum / self.frames,
            "angle_deg": float(np.degrees(self.angle_sum_rad / self.angle_frames)) if self.angle_frames else None,
            "gripper_accuracy": self.gripper_right / self.frames,
            "events": self.events,
            "events_found": found,
            "events_spurious": self.events_spurious,
            "event_late_frames": float(np.mean(self.events_late_frames)) if found else None,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {**asdict(self), "events_late_frames": list(self.events_late_frames)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> EpisodeScore:
        """Return what `to_dict` described.

        Raises:
            KeyError: If a value is missing.
        """
        names = [field.name for field in fields(cls)]
        return cls(
            **{**{name: values[name] for name in names}, "events_late_frames": tuple(values["events_late_frames"])}
        )


def score_episode(
    task: str,
    method: str,
    seed: int,
    demonstration: Demonstration,
    directions: NDArray[np.float64],
    openings: NDArray[np.float64],
) -> EpisodeScore:
    """Compare predictions with a demonstration's labels.

    Args:
        task: Name of the data set.
        method: Name of the method.
        seed: Of the method's training.
        demonstration: The labels.
        directions: (T, 3) predicted, camera optical frame.
        openings: (T,) predicted, in [0, 1].

    Raises:
        InvalidInput: If shapes differ or a prediction is not finite.
    """
    errors = action_errors(directions, demonstration.directions)
    predicted, labelled = gripper_open(openings), gripper_open(demonstration.gripper)
    timing = match_events(events_of(predicted), events_of(labelled))
    moving = np.isfinite(errors.angle_rad)
    return EpisodeScore(
        task=task,
        method=method,
        seed=seed,
        demonstration=demonstration.name,
        frames=len(demonstration),
        squared_sum=float(errors.squared.sum()),
        squared_unit_sum=float(errors.squared_unit.sum()),
        angle_sum_rad=float(errors.angle_rad[moving].sum()),
        angle_frames=int(moving.sum()),
        gripper_right=int((predicted == labelled).sum()),
        events=len(timing.late_frames) + timing.missed,
        events_late_frames=timing.late_frames,
        events_spurious=timing.spurious,
    )
