"""Trajectories of one point: how long a motion may take, and the message."""

from __future__ import annotations

from collections.abc import Mapping

from builtin_interfaces.msg import Duration
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from vinn_training.kinematics import joints

_SLIDES = (joints.LIFT, joints.EXTENSION, *joints.ARM_SEGMENTS, joints.BASE)
#: Shorter than this is a jerk for any controller.
_SHORTEST_S = 0.2


def motion_time_s(distances: Mapping[str, float], slide_mps: float, turn_radps: float) -> float:
    """Return how long a motion takes at these speeds, at least 0.2 s.

    Args:
        distances: By the driver's joint names, metres and radians.
        slide_mps: Speed of lift, arm and base.
        turn_radps: Speed of wrist, head and fingers.
    """
    times = (abs(way) / (slide_mps if name in _SLIDES else turn_radps) for name, way in distances.items())
    return max(_SHORTEST_S, *times, 0.0)


def single_point(positions: Mapping[str, float], time_s: float) -> JointTrajectory:
    """Return the trajectory that begins now and is at these positions, by joint name, after this time."""
    seconds, nanoseconds = divmod(round(time_s * 1e9), 1_000_000_000)
    point = JointTrajectoryPoint(
        positions=[float(value) for value in positions.values()],
        time_from_start=Duration(sec=seconds, nanosec=nanoseconds),
    )
    return JointTrajectory(joint_names=list(positions), points=[point])
