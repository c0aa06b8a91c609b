"""Differential inverse kinematics of the Stretch, iterated to a configuration and checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray
from pink import solve_ik
from pink.configuration import Configuration
from pink.exceptions import PinkError
from pink.tasks import FrameTask, PostureTask

from vinn_training.kinematics.limits.position_limit import PositionLimit
from vinn_training.kinematics.limits.step_limit import StepLimit
from vinn_training.kinematics.robot_model import CAMERA_FRAME, RobotModel

_MAX_ITERATIONS = 10
#: The solver stops refining here, an order below what the driver can resolve.
_CONVERGED_M = 1e-4
_CONVERGED_RAD = 1e-3
_STALLED = 1e-6

# Orientation is held far more strongly than position is reached: a target beyond the arm's end must not bend the
# wrist. At these costs 5 cm out of reach turns it by 0.0002 rad.
_POSITION_COST = 1.0
_ORIENTATION_COST = 10.0
_POSTURE_COST = 1e-3


@dataclass(frozen=True)
class IKSolution:
    """What the solver found, and whether to trust it.

    Attributes:
        q: (n,) float64, within all limits whatever `success` says.
        success: True if the QP was solved at every iteration and the target was reached, or the limits in `active`
            explain why not.
        residual_m: Distance of the camera from the target position.
        residual_rad: Angle between the camera's orientation and the target's.
        active: One line for each limit that the solution touches.
        reason: Why not, empty on success.
    """

    q: NDArray[np.float64]
    success: bool
    residual_m: float
    residual_rad: float
    active: tuple[str, ...]
    reason: str


class InverseKinematics:
    """Solves for the configuration that puts the wrist camera at a pose.

    Args:
        robot: The chain.
        positions: Joint ranges.
        steps: Largest step of each joint in one motion.
        tolerance_m: A residual above this is a failure unless a limit explains it.
    """

    def __init__(
        self, robot: RobotModel, positions: PositionLimit, steps: StepLimit, tolerance_m: float = 1e-3
    ) -> None:
        self._robot = robot
        self._positions = positions
        self._steps = steps
        self._tolerance_m = tolerance_m
        self._data = robot.model.createData()
        self._frame_task = FrameTask(CAMERA_FRAME, position_cost=_POSITION_COST, orientation_cost=_ORIENTATION_COST)
        self._posture_task = PostureTask(cost=_POSTURE_COST)

    def solve(self, q_start: NDArray[np.float64], transform_target_to_world: pin.SE3) -> IKSolution:
        """Find the configuration nearest to `q_start` whose camera pose is the target's, within all limits.

        Args:
            q_start: (n,) float64, where the robot is; clamped into the joint ranges.
            transform_target_to_world: Wanted pose of the camera's optical frame.
        """
        q = self._positions.clamp(q_start)
        self._steps.start_at(q)
        self._frame_task.set_target(transform_target_to_world)
        self._posture_task.set_target(q)
        configuration = Configuration(self._robot.model, self._data, q, copy_data=False)
        reason = ""
        for _ in range(_MAX_ITERATIONS):
            error = self._frame_task.compute_error(configuration)
            if np.linalg.norm(error[:3]) < _CONVERGED_M and np.linalg.norm(error[3:]) < _CONVERGED_RAD:
                break
            try:
                displacement = solve_ik(
                    configuration,
                    (self._frame_task, self._posture_task),
                    dt=1.0,  # displacement, not velocity: time enters through the step limit
                    solver="daqp",
                    limits=(self._positions, self._steps),
                    safety_break=False,
                )
            except PinkError as failure:
                reason = f"the QP solver found no solution ({type(failure).__name__})"
                break
            # The QP holds its constraints to a tolerance; the joints get them exactly.
            moved = self._positions.clamp(self._steps.clamp(configuration.q + displacement))
            stalled = float(np.abs(moved - configuration.q).max()) < _STALLED
            configuration.update(moved)
            if stalled:
                break
        return self._judge(configuration.q, transform_target_to_world, reason)

    def _judge(self, q: NDArray[np.float64], target: pin.SE3, reason: str) -> IKSolution:
        pose = self._robot.camera_pose(q)
        residual_m = float(np.linalg.norm(target.translation - pose.translation))
        residual_rad = float(np.linalg.norm(pin.log3(pose.rotation.T @ target.rotation)))
        active = (*self._positions.active(q), *self._steps.active(q))
        if not reason and residual_m > self._tolerance_m and not active:
            reason = f"no convergence: {residual_m * 1000:.1f} mm from the target with no limit in the way"
        return IKSolution(
            q=np.array(q),
            success=not reason,
            residual_m=residual_m,
            residual_rad=residual_rad,
            active=active,
            reason=reason,
        )
