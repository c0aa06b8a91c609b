"""A snapshot of the simulated robot as the messages that the Stretch driver publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion
from nav_msgs.msg import Odometry
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from std_msgs.msg import Header

from vinn_msgs.msg import TaskState
from vinn_ros.stretch_sim.core import RobotSnapshot

if TYPE_CHECKING:
    from vinn_training.sim import stretch_sim


def joint_state(snapshot: RobotSnapshot, before: RobotSnapshot | None, stamp: Time) -> JointState:
    """Return positions, and velocities since the snapshot before."""
    message = JointState(header=Header(stamp=stamp))
    message.name = list(snapshot.positions)
    message.position = [float(value) for value in snapshot.positions.values()]
    elapsed_s = snapshot.time_s - before.time_s if before is not None else 0.0
    if before is None or elapsed_s <= 0.0:
        message.velocity = [0.0] * len(message.name)
    else:
        message.velocity = [
            (position - before.positions[name]) / elapsed_s for name, position in snapshot.positions.items()
        ]
    return message


def odometry(snapshot: RobotSnapshot, before: RobotSnapshot | None, stamp: Time) -> Odometry:
    """Return the base's pose: it slides along x and keeps its heading."""
    message = Odometry(header=Header(stamp=stamp, frame_id="odom"), child_frame_id="base_link")
    message.pose.pose.position.x = float(snapshot.base_position_m)
    message.pose.pose.orientation.w = 1.0
    if before is not None and snapshot.time_s > before.time_s:
        moved_m = snapshot.base_position_m - before.base_position_m
        message.twist.twist.linear.x = moved_m / (snapshot.time_s - before.time_s)
    return message


def camera_pose(position_m: NDArray[np.float64], rotation: NDArray[np.float64], stamp: Time) -> PoseStamped:
    """Return the true pose of the wrist camera's optical frame, for scoring.

    Args:
        position_m: (3,) origin in the simulated world.
        rotation: (3, 3) from the optical frame to the world.
        stamp: Of the image that was taken there.
    """
    x, y, z, w = _quaternion(rotation)
    message = PoseStamped(header=Header(stamp=stamp, frame_id="world"))
    message.pose = Pose(
        position=Point(x=float(position_m[0]), y=float(position_m[1]), z=float(position_m[2])),
        orientation=Quaternion(x=x, y=y, z=z, w=w),
    )
    return message


def task_state(state: stretch_sim.TaskState, stamp: Time) -> TaskState:
    """Return the ground truth for scoring."""
    return TaskState(
        header=Header(stamp=stamp),
        door_angle_rad=float(state.door_angle_rad),
        handle_grasped=bool(state.handle_grasped),
        lateral_offset_m=float(state.lateral_offset_m),
        scene=state.scene,
    )


def _quaternion(rotation: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return a rotation as x, y, z, w; half a turn is exact too."""
    m = rotation
    trace = m[0, 0] + m[1, 1] + m[2, 2]
    # Four times the outer product of the quaternion with itself; its longest row is the best conditioned.
    outer = np.array(
        [
            [1 - trace + 2 * m[0, 0], m[0, 1] + m[1, 0], m[0, 2] + m[2, 0], m[2, 1] - m[1, 2]],
            [m[0, 1] + m[1, 0], 1 - trace + 2 * m[1, 1], m[1, 2] + m[2, 1], m[0, 2] - m[2, 0]],
            [m[0, 2] + m[2, 0], m[1, 2] + m[2, 1], 1 - trace + 2 * m[2, 2], m[1, 0] - m[0, 1]],
            [m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1], 1 + trace],
        ]
    )
    x, y, z, w = outer[np.argmax(np.diagonal(outer))]
    length = float(np.linalg.norm((x, y, z, w)))
    return float(x) / length, float(y) / length, float(z) / length, float(w) / length
