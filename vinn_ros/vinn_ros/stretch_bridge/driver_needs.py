"""What each way of sending motions needs of the driver before a command moves the robot."""

from __future__ import annotations

from dataclasses import dataclass

_STATUS = ("mode", "is_homed", "is_runstopped", "tool")


@dataclass(frozen=True)
class DriverNeeds:
    """What must have been heard of the driver, and how it must be set up.

    Attributes:
        topics: Status topics that must have said something.
        position_mode: Whether it takes commands in position mode alone.
        streaming: Whether streaming position must be activated.
    """

    topics: tuple[str, ...]
    position_mode: bool
    streaming: bool


#: Vectors on `/joint_pose_cmd`.
STREAMING_NEEDS = DriverNeeds((*_STATUS, "is_streaming_position"), position_mode=True, streaming=True)
#: Goals of the action server. In trajectory mode the driver refuses goals of a single point, and base increments.
ACTION_NEEDS = DriverNeeds(_STATUS, position_mode=True, streaming=False)
#: Trajectories for a ros2_control robot: it has none of the Stretch driver's topics and services.
TOPIC_NEEDS = DriverNeeds((), position_mode=False, streaming=False)
