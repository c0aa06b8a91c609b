"""From a regressed opening to open or closed, with hysteresis so that noise between the thresholds changes nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class GripperThresholds:
    """When the gripper closes and opens; in between it stays as it is.

    Attributes:
        close_below: Openings up to this close it, in [0, 1].
        open_above: Openings from this on open it, in [0, 1], not below `close_below`.

    Raises:
        InvalidInput: If a threshold is outside [0, 1] or they are crossed.
    """

    close_below: float = 0.4
    open_above: float = 0.6

    def __post_init__(self) -> None:
        if not 0.0 <= self.close_below <= self.open_above <= 1.0:
            raise InvalidInput(
                f"gripper thresholds are close_below={self.close_below}, open_above={self.open_above}; "
                "expected 0 <= close_below <= open_above <= 1"
            )

    def next_state(self, state: GripperState, opening: float) -> GripperState:
        """Return the state after a regressed opening in [0, 1]; closing wins where the thresholds are equal.

        Raises:
            InvalidInput: If the opening is not finite.
        """
        if not math.isfinite(opening):
            raise InvalidInput(f"gripper opening is {opening}; expected 0 (closed) to 1 (open)")
        if opening <= self.close_below:
            return GripperState.CLOSED
        if opening >= self.open_above:
            return GripperState.OPEN
        return state
