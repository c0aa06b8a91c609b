"""No joint's target faster than the joint, in a stream of small steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vinn_training.kinematics.collision.collision_model import CollisionModel
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.kinematics.inverse_kinematics import IKSolution
from vinn_training.kinematics.joint_motion import largest_leads
from vinn_training.kinematics.limits.position_limit import PositionLimit
from vinn_training.kinematics.robot_model import RobotModel

#: A robot this many leads away from its last target was moved by something else.
_MOVED_BY_OTHERS = 2.0


class RateLimit:
    """Shortens what the solver found to what the joints can do since the last target.

    Args:
        robot: The chain.
        limits: Ranges of its joints.
        collision: Parts that must not meet; None leaves them out.
        config: Largest speeds and leads.
    """

    def __init__(
        self,
        robot: RobotModel,
        limits: PositionLimit,
        collision: CollisionModel | None,
        config: CartesianControllerConfig,
    ) -> None:
        self._robot = robot
        self._limits = limits
        self._collision = collision
        self._config = config

    def slow(
        self,
        solution: IKSolution,
        q: NDArray[np.float64],
        last_q: NDArray[np.float64] | None,
        target_m: NDArray[np.float64],
        fingers_rad: tuple[float, ...],
        since_last_s: float,
    ) -> IKSolution:
        """Return a solution on the straight way of the joints from the last target, as far as time allows.

        Where the last target is far from the robot it begins at the robot: what was moved by others is not chased.

        Args:
            solution: What the solver found.
            q: (n,) float64, where the robot is.
            last_q: (n,) float64, the last target, or None for the first.
            target_m: (3,) float64, where the camera is to be.
            fingers_rad: Finger angles during the motion, as measured and as commanded.
            since_last_s: Time since the last target.
        """
        names = self._robot.joint_names
        last = q if last_q is None else last_q
        if bool((np.abs(last - q) > _MOVED_BY_OTHERS * largest_leads(names, self._config)).any()):
            last = q
        speeds = self._config.speeds()
        parts = np.abs(solution.q - last) / (np.array([speeds[name] for name in names]) * since_last_s)
        worst = int(np.argmax(parts))
        if parts[worst] <= 1.0:
            return solution
        slow = self._limits.clamp(last + (solution.q - last) / parts[worst])
        active = [f"{names[worst]} slowed to its largest speed {speeds[names[worst]]:.4g} a second"]
        if self._collision is not None:
            for index, finger_rad in enumerate(dict.fromkeys(fingers_rad)):
                free = self._collision.check_path(q, slow, finger_rad, finger_rad, only_fingers=index > 0)
                if free.blocker:
                    slow = q + free.fraction * (slow - q)
                    active.append(f"stopped before {free.blocker} meet")
        residual_m = float(np.linalg.norm(target_m - self._robot.camera_pose(slow).translation))
        return replace(solution, q=slow, success=False, residual_m=residual_m, active=(*solution.active, *active))
