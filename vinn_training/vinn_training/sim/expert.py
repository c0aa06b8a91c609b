"""The door's scripted expert: opens it with knowledge that no policy has, to make demonstrations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.expert_step import ExpertStep, step_towards
from vinn_training.sim.task_state import GraspGeometry, TaskState

#: Approach: how much sooner sideways and vertical errors are taken away than the distance.
_ALIGN_FIRST = np.array([5.0, 1.0, 3.0])


@dataclass(frozen=True)
class ExpertConfig:
    """How the expert opens the door.

    Attributes:
        step_m: Length of a step; the last one before the handle may be shorter.
        overreach_m: How far past the fingertips' centre the handle is taken: deep enough to hold a step cut short.
        reach_m: The gripper closes from this far before that place on, however much deeper it is.
        aim_m: Largest sideways error with which the gripper closes.
        open_to_rad: Door angle at which the demonstration ends.
        closed_below_rad: Finger angle from which on down the gripper counts as closed.
        held_m: A closed gripper this near to the handle pulls, even if only one finger touches it.

    Raises:
        InvalidInput: If a length or the door angle is not positive and finite.
    """

    step_m: float = 0.04
    overreach_m: float = 0.014
    reach_m: float = 0.010
    aim_m: float = 0.016
    open_to_rad: float = math.radians(50.0)
    closed_below_rad: float = 0.0
    held_m: float = 0.04

    def __post_init__(self) -> None:
        for name in ("step_m", "overreach_m", "reach_m", "aim_m", "open_to_rad", "held_m"):
            value = getattr(self, name)
            if not math.isfinite(value) or value <= 0:
                raise InvalidInput(f"expert: {name} is {value}; expected a positive number")


class DoorExpert:
    """Approaches the handle, closes the gripper and pulls along the handle's arc; opens and tries again if it slips.

    It has no memory: what it does depends on what can be seen, so that its demonstrations do not contradict each
    other.

    Args:
        config: Settings.
    """

    def __init__(self, config: ExpertConfig | None = None) -> None:
        self.config = config or ExpertConfig()

    def decide(self, geometry: GraspGeometry, state: TaskState, gripper_rad: float) -> ExpertStep:
        """Return the next step. The world's axes: -y into the cabinet, z up.

        Args:
            geometry: Where gripper, handle and hinge are.
            state: Door angle and contact.
            gripper_rad: Measured finger angle.
        """
        rest = np.zeros(3)
        if state.door_angle_rad >= self.config.open_to_rad:
            return ExpertStep(rest, GripperState.CLOSED, done=True)
        to_handle = geometry.handle_m - geometry.grasp_m
        error = to_handle - [0.0, self.config.overreach_m, 0.0]
        aimed = abs(error[0]) < self.config.aim_m
        if gripper_rad < self.config.closed_below_rad:
            near = aimed and abs(to_handle[1]) < self.config.held_m and error[1] > -2.0 * self.config.reach_m
            if state.handle_grasped or near:
                return ExpertStep(self._pull(geometry), GripperState.CLOSED, done=False)
        elif aimed and error[1] > -self.config.reach_m:
            return ExpertStep(rest, GripperState.CLOSED, done=False)
        return ExpertStep(self._approach(error), GripperState.OPEN, done=False)

    def _approach(self, error_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the next step towards the handle; what is off to the side is taken away first."""
        return step_towards(error_m, self.config.step_m, _ALIGN_FIRST)

    def _pull(self, geometry: GraspGeometry) -> NDArray[np.float64]:
        """Return the next step along the circle that the handle describes about the hinge."""
        arm = geometry.handle_m - geometry.hinge_m
        angle = geometry.opening_axis * self.config.step_m / float(np.hypot(arm[0], arm[1]))
        cos, sin = math.cos(angle), math.sin(angle)
        turned = np.array([cos * arm[0] - sin * arm[1], sin * arm[0] + cos * arm[1], arm[2]])
        step = geometry.hinge_m + turned - geometry.grasp_m
        step[2] = 0.0
        return step * (self.config.step_m / np.linalg.norm(step))
