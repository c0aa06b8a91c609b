"""One step of differential inverse kinematics: Pink's frame and posture tasks in a QP with bounds, solved by DAQP."""

from __future__ import annotations

import daqp
import numpy as np
from numpy.typing import NDArray
from pink.configuration import Configuration
from pink.tasks import FrameTask

from vinn_training.exceptions import KinematicsError

#: Keeps the QP strictly convex where a task leaves a joint free.
_DAMPING = 1e-12


class DifferentialStep:
    """Finds the displacement dq that brings a frame nearest to its target, and the joints to their posture.

    It minimises |W (J dq + e)|^2 + w^2 |q + dq - q_posture|^2, as `pink.solve_ik` does with a FrameTask and a
    PostureTask. Ranges and steps of the joints are bounds of the QP here, not rows of a matrix, and nothing is built
    that does not change: together that takes less than half of the time.

    Args:
        task: Of the frame, with its costs W.
        posture_cost: w.
        size: Number n of joints.
    """

    def __init__(self, task: FrameTask, posture_cost: float, size: int) -> None:
        self._task = task
        self._weights = np.asarray(task.cost, dtype=np.float64)
        self._posture_weight = posture_cost**2
        self._regular = (self._posture_weight + _DAMPING) * np.eye(size)
        self._no_rows = np.zeros((0, size))

    def solve(
        self,
        configuration: Configuration,
        error: NDArray[np.float64],
        posture: NDArray[np.float64],
        lower: NDArray[np.float64],
        upper: NDArray[np.float64],
        rows: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    ) -> NDArray[np.float64]:
        """Return dq, (n,).

        Args:
            configuration: Where the joints are.
            error: (6,) of the task there.
            posture: (n,) float64, joint values that are preferred.
            lower: (n,) float64, least dq.
            upper: (n,) float64, largest dq.
            rows: G, (k, n), and h, (k,), with G dq <= h.

        Raises:
            KinematicsError: If the QP has no solution.
        """
        jacobian = self._weights[:, None] * self._task.compute_jacobian(configuration)
        hessian = jacobian.T @ jacobian + self._regular
        gradient = (self._weights * error) @ jacobian + self._posture_weight * (configuration.q - posture)
        matrix, most = (self._no_rows, upper) if rows is None else (rows[0], np.concatenate([upper, rows[1]]))
        least = np.full(len(most), -1e30)
        least[: len(lower)] = lower
        kinds = np.zeros(len(most), dtype=np.intc)
        displacement, _, status, _ = daqp.solve(hessian, gradient, matrix, most, least, kinds)
        if status <= 0 or not np.isfinite(displacement).all():
            raise KinematicsError(f"the QP solver found no solution (DAQP's status {status})")
        return np.asarray(displacement, dtype=np.float64)
