"""What a scripted expert wants for one image; the same for every task."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import GripperState

#: Disturbance in full along every axis.
FULL = (1.0, 1.0, 1.0)


class ExpertStep(NamedTuple):
    """What the expert wants for one image.

    Attributes:
        translation_world_m: (3,) float64, motion of the gripper in world axes; zero at rest.
        gripper: Commanded state of the gripper.
        done: The demonstration has reached its end.
        disturbance: How much of the recording's disturbance this step bears along each of the world's axes.
        gripper_may_err: The recording may also disturb the gripper.
    """

    translation_world_m: NDArray[np.float64]
    gripper: GripperState
    done: bool
    disturbance: tuple[float, float, float] = FULL
    gripper_may_err: bool = True


def at_rest(gripper: GripperState, done: bool = False) -> ExpertStep:
    """Return a step that moves nothing but the gripper, undisturbed."""
    return ExpertStep(np.zeros(3), gripper, done, disturbance=(0.0, 0.0, 0.0), gripper_may_err=False)


def step_towards(
    error_m: NDArray[np.float64], step_m: float, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return a step that takes an error away, in no axis farther than to the target.

    Args:
        error_m: (3,) from where the gripper is to where it should be.
        step_m: Length of the step, less where the target is nearer.
        weights: (3,) how much sooner the error along one axis is taken away than along another; None for a straight
            line.
    """
    direction = error_m if weights is None else error_m * weights
    length_m = float(np.linalg.norm(direction))
    if length_m < 1e-9:
        return np.zeros(3)
    step = direction * (step_m / length_m)
    return np.clip(step, -np.abs(error_m), np.abs(error_m))
