"""What can be tuned in the policy while it runs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.gripper import GripperThresholds

MAX_K = 1000
#: Of what the node takes and the tuner tries, in the unit of embedding distances.
TEMPERATURE_LIMITS = (1e-3, 1e3)


@dataclass(frozen=True)
class PolicyConfig:
    """Parameters of neighbour regression; replace the whole to change it.

    Attributes:
        k: Neighbours that are asked, 1 to 1000; all rows where the bank has fewer. The paper: about 10.
        temperature: Of the softmin, in the unit of embedding distances, positive. The paper: 1.
        action_scale: c: right, down and forward factors of the predicted direction, each in (0, 1].
        gripper_close_below: Regressed openings up to this close the gripper, in [0, 1].
        gripper_open_above: Regressed openings from this on open it, in [0, 1].
        hold_distance_quantile: The robot holds where the nearest neighbour is farther than this quantile of the
            distances between demonstrations, in [0, 1]. 1 never holds; anything from 0.9995 to below 1 holds only
            where the image is farther than all of them.

    Raises:
        InvalidInput: If a value is out of range.
    """

    k: int = 10
    temperature: float = 1.0
    action_scale: tuple[float, float, float] = (0.8, 0.8, 0.8)
    gripper_close_below: float = 0.4
    gripper_open_above: float = 0.6
    hold_distance_quantile: float = 0.9999

    def __post_init__(self) -> None:
        if isinstance(self.k, bool) or not 1 <= self.k <= MAX_K or self.k != int(self.k):
            raise InvalidInput(f"k is {self.k}; expected a whole number from 1 to {MAX_K}")
        if not (math.isfinite(self.temperature) and self.temperature > 0.0):
            raise InvalidInput(f"temperature is {self.temperature}; expected a positive number")
        scale = tuple(float(value) for value in self.action_scale)
        if len(scale) != 3 or not all(0.0 < value <= 1.0 for value in scale):
            raise InvalidInput(
                f"action_scale is {list(scale)}; expected three numbers, each more than 0 and at most 1 "
                "(right, down, forward)"
            )
        if not 0.0 <= self.hold_distance_quantile <= 1.0:
            raise InvalidInput(f"hold_distance_quantile is {self.hold_distance_quantile}; expected 0 to 1")
        object.__setattr__(self, "action_scale", scale)
        _ = self.gripper_thresholds

    @property
    def gripper_thresholds(self) -> GripperThresholds:
        """The two thresholds, checked."""
        return GripperThresholds(self.gripper_close_below, self.gripper_open_above)

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters as plain JSON types."""
        return {**asdict(self), "action_scale": list(self.action_scale)}
