"""What the controller says of a step: the targets and what limits did to them, or why there are none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import JointTargets
from vinn_training.kinematics.controller_step import ControllerStep
from vinn_training.kinematics.inverse_kinematics import IKSolution

#: The camera may turn this far from the held orientation before the step says so.
_ORIENTATION_TOLERANCE_RAD = 0.05


def moving_step(
    targets: JointTargets,
    solution: IKSolution,
    requested_m: NDArray[np.float64],
    commanded_m: NDArray[np.float64],
    clipped: tuple[str, ...],
) -> ControllerStep:
    """Return the step that sends what the solver found.

    Args:
        targets: What to send.
        solution: What the solver found.
        requested_m: (3,) float64, translation that was asked for, in base_link axes.
        commanded_m: (3,) float64, motion of the commanded camera position, in the same axes.
        clipped: One line for each limit that was met before the solver was asked.
    """
    if not solution.success:
        clipped = (*clipped, *solution.active)
    if solution.residual_rad > _ORIENTATION_TOLERANCE_RAD:
        clipped = (*clipped, f"camera {solution.residual_rad:.2g} rad from the orientation it holds")
    return ControllerStep(
        targets=targets,
        success=True,
        residual_m=solution.residual_m,
        requested_base_m=_triple(requested_m),
        commanded_base_m=_triple(commanded_m),
        clipped=clipped,
        reason="",
        reached=solution.success,
        residual_rad=solution.residual_rad,
        iterations=solution.iterations,
        active=solution.active,
    )


def refused_step(reason: str, requested_m: NDArray[np.float64], solution: IKSolution | None = None) -> ControllerStep:
    """Return the step that sends nothing.

    Args:
        reason: Why.
        requested_m: (3,) float64, translation that was asked for, in base_link axes.
        solution: What the solver found, where it was asked.
    """
    return ControllerStep(
        targets=None,
        success=False,
        residual_m=float("inf") if solution is None else solution.residual_m,
        requested_base_m=_triple(requested_m),
        commanded_base_m=(0.0, 0.0, 0.0),
        clipped=(),
        reason=reason,
        residual_rad=float("inf") if solution is None else solution.residual_rad,
        iterations=0 if solution is None else solution.iterations,
        active=() if solution is None else solution.active,
    )


def _triple(vector: NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in vector)
    return x, y, z
