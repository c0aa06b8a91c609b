"""The scripted expert that stacks: puts the nearer thing on the farther one, knowing where both are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.expert_step import ExpertStep, at_rest, step_towards

#: Approach: how much sooner sideways and vertical errors are taken away than the distance.
_ALIGN_FIRST = np.array([4.0, 1.0, 2.0])
#: Way between the point between the fingertips and the nearer thing's face before they go around it.
_CLEARANCE_M = 0.03
#: How far past the thing's centre the point between the fingertips is taken.
_OVERREACH_M = 0.006
#: The lower edge of what is carried passes this far above the farther thing.
_CARRY_M = 0.015
#: What is carried this low above the farther thing is let go.
_LET_GO_M = 0.006
#: Way back after letting go.
_RETREAT_M = 0.09
_NEAR = (0.4, 0.6, 0.3)
_APPROACHING = (1.0, 1.0, 0.5)
_CARRYING = (1.0, 1.0, 1.0)
_LOWERING = (0.3, 0.3, 0.3)
_UNDISTURBED = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class StackConfig:
    """How the expert stacks.

    Attributes:
        step_m: Length of a step.
        aim_m: Largest sideways error with which the gripper goes around the nearer thing.
        place_m: Largest horizontal error with which it lowers that thing onto the farther one.
        open_above_rad: Finger angle from which on up the gripper counts as open.

    Raises:
        InvalidInput: If a number is not positive and finite.
    """

    step_m: float = 0.03
    aim_m: float = 0.006
    place_m: float = 0.007
    open_above_rad: float = 0.035

    def __post_init__(self) -> None:
        for name in ("step_m", "aim_m", "place_m", "open_above_rad"):
            value = getattr(self, name)
            if not math.isfinite(value) or value <= 0:
                raise InvalidInput(f"stack expert: {name} is {value}; expected a positive number")


class StackGeometry(NamedTuple):
    """What the privileged expert reads. World axes: x along base_link x, -y along the arm, z up; metres.

    Attributes:
        grasp_m: (3,) float64, point between the fingertips.
        near_m: (3,) float64, centre of the nearer thing.
        far_m: (3,) float64, centre of the farther thing.
        near_size_m: Depth along the arm and height of the nearer thing.
        far_height_m: Height of the farther thing.
        grasped: Both fingertips touch the nearer thing.
        stacked: The nearer thing rests on the farther one.
        working_z_m: Lowest height of the point between the fingertips.
    """

    grasp_m: NDArray[np.float64]
    near_m: NDArray[np.float64]
    far_m: NDArray[np.float64]
    near_size_m: tuple[float, float]
    far_height_m: float
    grasped: bool
    stacked: bool
    working_z_m: float


class StackExpert:
    """Grasps the nearer thing from the front, lifts it, carries it above the farther one, lets go and withdraws.

    It has no memory: what it does depends on what can be seen.

    Args:
        config: Settings.
    """

    def __init__(self, config: StackConfig | None = None) -> None:
        self.config = config or StackConfig()

    def decide(self, geometry: StackGeometry, gripper_rad: float) -> ExpertStep:
        """Return the next step.

        Args:
            geometry: Where gripper and things are.
            gripper_rad: Measured finger angle.
        """
        is_open = gripper_rad > self.config.open_above_rad
        if geometry.stacked:
            return self._withdraw(geometry) if is_open else at_rest(GripperState.OPEN)
        if geometry.grasped and not is_open:
            return self._carry(geometry)
        return self._approach(geometry, is_open)

    def _approach(self, geometry: StackGeometry, is_open: bool) -> ExpertStep:
        """Come from the front, aimed before the fingertips go around the thing, and close."""
        height_m = max(float(geometry.near_m[2]), geometry.working_z_m)
        target = np.array([geometry.near_m[0], geometry.near_m[1] - _OVERREACH_M, height_m])
        error = target - geometry.grasp_m
        aimed = abs(error[0]) < self.config.aim_m and abs(error[2]) < 2.0 * self.config.aim_m
        if is_open and aimed and error[1] > -self.config.aim_m:
            return at_rest(GripperState.CLOSED)
        before_m = _OVERREACH_M + geometry.near_size_m[0] / 2.0 + _CLEARANCE_M
        near = -error[1] < before_m + self.config.step_m
        around = -error[1] < before_m - self.config.aim_m
        if not is_open or (not aimed and not (around and abs(error[0]) < 2.0 * self.config.aim_m)):
            error[1] += before_m
        step = step_towards(error, self.config.step_m, _ALIGN_FIRST)
        disturbance = _NEAR if near else _APPROACHING
        return ExpertStep(step, GripperState.OPEN, False, disturbance, gripper_may_err=not near)

    def _carry(self, geometry: StackGeometry) -> ExpertStep:
        """Lift, carry, lower and let go; while it is too low it does not come nearer to the farther thing."""
        over = geometry.far_m - geometry.near_m
        top_m = float(geometry.far_m[2]) + geometry.far_height_m / 2.0
        bottom_m = float(geometry.near_m[2]) - geometry.near_size_m[1] / 2.0
        aside_m = float(np.linalg.norm(over[:2]))
        if aside_m < self.config.place_m:
            if bottom_m - top_m < _LET_GO_M:
                return at_rest(GripperState.OPEN)
            return self._held(np.array([over[0], over[1], top_m - bottom_m]), _LOWERING)
        rise_m = top_m + _CARRY_M - bottom_m
        if rise_m > _CARRY_M / 2.0:
            return self._held(np.array([0.0, 0.0, rise_m]), _CARRYING)
        above = aside_m < 2.0 * self.config.step_m
        return self._held(np.array([over[0], over[1], rise_m]), _LOWERING if above else _CARRYING)

    def _held(self, error_m: NDArray[np.float64], disturbance: tuple[float, float, float]) -> ExpertStep:
        step = step_towards(error_m, self.config.step_m)
        return ExpertStep(step, GripperState.CLOSED, False, disturbance, gripper_may_err=False)

    def _withdraw(self, geometry: StackGeometry) -> ExpertStep:
        """Go straight back, away from what was stacked."""
        away_m = float(geometry.grasp_m[1] - geometry.near_m[1])
        if away_m >= _RETREAT_M:
            return at_rest(GripperState.OPEN, done=True)
        step = np.array([0.0, self.config.step_m, 0.0])
        return ExpertStep(step, GripperState.OPEN, False, _UNDISTURBED, gripper_may_err=False)
