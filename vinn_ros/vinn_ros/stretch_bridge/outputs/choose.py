"""Makes the output that the bridge's parameters name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle import LifecycleNode

from vinn_ros.stretch_bridge.outputs.driver_output import DriverOutput
from vinn_ros.stretch_bridge.outputs.joint_map import DEFAULT
from vinn_training.exceptions import InvalidInput

Interface = Literal["streaming", "follow_joint_trajectory", "joint_trajectory"]
INTERFACES: tuple[Interface, ...] = ("streaming", "follow_joint_trajectory", "joint_trajectory")


@dataclass(frozen=True)
class OutputConfig:
    """How the bridge sends motions.

    Attributes:
        interface: `streaming` (the driver's `/joint_pose_cmd`), `follow_joint_trajectory` (its action server) or
            `joint_trajectory` (a topic of a ros2_control robot).
        trajectory_topic: That topic.
        trajectory_joints: The joints of its controller; see JointMap.
        slide_mps: Speed of lift, arm and base in trajectories.
        turn_radps: Speed of wrist, head and fingers in trajectories.

    Raises:
        InvalidInput: If the topic is empty.
    """

    interface: Interface = "streaming"
    trajectory_topic: str = "joint_trajectory_controller/joint_trajectory"
    trajectory_joints: tuple[str, ...] = DEFAULT
    slide_mps: float = 0.1
    turn_radps: float = 1.0

    def __post_init__(self) -> None:
        if self.interface == "joint_trajectory" and not self.trajectory_topic:
            raise InvalidInput(f"trajectory_topic is empty; expected a topic such as '{OutputConfig.trajectory_topic}'")


def make_output(node: LifecycleNode, group: CallbackGroup, config: OutputConfig) -> DriverOutput:
    """Return the output; what one interface needs is imported for it alone.

    Args:
        node: The node that owns publishers and clients.
        group: Callback group of answers and subscriptions.
        config: Which output.

    Raises:
        InvalidInput: If the joint names cannot be used.
        MissingDependency: If a ROS package is missing.
    """
    if config.interface == "joint_trajectory":
        from vinn_ros.stretch_bridge.outputs.joint_trajectory import JointTrajectoryOutput

        return JointTrajectoryOutput(
            node, group, config.trajectory_topic, config.trajectory_joints, config.slide_mps, config.turn_radps
        )
    if config.interface == "follow_joint_trajectory":
        from vinn_ros.stretch_bridge.outputs.follow_joint_trajectory import FollowJointTrajectoryOutput

        return FollowJointTrajectoryOutput(node, group, config.slide_mps, config.turn_radps)
    from vinn_ros.stretch_bridge.outputs.streaming import StreamingOutput

    return StreamingOutput(node, group)
