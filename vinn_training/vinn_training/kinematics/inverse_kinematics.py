"""Differential inverse kinematics of the Stretch, iterated to a configuration and checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray
from pink.configuration import Configuration
from pink.tasks import FrameTask

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics.collision.collision_model import CollisionModel
from vinn_training.kinematics.differential_step import DifferentialStep
from vinn_training.kinematics.limits.position_limit import PositionLimit
from vinn_training.kinematics.limits.self_collision_limit import SelfCollisionLimit
from vinn_training.kinematics.limits.step_limit import StepLimit
from vinn_training.kinematics.robot_model import CAMERA_FRAME, RobotModel

_MAX_ITERATIONS = 10
#: The solver stops refining here, an order below what the driver can resolve.
_CONVERGED_M = 1e-4
_CONVERGED_RAD = 1e-3
#: A step that moves every joint less than this, metres or radians, is the last.
_STALLED = 1e-4

# Orientation is held far more strongly than position is reached: a target beyond the arm's end must not bend the
# wrist. At these costs 5 cm out of reach turns it by 0.0002 rad.
_POSITION_COST = 1.0
_ORIENTATION_COST = 10.0
_POSTURE_COST = 1e-3


@dataclass(frozen=True)
class IKSolution:
    """What the solver found, and whether to trust it.

    Attributes:
        q: (n,) float64, within all limits whatever else is said here.
        success: True if the camera is at the target, within the tolerances.
        is_nearest: True if q may be commanded: it is at the target, or as near to it as the limits in `active` allow.
            False after a failure of the solver itself.
        residual_m: Distance of the camera from the target position.
        residual_rad: Angle between the camera's orientation and the target's.
        active: One line for each limit that the solution touches.
        iterations: QPs that were solved.
        reason: Why the target is not reached, empty on success.
    """

    q: NDArray[np.float64]
    success: bool
    is_nearest: bool
    residual_m: float
    residual_rad: float
    active: tuple[str, ...]
    iterations: int
    reason: str


class InverseKinematics:
    """Solves for the configuration that puts the wrist camera at a pose.

    Args:
        robot: The chain.
        positions: Joint ranges.
        steps: Largest step of each joint in one motion.
        tolerance_m: A target is reached if the camera comes this near.
        tolerance_rad: The same for its orientation.
        collision: Parts that must not meet; None leaves them out.
    """

    def __init__(
        self,
        robot: RobotModel,
        positions: PositionLimit,
        steps: StepLimit,
        tolerance_m: float = 1e-3,
        tolerance_rad: float = 8.7e-3,
        collision: CollisionModel | None = None,
    ) -> None:
        self._robot = robot
        self._positions = positions
        self._steps = steps
        self._tolerance_m = tolerance_m
        self._tolerance_rad = tolerance_rad
        self._collision = collision
        self._apart = None if collision is None else SelfCollisionLimit(collision, steps.max_step)
        self._data = robot.model.createData()
        self._frame_task = FrameTask(CAMERA_FRAME, position_cost=_POSITION_COST, orientation_cost=_ORIENTATION_COST)
        self._step = DifferentialStep(self._frame_task, _POSTURE_COST, robot.model.nv)

    def solve(
        self, q_start: NDArray[np.float64], transform_target_to_world: pin.SE3, fingers_rad: tuple[float, ...] = (0.0,)
    ) -> IKSolution:
        """Find the configuration nearest to `q_start` whose camera pose is the target's, within all limits.

        The straight motion of the joints from `q_start` to the solution is free of self-collision, too.

        Args:
            q_start: (n,) float64, where the robot is; clamped into the joint ranges.
            transform_target_to_world: Wanted pose of the camera's optical frame.
            fingers_rad: Finger angles during the motion: as measured, and as commanded where that differs.
        """
        start = self._positions.clamp(q_start)
        self._steps.start_at(start)
        self._frame_task.set_target(transform_target_to_world)
        end, iterations, failure = self._descend(start, None)
        if self._collision is None or self._apart is None:
            return self._judge(end, transform_target_to_world, iterations, failure, "")
        # Most motions are far from any collision: a look along them costs less than to watch every pair on the way.
        if self._is_free(start, end, fingers_rad, self._collision.margin_m):
            return self._judge(end, transform_target_to_world, iterations, failure, "")
        self._apart.start_at(fingers_rad)
        around, more, failure = self._descend(start, self._apart)
        q, blocker = self._free_part(start, around, fingers_rad)
        solution = self._judge(q, transform_target_to_world, iterations + more, failure, blocker)
        if not solution.success and self._is_free(start, end, fingers_rad, None):
            # Keeping the margin all the way was too much to ask; the direct way keeps enough.
            direct = self._judge(end, transform_target_to_world, iterations + more, "", "")
            return direct if direct.success else solution
        return solution

    def _descend(
        self, start: NDArray[np.float64], apart: SelfCollisionLimit | None
    ) -> tuple[NDArray[np.float64], int, str]:
        """Return where the iteration from `start` ends, (n,), how many QPs it took and why it failed, if it did."""
        configuration = Configuration(self._robot.model, self._data, start, copy_data=False)
        lowest = np.maximum(self._positions.lower, start - self._steps.max_step)
        highest = np.minimum(self._positions.upper, start + self._steps.max_step)
        iterations = 0
        while iterations < _MAX_ITERATIONS:
            error = self._frame_task.compute_error(configuration)
            if error[:3] @ error[:3] < _CONVERGED_M**2 and error[3:] @ error[3:] < _CONVERGED_RAD**2:
                break
            iterations += 1
            q = configuration.q
            rows = None if apart is None else apart.rows(q)
            try:
                displacement = self._step.solve(configuration, error, start, lowest - q, highest - q, rows)
            except KinematicsError as error_of_qp:
                return np.array(q), iterations, str(error_of_qp)
            # The QP holds its constraints to a tolerance; the joints get them exactly.
            moved = np.clip(q + displacement, lowest, highest)
            stalled = float(np.abs(moved - q).max()) < _STALLED
            configuration.update(moved)
            if stalled:
                break
        return np.array(configuration.q), iterations, ""

    def _is_free(
        self,
        start: NDArray[np.float64],
        end: NDArray[np.float64],
        fingers_rad: tuple[float, ...],
        keep_m: float | None,
    ) -> bool:
        """Return whether the whole motion keeps a distance; None for the least that is ever allowed."""
        assert self._collision is not None
        return not any(
            self._collision.check_path(
                start, end, finger, finger, keep_m, only_fingers=index > 0, only_whole=True
            ).blocker
            for index, finger in enumerate(dict.fromkeys(fingers_rad))
        )

    def _free_part(
        self, start: NDArray[np.float64], end: NDArray[np.float64], fingers_rad: tuple[float, ...]
    ) -> tuple[NDArray[np.float64], str]:
        """Return how far the motion may go, (n,), and which parts end it."""
        assert self._collision is not None
        checks = [
            self._collision.check_path(start, end, finger, finger, only_fingers=index > 0)
            for index, finger in enumerate(dict.fromkeys(fingers_rad))
        ]
        first = min(checks, key=lambda check: check.fraction)
        if not first.blocker:
            return end, ""
        return self._positions.clamp(start + first.fraction * (end - start)), first.blocker

    def _judge(
        self, q: NDArray[np.float64], target: pin.SE3, iterations: int, failure: str, blocker: str
    ) -> IKSolution:
        pose = self._robot.camera_pose(q)
        residual_m = float(np.linalg.norm(target.translation - pose.translation))
        residual_rad = float(np.linalg.norm(pin.log3(pose.rotation.T @ target.rotation)))
        success = not failure and residual_m <= self._tolerance_m and residual_rad <= self._tolerance_rad
        active: tuple[str, ...] = (*self._positions.active(q), *self._steps.active(q))
        if blocker:
            active = (*active, f"stopped before {blocker} meet")
        elif self._apart is not None and not success:
            active = (*active, *self._apart.active(q))
        distance = f"{residual_m * 1000:.1f} mm and {np.degrees(residual_rad):.1f} degrees from the target"
        if not success and not failure:
            reason = (
                f"{distance}: {', '.join(active)}" if active else f"no convergence: {distance} with no limit in the way"
            )
        else:
            reason = failure
        return IKSolution(
            q=q,
            success=success,
            is_nearest=success or (not failure and bool(active)),
            residual_m=residual_m,
            residual_rad=residual_rad,
            active=active,
            iterations=iterations,
            reason=reason,
        )
