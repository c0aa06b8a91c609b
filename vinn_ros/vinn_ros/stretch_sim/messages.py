"""A snapshot of the simulated robot as the messages that the Stretch driver publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builtin_interfaces.msg import Time
from nav_msgs.msg import Odometry
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


def task_state(state: stretch_sim.TaskState, stamp: Time) -> TaskState:
    """Return the ground truth for scoring."""
    return TaskState(
        header=Header(stamp=stamp),
        door_angle_rad=float(state.door_angle_rad),
        handle_grasped=bool(state.handle_grasped),
        lateral_offset_m=float(state.lateral_offset_m),
        scene=state.scene,
    )
