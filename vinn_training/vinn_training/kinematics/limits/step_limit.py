"""How far a joint may be sent in one motion, as a hard constraint of the inverse kinematics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

#: A joint this close to the end of its step counts as being there, metres or radians.
_AT_LIMIT = 1e-5


class StepLimit:
    """Keeps every joint within a distance of where the motion starts: a fixed step, and what its speed allows.

    Args:
        joint_names: n names, for messages.
        max_step: (n,) float64, metres or radians for one motion.
        max_speed: (n,) float64, metres or radians a second; None for no limit but the step.
        duration_s: Time for one motion.

    Attributes:
        max_step: (n,) float64, the smaller of the step and the way at the largest speed, metres or radians.

    Raises:
        InvalidInput: If a step, a speed or the duration is not a positive finite number.
    """

    def __init__(
        self,
        joint_names: Sequence[str],
        max_step: NDArray[np.float64],
        max_speed: NDArray[np.float64] | None = None,
        duration_s: float = 1.0,
    ) -> None:
        self.joint_names = tuple(joint_names)
        step = np.array(max_step, dtype=np.float64)
        speed = None if max_speed is None else np.array(max_speed, dtype=np.float64)
        for index, name in enumerate(self.joint_names):
            _check(f"largest step of '{name}'", step[index])
            if speed is not None:
                _check(f"largest speed of '{name}'", speed[index])
        _check("duration of a step", duration_s)
        way = np.full_like(step, np.inf) if speed is None else speed * duration_s
        self.max_step = np.minimum(step, way)
        self._lines = [
            f"{name} at its largest step {limit:.4g}"
            if limit <= most
            else f"{name} at its largest speed {most / duration_s:.4g} a second"
            for name, limit, most in zip(self.joint_names, step, way, strict=True)
        ]
        self._start: NDArray[np.float64] = np.zeros(len(self.joint_names))

    def start_at(self, q: NDArray[np.float64]) -> None:
        """Set the configuration, (n,), that the motion starts from."""
        self._start = np.array(q, dtype=np.float64)

    def clamp(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return q, (n,), with every joint within its step."""
        return np.clip(q, self._start - self.max_step, self._start + self.max_step)

    def active(self, q: NDArray[np.float64]) -> tuple[str, ...]:
        """Return one line for each joint that uses its whole step."""
        return tuple(
            line
            for line, moved, step in zip(self._lines, np.abs(q - self._start), self.max_step, strict=True)
            if moved >= step - _AT_LIMIT
        )


def _check(what: str, value: float) -> None:
    if not (np.isfinite(value) and value > 0.0):
        raise InvalidInput(f"{what} is {value}; expected a positive finite number")
