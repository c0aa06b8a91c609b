"""How far a joint may be sent in one motion, as a hard constraint of the inverse kinematics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pink.configuration import Configuration
from pink.limits import Limit

from vinn_training.exceptions import InvalidInput

#: A joint this close to the end of its step counts as being there, metres or radians.
_AT_LIMIT = 1e-5


class StepLimit(Limit):
    """Keeps every joint within a distance of where the motion starts: a velocity limit times the motion's time.

    Args:
        joint_names: n names, for messages.
        max_step: (n,) float64, metres or radians for one motion.

    Raises:
        InvalidInput: If a step is not a positive finite number.
    """

    def __init__(self, joint_names: Sequence[str], max_step: NDArray[np.float64]) -> None:
        self.joint_names = tuple(joint_names)
        self.max_step = np.array(max_step, dtype=np.float64)
        for name, step in zip(self.joint_names, self.max_step, strict=True):
            if not (np.isfinite(step) and step > 0.0):
                raise InvalidInput(f"largest step of '{name}' is {step}; expected a positive finite number")
        self._start: NDArray[np.float64] = np.zeros(len(self.joint_names))
        identity = np.eye(len(self.joint_names))
        self._matrix = np.vstack([identity, -identity])

    def start_at(self, q: NDArray[np.float64]) -> None:
        """Set the configuration, (n,), that the motion starts from."""
        self._start = np.array(q, dtype=np.float64)

    def compute_qp_inequalities(
        self, configuration: Configuration, dt: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return G, (2n, n), and h, (2n,), with G dq <= h."""
        moved = configuration.q - self._start
        return self._matrix, np.concatenate([self.max_step - moved, self.max_step + moved])

    def clamp(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return q, (n,), with every joint within its step."""
        return np.clip(q, self._start - self.max_step, self._start + self.max_step)

    def active(self, q: NDArray[np.float64]) -> tuple[str, ...]:
        """Return one line for each joint that uses its whole step."""
        return tuple(
            f"{name} at its largest step {step:.4g}"
            for name, moved, step in zip(self.joint_names, np.abs(q - self._start), self.max_step, strict=True)
            if moved >= step - _AT_LIMIT
        )
