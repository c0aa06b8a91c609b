"""A simulated Stretch in front of a cabinet, and the ground truth for scoring."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vinn_training.sim.cabinet_model import DOOR_JOINT, HANDLE_GEOM, HANDLE_SITE
from vinn_training.sim.engine import mujoco
from vinn_training.sim.robot_cameras import OverviewView
from vinn_training.sim.robot_description import BASE_JOINT
from vinn_training.sim.robot_sim import RobotSim, StartPose
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.scene_model import build_model
from vinn_training.sim.task_state import GraspGeometry, TaskState


class StretchSim(RobotSim[SceneConfig]):
    """Physics and rendering of one kitchen scene at a time; see `RobotSim`."""

    def show(self, joint_positions: Mapping[str, float], base_position_m: float, door_angle_rad: float) -> None:
        """Put robot and door where they were at some moment, for a picture of it; no physics.

        Args:
            joint_positions: By the driver's names, metres and radians; names that are no joint here are left out.
            base_position_m: Position of the base along its x axis, from where it started.
            door_angle_rad: Hinge angle.
        """
        joints = {self._model.joint(index).name for index in range(self._model.njnt)}
        wanted = {**joint_positions, BASE_JOINT: base_position_m, DOOR_JOINT: door_angle_rad}
        for name, value in wanted.items():
            if name in joints:
                self._data.joint(name).qpos[0] = value
        mujoco.mj_forward(self._model, self._data)

    def task_state(self) -> TaskState:
        """Return the ground truth for scoring."""
        return TaskState(
            door_angle_rad=self._joint(DOOR_JOINT),
            handle_grasped=self._grasped(HANDLE_GEOM),
            lateral_offset_m=self._scene.lateral_offset_m,
            scene=self._scene.name,
        )

    def grasp_geometry(self) -> GraspGeometry:
        """Return where gripper, handle and hinge are. For the expert that makes demonstrations, not for policies."""
        mujoco.mj_kinematics(self._model, self._data)
        joint = self._model.joint(DOOR_JOINT)
        return GraspGeometry(
            grasp_m=self._grasp_point_m(),
            handle_m=self._data.site(HANDLE_SITE).xpos.copy(),
            hinge_m=self._data.xanchor[joint.id].copy(),
            opening_axis=float(np.sign(self._data.xaxis[joint.id][2])),
        )

    def _build(self, scene: SceneConfig) -> mujoco.MjModel:
        return build_model(scene, self._camera)

    def _start_pose(self) -> StartPose:
        """Put the grasp point at the scene's distance in front of the handle."""
        geometry = self.grasp_geometry()
        offset = geometry.handle_m - geometry.grasp_m
        return StartPose(
            lift_m=offset[2] + self._scene.height_offset_m, arm_m=-offset[1] - self._scene.start_distance_m
        )

    def _overview_view(self) -> OverviewView:
        """Look from the side of the handle, so that the gripper and the opening door are not hidden by the arm."""
        side = 1.0 if self._scene.hinge_side == "right" else -1.0
        return OverviewView((-0.04 * side, -0.46, 0.69), 2.05, 270.0 - side * 50.0, -18.0)
