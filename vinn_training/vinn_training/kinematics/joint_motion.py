"""A straight motion of the joints to a pose, in small steps that wait for the robot."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.collision.collision_model import CollisionModel
from vinn_training.kinematics.controller_config import FINGER_RANGE_RAD, CartesianControllerConfig
from vinn_training.kinematics.controller_step import ControllerStep
from vinn_training.kinematics.joint_targets import joint_targets
from vinn_training.kinematics.limits.position_limit import PositionLimit
from vinn_training.kinematics.robot_model import RobotModel

#: A pose is no hurry: the joints take this part of their largest speeds.
_SPEED_PART = 0.5
_FINGER_SPEED_RADPS = 0.5
#: Largest speed of a minimum-jerk motion over its mean.
_PEAK = 1.875
#: Places on the way at which the fingertips are compared with the workspace box.
_LOOKS = 21


class Whereabouts(NamedTuple):
    """Where the robot is.

    Attributes:
        q: (n,) float64, as `RobotModel.joint_names`.
        finger_rad: Finger angle.
    """

    q: NDArray[np.float64]
    finger_rad: float


Measure = Callable[[Mapping[str, float], float], Whereabouts]


def largest_leads(joint_names: Sequence[str], config: CartesianControllerConfig) -> NDArray[np.float64]:
    """Return how far a streamed target of each joint may be from where the joint is, (n,) metres or radians."""
    speeds = config.speeds()
    slide_m = min(config.max_lead_m, config.max_slide_step_m)
    leads = [config.max_wrist_step_rad if name in joints.WRIST else slide_m for name in joint_names]
    return np.array([min(x, speeds[n] * config.step_time_s) for x, n in zip(leads, joint_names, strict=True)])


class JointMotion:
    """Leads every joint, and the fingers, along one straight line of minimum jerk.

    All joints arrive together, so that the way which is checked here is the way they take.

    Args:
        robot: The chain.
        limits: Ranges of its joints.
        collision: Parts that must not meet; None leaves them out.
        config: Speeds, largest leads and the workspace box.
        measure: From joint positions by the driver's names, and the base's position, to where the robot is.
        joint_positions: Measured positions by the driver's names, metres and radians.
        base_position_m: Measured base position.
        gripper_rad: Finger angle that is commanded at the start.
        targets: By joint name, metres and radians; the base's is a way from where it is. The others stay.

    Raises:
        InvalidInput: If a joint is unknown, or a target is not finite or outside its range.
        KinematicsError: If parts of the robot would meet on the way or the fingertips would leave the workspace.
    """

    def __init__(
        self,
        robot: RobotModel,
        limits: PositionLimit,
        collision: CollisionModel | None,
        config: CartesianControllerConfig,
        measure: Measure,
        joint_positions: Mapping[str, float],
        base_position_m: float,
        gripper_rad: float,
        targets: Mapping[str, float],
    ) -> None:
        self._robot = robot
        self._collision = collision
        self._measure = measure
        here = measure(joint_positions, base_position_m)
        self._start = Whereabouts(here.q, gripper_rad)
        self._end = _goal(robot, limits, self._start, targets)
        self._base_offset_m = base_position_m - float(here.q[0])
        speeds = config.speeds()
        times = [
            abs(way) / (speeds[name] * _SPEED_PART)
            for name, way in zip(robot.joint_names, self._end.q - self._start.q, strict=True)
        ]
        times.append(abs(self._end.finger_rad - self._start.finger_rad) / _FINGER_SPEED_RADPS)
        self._duration_s = _PEAK * max(times)
        self._largest_lead = largest_leads(robot.joint_names, config)
        self._part = 0.0
        self._at = self._start
        self._check_workspace(config)
        # The first fingers' way may begin where they grip on something: from measured, as for every step.
        self._refuse_collision(here, self._end)

    @property
    def goals(self) -> dict[str, float]:
        """Absolute targets by joint name, metres and radians; the base's as its measured position counts."""
        goals = dict(zip(self._robot.joint_names, (float(x) for x in self._end.q), strict=True))
        goals[joints.BASE] += self._base_offset_m
        if self._robot.has_fingers:
            goals[joints.FINGER_LEFT] = self._end.finger_rad
        return goals

    @property
    def is_sent(self) -> bool:
        """Whether the last step was the one to the pose itself."""
        return self._part >= 1.0

    def advance(
        self, duration_s: float, joint_positions: Mapping[str, float], base_position_m: float
    ) -> ControllerStep:
        """Return the targets for the next stretch of the way, or why it must not be made.

        While a joint is behind its target by more than the largest lead, the targets stay where they are.

        Args:
            duration_s: Time for the stretch.
            joint_positions: Measured positions by the driver's names.
            base_position_m: Measured base position.
        """
        zero = (0.0, 0.0, 0.0)
        part = 1.0 if self._duration_s <= 0.0 else min(1.0, self._part + max(0.0, duration_s) / self._duration_s)
        wanted = self._place(part)
        clipped: tuple[str, ...] = ()
        try:
            here = self._measure(joint_positions, base_position_m)
            behind = np.abs(wanted.q - here.q)
            if bool((behind > self._largest_lead).any()):
                worst = int(np.argmax(behind / self._largest_lead))
                clipped = (f"waits for {self._robot.joint_names[worst]}, {behind[worst]:.3g} behind",)
                part, wanted = self._part, self._at
                if bool((np.abs(wanted.q - here.q) > 2.0 * self._largest_lead).any()):
                    raise KinematicsError(
                        f"{self._robot.joint_names[worst]} is {behind[worst]:.3g} from where it was sent; "
                        "was the robot moved by something else?"
                    )
            self._refuse_collision(here, wanted)
        except KinematicsError as error:
            return ControllerStep(None, False, math.inf, zero, zero, (), str(error))
        before_m = self._robot.camera_pose(self._at.q).translation
        way = self._robot.camera_pose(wanted.q).translation - before_m
        moved_m = (float(way[0]), float(way[1]), float(way[2]))
        self._part, self._at = part, wanted
        return ControllerStep(
            targets=joint_targets(self._robot.joint_names, wanted.q, wanted.finger_rad, float(wanted.q[0] - here.q[0])),
            success=True,
            residual_m=0.0,
            requested_base_m=moved_m,
            commanded_base_m=moved_m,
            clipped=clipped,
            reason="",
            reached=True,
            residual_rad=0.0,
        )

    def _place(self, part: float) -> Whereabouts:
        """Return the place on the line after a part of the time: minimum jerk."""
        way = part**3 * (10.0 - 15.0 * part + 6.0 * part**2)
        q = self._start.q + way * (self._end.q - self._start.q)
        return Whereabouts(q, self._start.finger_rad + way * (self._end.finger_rad - self._start.finger_rad))

    def _refuse_collision(self, here: Whereabouts, there: Whereabouts) -> None:
        if self._collision is None:
            return
        blocker = self._collision.check_path(here.q, there.q, here.finger_rad, there.finger_rad).blocker
        if blocker:
            raise KinematicsError(f"{blocker} would meet on the way to the pose")

    def _check_workspace(self, config: CartesianControllerConfig) -> None:
        """Refuse a way that brings the fingertips out of the box, or farther out where they are out already."""
        excess_m = []
        for part in np.linspace(0.0, 1.0, _LOOKS):
            q = self._start.q + part * (self._end.q - self._start.q)
            point_m = self._robot.grasp_position_m(q)
            inside_m, faces = config.workspace.clamp(point_m)
            excess_m.append(float(np.linalg.norm(point_m - inside_m)))
            if excess_m[-1] > excess_m[0] + 1e-6 or (part == 1.0 and faces and excess_m[0] == 0.0):
                x, y, z = (float(v) for v in point_m)
                raise KinematicsError(
                    f"on the way to the pose the fingertips would be at ({x:.2f}, {y:.2f}, {z:.2f}) m, "
                    f"beyond the {' and the '.join(faces)}"
                )


def _goal(robot: RobotModel, limits: PositionLimit, start: Whereabouts, targets: Mapping[str, float]) -> Whereabouts:
    known = (*robot.joint_names, *((joints.FINGER_LEFT,) if robot.has_fingers else ()))
    if not targets:
        raise InvalidInput(f"the pose names no joint; expected some of {', '.join(known)}")
    q, finger_rad = start.q.copy(), start.finger_rad
    for name, value in targets.items():
        if name not in known:
            raise InvalidInput(f"the pose names '{name}'; expected some of {', '.join(known)}")
        if not math.isfinite(value):
            raise InvalidInput(f"the pose has {value} for '{name}'; expected a finite number")
        if name == joints.FINGER_LEFT:
            finger_rad = _in_range(name, value, *FINGER_RANGE_RAD)
            continue
        index = robot.joint_names.index(name)
        goal = value + float(q[index]) if name == joints.BASE else value
        q[index] = _in_range(name, goal, float(limits.lower[index]), float(limits.upper[index]))
    return Whereabouts(q, finger_rad)


def _in_range(name: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise InvalidInput(f"the pose has {value:.4g} for '{name}'; expected {low:.4g} to {high:.4g}")
    return value
