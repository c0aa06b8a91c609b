"""Signed way of the base along its own x axis, from odometry poses."""

from __future__ import annotations

import math

from vinn_training.exceptions import InvalidInput


class BaseOdometer:
    """Sums the base's motion along its heading, so that turns and the origin of odometry do not matter."""

    def __init__(self) -> None:
        self._last: tuple[float, float, float] | None = None
        self._position_m = 0.0

    @property
    def position_m(self) -> float:
        """Way since the first pose; forward is positive."""
        return self._position_m

    def update(self, x_m: float, y_m: float, yaw_rad: float) -> float:
        """Take one pose and return the way so far.

        Raises:
            InvalidInput: If the pose is not finite; it is not used.
        """
        if not (math.isfinite(x_m) and math.isfinite(y_m) and math.isfinite(yaw_rad)):
            raise InvalidInput(f"odometry pose is ({x_m}, {y_m}, {yaw_rad}); expected finite numbers")
        if self._last is not None:
            last_x_m, last_y_m, last_yaw_rad = self._last
            # Heading halfway, taken over the shorter turn.
            heading = last_yaw_rad + math.remainder(yaw_rad - last_yaw_rad, math.tau) / 2
            self._position_m += (x_m - last_x_m) * math.cos(heading) + (y_m - last_y_m) * math.sin(heading)
        self._last = (x_m, y_m, yaw_rad)
        return self._position_m
