"""Ranges of the joints, as a hard constraint of the inverse kinematics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

#: A joint this close to its limit counts as being there, metres or radians.
_AT_LIMIT = 1e-5


class PositionLimit:
    """Keeps every joint in its range at every iteration (not in the limit of many, as a damped limit would).

    Args:
        joint_names: n names, for messages.
        lower: (n,) float64, metres or radians.
        upper: (n,) float64, metres or radians.

    Raises:
        InvalidInput: If a range is empty or not a number.
    """

    def __init__(self, joint_names: Sequence[str], lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
        for name, low, high in zip(joint_names, lower, upper, strict=True):
            if not low < high:
                raise InvalidInput(f"limit of '{name}' is [{low}, {high}]; expected the lower below the upper")
        self.joint_names = tuple(joint_names)
        self.lower = np.array(lower, dtype=np.float64)
        self.upper = np.array(upper, dtype=np.float64)

    def clamp(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return q, (n,), with every joint in its range."""
        return np.clip(q, self.lower, self.upper)

    def overshoot(self, q: NDArray[np.float64]) -> list[tuple[str, float]]:
        """Return each joint that is out of its range, with how far (metres or radians)."""
        excess = np.abs(q - self.clamp(q))
        return [(name, float(e)) for name, e in zip(self.joint_names, excess, strict=True) if e > 0.0]

    def active(self, q: NDArray[np.float64]) -> tuple[str, ...]:
        """Return one line for each joint that is at the end of its range."""
        lines = []
        for name, value, low, high in zip(self.joint_names, q, self.lower, self.upper, strict=True):
            if value <= low + _AT_LIMIT:
                lines.append(f"{name} at its lower limit {low:.4g}")
            elif value >= high - _AT_LIMIT:
                lines.append(f"{name} at its upper limit {high:.4g}")
        return tuple(lines)
