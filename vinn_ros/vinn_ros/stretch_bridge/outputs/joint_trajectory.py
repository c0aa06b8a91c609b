"""Trajectories on a topic, for robots of ros2_control (joint_trajectory_controller)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rclpy.callback_groups import CallbackGroup
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from trajectory_msgs.msg import JointTrajectory

from vinn_ros import qos
from vinn_ros.stretch_bridge.driver_needs import TOPIC_NEEDS, DriverNeeds
from vinn_ros.stretch_bridge.inputs import DriverStatus
from vinn_ros.stretch_bridge.outputs.driver_output import DriverService
from vinn_ros.stretch_bridge.outputs.joint_map import JointMap
from vinn_ros.stretch_bridge.outputs.topic_watch import TopicWatch
from vinn_ros.stretch_bridge.outputs.trajectories import motion_time_s, single_point
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints

#: A hold is where the robot is: it need not be slow.
_HOLD_S = 0.1


class JointTrajectoryOutput:
    """A DriverOutput for a robot that has joint states and odometry, and neither modes nor services.

    Args:
        node: The node that owns the publisher.
        group: Callback group.
        topic: Where the robot's controller takes trajectories.
        joint_names: The controller's joints; see JointMap.
        slide_mps: Speed of lift, arm and base.
        turn_radps: Speed of wrist, head and fingers.

    Raises:
        InvalidInput: If the joint names cannot be used.
    """

    def __init__(
        self,
        node: LifecycleNode,
        group: CallbackGroup,
        topic: str,
        joint_names: Sequence[str],
        slide_mps: float,
        turn_radps: float,
    ) -> None:
        self._logger = node.get_logger()
        self._map = JointMap(joint_names)
        self._slide_mps, self._turn_radps = slide_mps, turn_radps
        self._positions: dict[str, float] = {}
        self._publisher = node.create_lifecycle_publisher(JointTrajectory, topic, qos.STREAM)
        self._watch = TopicWatch(node, JointTrajectory, topic, _content, group)

    @property
    def needs(self) -> DriverNeeds:
        return TOPIC_NEEDS

    def joint_names(self, names: Sequence[str]) -> list[str]:
        return self._map.ours(names)

    def joint_states(self, positions: Mapping[str, float]) -> None:
        self._positions.update(positions)

    def send(self, values: Mapping[str, float], tool: str | None) -> dict[str, float]:
        targets = self._map.targets(values, self._positions)
        ways = {name: target - self._positions.get(name, target) for name, target in targets.items()}
        self._publish(targets, motion_time_s(ways, self._slide_mps, self._turn_radps))
        return {**targets, joints.BASE: values[joints.BASE]} if joints.BASE in targets else targets

    def hold(self, values: Mapping[str, float] | None, status: DriverStatus) -> None:
        """Send the robot to where it is; there is no other way to stop it, so the last joint states must do."""
        try:
            self._publish(self._map.targets(values or {}, self._positions), _HOLD_S)
        except InvalidInput as error:
            self._logger.error(f"the robot cannot be held: {error}", throttle_duration_sec=2.0)

    def call(self, service: DriverService) -> None:
        """There are no services."""

    def poll(self) -> str | None:
        problem = self._watch.problem()
        if problem is not None:
            return problem
        missing = self._map.missing(self._positions)
        if missing:
            return (
                f"joint states lack {', '.join(missing)}; expected every joint of trajectory_joints: leave out what "
                "the robot has not, or name it as NAME=ITS_NAME"
            )
        if not self._watch.is_heard():
            return f"nobody takes trajectories on {self._watch.topic}; is the robot's controller active?"
        return None

    def refusal(self) -> str | None:
        return self._watch.refusal()

    def warning(self) -> str | None:
        return self._watch.warning()

    def flush(self, timeout_s: float) -> None:
        self._publisher.wait_for_all_acked(Duration(seconds=timeout_s))

    def _publish(self, targets: Mapping[str, float], time_s: float) -> None:
        message = single_point(self._map.theirs(targets), time_s)
        self._watch.sent(message)
        self._publisher.publish(message)


def _content(message: Any) -> tuple[Any, ...]:
    points = tuple((tuple(point.positions), point.time_from_start.nanosec) for point in message.points)
    return (tuple(message.joint_names), points)
