"""A simulated Stretch at a table, and where the things on it are."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.sim.engine import mujoco
from vinn_training.sim.robot_cameras import OverviewView
from vinn_training.sim.robot_sim import RobotSim, StartPose
from vinn_training.sim.table_model import build_table_model, thing_name, to_world_m
from vinn_training.sim.table_scene import WORKING_HEIGHT_M, TableScene

#: The gripper points 20 degrees down: fingertips reach the table, wrist and camera stay above it.
TABLE_PITCH_RAD = -0.35


class ThingState(NamedTuple):
    """Where a thing is, world axes: x along the robot's forward, -y along its arm, z up.

    Attributes:
        position_m: (3,) float64, its centre.
        upright: Cosine of the angle between its axis and the vertical; 1 stands.
        yaw_rad: Its turn about the vertical.
        grasped: Both fingertips touch it, now.
    """

    position_m: NDArray[np.float64]
    upright: float
    yaw_rad: float
    grasped: bool


class TableSim(RobotSim[TableScene]):
    """Physics and rendering of one table at a time; see `RobotSim`."""

    START_PITCH_RAD = TABLE_PITCH_RAD

    def thing(self, index: int) -> ThingState:
        """Return where a thing is, by its place in the scene. For scoring and for the expert, not for policies."""
        name = thing_name(index)
        mujoco.mj_kinematics(self._model, self._data)
        body = self._data.body(name)
        turn = body.xmat.reshape(3, 3)
        yaw_rad = math.atan2(turn[1, 0], turn[0, 0])
        return ThingState(body.xpos.copy(), float(turn[2, 2]), yaw_rad, self._grasped(name))

    def grasp_point_m(self) -> NDArray[np.float64]:
        """Return the point between the fingertips, (3,) float64, world."""
        mujoco.mj_kinematics(self._model, self._data)
        return self._grasp_point_m()

    def touching(self, index: int, other: int) -> bool:
        """Return whether two things touch, now."""
        return self._in_contact(thing_name(index), thing_name(other))

    def _build(self, scene: TableScene) -> mujoco.MjModel:
        return build_table_model(scene, self._camera)

    def _start_pose(self) -> StartPose:
        """Put the grasp point at the scene's distance before the first thing."""
        thing = self._scene.things[0]
        start = to_world_m(0.0, thing.away_m - self._scene.start_distance_m, WORKING_HEIGHT_M)
        offset = np.array(start) - self._grasp_point_m()
        return StartPose(lift_m=float(offset[2]) + self._scene.height_offset_m, arm_m=-float(offset[1]))

    def _overview_view(self) -> OverviewView:
        return OverviewView((-0.05, -0.55, 0.80), 1.7, 220.0, -22.0)
