"""From a translation of the wrist camera to joint targets of the Stretch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pinocchio as pin
from numpy.typing import ArrayLike, NDArray

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_target import checked_translation, target_position
from vinn_training.kinematics.collision.collision_model import CollisionModel
from vinn_training.kinematics.controller_config import LIVE_SETTINGS, CartesianControllerConfig
from vinn_training.kinematics.controller_step import ControllerStep
from vinn_training.kinematics.gripper_command import GripperCommand
from vinn_training.kinematics.inverse_kinematics import InverseKinematics
from vinn_training.kinematics.joint_motion import JointMotion, Whereabouts
from vinn_training.kinematics.joint_targets import joint_targets
from vinn_training.kinematics.limits.joint_ranges import joint_ranges
from vinn_training.kinematics.limits.position_limit import PositionLimit
from vinn_training.kinematics.limits.step_limit import StepLimit
from vinn_training.kinematics.rate_limit import RateLimit
from vinn_training.kinematics.robot_model import RobotModel
from vinn_training.kinematics.step_report import moving_step, refused_step

__all__ = ["CartesianController", "CartesianControllerConfig", "ControllerStep"]


class CartesianController:
    """Moves a commanded camera pose by translations in the camera's optical frame; its orientation is held.

    Args:
        config: Settings; the defaults are the paper's robot.

    Raises:
        KinematicsError: If the description cannot be used.
        MissingDependency: If the package with the descriptions is not installed.
    """

    def __init__(self, config: CartesianControllerConfig | None = None) -> None:
        self.config = config or CartesianControllerConfig()
        self.robot = RobotModel(self.config.robot_description(), self.config.camera_mount, self.config.grasp_link)
        self._collision = (
            CollisionModel(self.robot, self.config.collision_margin_m, self.config.camera_radius_m)
            if self.config.self_collision
            else None
        )
        self._positions, self._solver = self._limited(self.config)
        # The point between the fingertips and the camera are on one rigid link: any configuration will do.
        q = self._positions.clamp(np.zeros(len(self.robot.joint_names)))
        self._grasp_in_camera_m = self.robot.camera_pose(q).actInv(self.robot.grasp_position_m(q))
        self._commanded_pose: pin.SE3 | None = None
        self._commanded_q: NDArray[np.float64] | None = None
        self._base_origin_m = 0.0
        self._gripper = GripperCommand(self.robot.has_fingers, self._collision)

    def change(self, config: CartesianControllerConfig) -> None:
        """Take other settings from the next step on; what was commanded stays.

        Args:
            config: Differs in settings of `LIVE_SETTINGS` alone.

        Raises:
            InvalidInput: If another setting differs, for which a new controller is needed, or if joint limits or
                speeds name a joint that is not there; nothing is changed.
        """
        other = self.config.differences(config) - LIVE_SETTINGS
        if other:
            raise InvalidInput(f"{', '.join(sorted(other))} cannot change in a controller; make a new one")
        self._positions, self._solver = self._limited(config)
        self.config = config

    def _limited(self, config: CartesianControllerConfig) -> tuple[PositionLimit, InverseKinematics]:
        """Return the joints' ranges and the solver that keeps them and the largest steps."""
        names = self.robot.joint_names
        positions = PositionLimit(names, *joint_ranges(self.robot, config.joint_limits))
        max_steps = [config.max_wrist_step_rad if n in joints.WRIST else config.max_slide_step_m for n in names]
        known = config.speeds()
        speeds = [known[name] for name in names]
        steps = StepLimit(names, np.array(max_steps), np.array(speeds), config.step_time_s)
        solver = InverseKinematics(self.robot, positions, steps, config.tolerance_m, collision=self._collision)
        return positions, solver

    def reset(
        self, joint_positions: Mapping[str, float], base_position_m: float = 0.0, gripper_rad: float | None = None
    ) -> None:
        """Take the robot's pose as the commanded one; its orientation is held from now on.

        Args:
            joint_positions: Positions by the driver's names, metres and radians.
            base_position_m: Base position along its x axis, from any fixed origin.
            gripper_rad: Finger angle that is commanded; None for the measured one.

        Raises:
            KinematicsError: If a joint is missing, not finite or far out of its range.
        """
        q = self._measured(joint_positions, base_position_m, base_origin_m=base_position_m)
        self._base_origin_m = base_position_m
        self._gripper.reset(joint_positions, gripper_rad)
        self._commanded_pose, self._commanded_q = self.robot.camera_pose(q), None

    def hold(self, joint_positions: Mapping[str, float], base_position_m: float) -> None:
        """Take the measured position for the commanded one; the held orientation and the gripper's command stay.

        For going on after a stop: what was left of the last motion is forgotten.

        Raises:
            KinematicsError: If `reset` was never called, or as for `reset`.
        """
        if self._commanded_pose is None:
            raise KinematicsError("the controller has no pose to hold; call reset() first")
        measured = self.robot.camera_pose(self._measured(joint_positions, base_position_m, self._base_origin_m))
        self._commanded_pose, self._commanded_q = pin.SE3(self._commanded_pose.rotation, measured.translation), None

    @property
    def gripper_rad(self) -> float:
        """Finger angle that is commanded now (measured at reset, until one is commanded)."""
        return self._gripper.commanded_rad

    @property
    def rotation_camera_to_base(self) -> NDArray[np.float64]:
        """Orientation that the camera holds, (3, 3), from its optical axes to base_link; identity before `reset`."""
        return np.eye(3) if self._commanded_pose is None else np.array(self._commanded_pose.rotation)

    def plan_pose(
        self,
        targets: Mapping[str, float],
        joint_positions: Mapping[str, float],
        base_position_m: float,
        gripper_rad: float | None = None,
    ) -> JointMotion:
        """Return a checked motion of the joints to a pose; `reset` must be called at its end.

        Args:
            targets: By joint name, metres and radians; the base's is a way from where it is. The others stay.
            joint_positions: Measured positions by the driver's names.
            base_position_m: Measured base position, from the origin given to `reset`.
            gripper_rad: Finger angle that is commanded; None for what the controller commanded last.

        Raises:
            InvalidInput: If a joint is unknown, or a target is not finite or outside its range.
            KinematicsError: If `reset` was never called, or as for it, or if parts of the robot would meet on the
                way or the fingertips would leave the workspace.
        """
        if self._commanded_pose is None:
            raise KinematicsError("the controller has no pose to start from; call reset() first")

        def measure(positions: Mapping[str, float], base_m: float) -> Whereabouts:
            q = self._measured(positions, base_m, self._base_origin_m)
            return Whereabouts(q, self._gripper.measured(positions))

        return JointMotion(
            self.robot,
            self._positions,
            self._collision,
            self.config,
            measure,
            joint_positions,
            base_position_m,
            self._gripper.commanded_rad if gripper_rad is None else gripper_rad,
            targets,
        )

    def step(
        self,
        translation_camera_m: ArrayLike,
        gripper: GripperState,
        joint_positions: Mapping[str, float],
        base_position_m: float,
        since_last_s: float | None = None,
    ) -> ControllerStep:
        """Return the joint targets that move the camera by a translation.

        The translation, in the axes of the camera as measured, is added to the commanded position; the commanded
        orientation stays. After a failure the commanded pose is as before.

        Args:
            translation_camera_m: (3,) metres in the optical frame (x right, y down, z forward).
            gripper: UNKNOWN leaves the gripper as it was last commanded (or measured at reset).
            joint_positions: Measured positions by the driver's names, metres and radians.
            base_position_m: Measured base position, from the origin given to `reset`.
            since_last_s: For one of many small steps, time since the one before: no joint's target moves faster than
                its largest speed. None for a step that is waited for.
        """
        began_s = time.perf_counter()
        step = self._step(translation_camera_m, gripper, joint_positions, base_position_m, since_last_s)
        return replace(step, solve_s=time.perf_counter() - began_s)

    def _step(
        self,
        translation_camera_m: ArrayLike,
        gripper: GripperState,
        joint_positions: Mapping[str, float],
        base_position_m: float,
        since_last_s: float | None,
    ) -> ControllerStep:
        requested = np.zeros(3)
        try:
            translation = checked_translation(translation_camera_m)
            commanded_pose = self._commanded_pose
            if commanded_pose is None:
                raise KinematicsError("the controller has no pose to start from; call reset() first")
            q = self._measured(joint_positions, base_position_m, self._base_origin_m)
            finger_rad = self._gripper.measured(joint_positions)
            gripper_rad, refused = self._gripper.free(self._gripper.target(gripper, self.config), q, finger_rad)
            measured_pose = self.robot.camera_pose(q)
            requested = measured_pose.rotation @ translation
            target, clipped = target_position(
                requested,
                commanded_pose.translation,
                measured_pose.translation,
                commanded_pose.rotation @ self._grasp_in_camera_m,
                self.config,
            )
            solution = self._solver.solve(q, pin.SE3(commanded_pose.rotation, target), (finger_rad, gripper_rad))
            if not solution.is_nearest:
                return refused_step(f"inverse kinematics failed: {solution.reason}", requested, solution)
            if since_last_s is not None:
                rate = RateLimit(self.robot, self._positions, self._collision, self.config)
                fingers = (finger_rad, gripper_rad)
                solution = rate.slow(solution, q, self._commanded_q, target, fingers, since_last_s)
        except (InvalidInput, KinematicsError) as error:
            return refused_step(str(error), requested)
        reached_m = self.robot.camera_pose(solution.q).translation
        self._commanded_pose, self._commanded_q = pin.SE3(commanded_pose.rotation, reached_m), solution.q
        self._gripper.commanded_rad = gripper_rad
        targets = joint_targets(self.robot.joint_names, solution.q, gripper_rad, float(solution.q[0] - q[0]))
        way_m = reached_m - commanded_pose.translation
        return moving_step(targets, solution, requested, way_m, (*clipped, *refused))

    def _measured(
        self, joint_positions: Mapping[str, float], base_position_m: float, base_origin_m: float
    ) -> NDArray[np.float64]:
        q = self.robot.configuration(joint_positions, base_position_m - base_origin_m)
        for name, excess in self._positions.overshoot(q):
            if excess > self.config.limit_tolerance:
                index = self.robot.joint_names.index(name)
                raise KinematicsError(
                    f"'{name}' is measured at {q[index]:.4g}, outside its range "
                    f"[{self._positions.lower[index]:.4g}, {self._positions.upper[index]:.4g}]; "
                    "check homing and the robot description"
                )
        return self._positions.clamp(q)
