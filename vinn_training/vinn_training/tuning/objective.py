"""What a setting is worth: sums over one or more bags, and the errors and the cost that follow from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput
from vinn_training.tuning.direction_score import DirectionScores, StepScores
from vinn_training.tuning.grid import Scale
from vinn_training.tuning.gripper_score import GripperScores

Errors = NDArray[np.float64]


@dataclass(frozen=True)
class Criteria:
    """What counts how much.

    Attributes:
        gripper_weight: Of the gripper's error beside the MSE of the direction.
        max_held_share: Share of frames on which the robot may hold in bags that went well.
        window_s: How far a gripper event may be off and still count as found; a frame at least.

    Raises:
        InvalidInput: If a number cannot be used.
    """

    gripper_weight: float = 1.0
    max_held_share: float = 0.02
    window_s: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.gripper_weight) and self.gripper_weight >= 0.0):
            raise InvalidInput(f"gripper_weight is {self.gripper_weight}; expected zero or more")
        if not 0.0 <= self.max_held_share <= 1.0:
            raise InvalidInput(f"max_held_share is {self.max_held_share}; expected 0 to 1")
        if not (math.isfinite(self.window_s) and self.window_s >= 0.0):
            raise InvalidInput(f"window_s is {self.window_s}; expected zero or more")

    def window_frames(self, period_s: float) -> int:
        """Return the window in frames that are so far apart."""
        return max(1, round(self.window_s / period_s)) if period_s > 0.0 else 1


@dataclass(frozen=True)
class Scores:
    """Sums over the frames of one or more bags, for every setting of a grid: R regressions, P pairs, Q quantiles.

    Attributes:
        frames: In all.
        held: (Q,) int64, frames on which the robot holds.
        direction: Directions against those that really were.
        step: c (.) a_hat against real displacements.
        gripper: Gripper states and events.
    """

    frames: int
    held: NDArray[np.int64]
    direction: DirectionScores
    step: StepScores
    gripper: GripperScores

    def __add__(self, other: Scores) -> Scores:
        return Scores(
            self.frames + other.frames,
            self.held + other.held,
            self.direction + other.direction,
            self.step + other.step,
            self.gripper + other.gripper,
        )

    @cached_property
    def mse(self) -> Errors:
        """(R,) MSE of the direction over all frames, held or not; 0 where no direction is known."""
        return self.direction.squared / max(1, self.direction.frames)

    @cached_property
    def acted_mse(self) -> Errors:
        """(R, Q) MSE over the frames on which the robot does not hold; 0 where it always does."""
        return np.asarray(self.direction.acted_squared / np.maximum(1.0, self.direction.acted_frames))

    @cached_property
    def angle_deg(self) -> Errors:
        """(R,) mean angle between regressed and real direction over moving frames."""
        return np.degrees(self.direction.angle_rad / max(1, self.direction.moving_frames))

    @cached_property
    def wrong_share(self) -> Errors:
        """(R, P, Q) share of frames in which the gripper is in the other state."""
        return self.gripper.wrong / max(1, self.gripper.frames)

    @cached_property
    def event_error(self) -> Errors:
        """(R, P, Q) missed and spurious gripper events, per real event."""
        return np.asarray((self.gripper.missed + self.gripper.spurious) / max(1, self.gripper.events))

    @cached_property
    def gripper_error(self) -> Errors:
        """(R, P, Q) `wrong_share` plus `event_error`."""
        return self.wrong_share + self.event_error

    @cached_property
    def held_share(self) -> Errors:
        """(Q,) share of frames on which the robot holds."""
        return self.held / max(1, self.frames)

    def cost(self, criteria: Criteria) -> Errors:
        """Return (R, P, Q): MSE plus weighted gripper error."""
        return self.mse[:, None, None] + criteria.gripper_weight * self.gripper_error

    def step_error(self, scale: Scale) -> Errors:
        """Return (R,): mean over components and moving frames of (c a_hat - displacement)^2, in step lengths."""
        c, step = np.asarray(scale), self.step
        return ((c**2 * step.aa - 2.0 * c * step.ad + step.dd).sum(axis=1) / (3 * max(1, step.frames))).clip(0.0)


def total(scores: Sequence[Scores]) -> Scores:
    """Return the sums over all of them.

    Raises:
        InvalidInput: If there is none.
    """
    if not scores:
        raise InvalidInput("no bag to add up; expected at least one")
    return reduce(add, scores)
