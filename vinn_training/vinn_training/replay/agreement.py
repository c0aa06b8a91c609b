"""Whether a replayed answer is the recorded one, and if not, in what it differs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vinn_training.policy.vinn_policy import PolicyDecision
from vinn_training.replay.recorded import RecordedAction

#: Actions that differ by no more count as equal.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Agreement:
    """A replayed answer beside the recorded one.

    Attributes:
        action_difference: Largest absolute difference of direction, translation and opening.
        same_neighbors: Whether the same demonstration frames were found in the same order.
        same_gripper: Whether the thresholded gripper states are equal.
        same_hold: Whether both hold or neither does.
    """

    action_difference: float
    same_neighbors: bool
    same_gripper: bool
    same_hold: bool

    @property
    def equal(self) -> bool:
        """Whether nothing differs by more than TOLERANCE."""
        return self.action_difference <= TOLERANCE and self.same_neighbors and self.same_gripper and self.same_hold

    def describe(self) -> str:
        """Return what differs, for people; "" where nothing does."""
        parts = [] if self.same_neighbors else ["other neighbours"]
        if self.action_difference > TOLERANCE:
            parts.append(f"action differs by {self.action_difference:.3g}")
        if not self.same_gripper:
            parts.append("other gripper state")
        if not self.same_hold:
            parts.append("one holds, the other does not")
        return ", ".join(parts)


def compare(decision: PolicyDecision, recorded: RecordedAction) -> Agreement:
    """Return how a replayed decision agrees with the recorded action."""
    action = decision.action
    # The message carries the opening as float32.
    opening = abs(float(np.float32(action.gripper_opening)) - recorded.gripper_opening)
    difference = max(
        float(np.abs(action.direction - recorded.direction).max()),
        float(np.abs(decision.translation - recorded.translation).max()),
        opening,
    )
    found = [(item.demonstration, item.frame) for item in action.neighbors]
    return Agreement(
        action_difference=difference,
        same_neighbors=found == [(item.demonstration, item.frame) for item in recorded.neighbors],
        same_gripper=decision.gripper == recorded.gripper,
        same_hold=decision.hold == recorded.hold,
    )
