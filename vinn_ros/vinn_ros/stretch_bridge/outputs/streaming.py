"""Streaming: vectors on the driver's `/joint_pose_cmd`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rclpy.callback_groups import CallbackGroup
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Float64MultiArray

from vinn_ros import qos
from vinn_ros.stretch_bridge.commands import BASE_STANDS_M
from vinn_ros.stretch_bridge.driver_needs import STREAMING_NEEDS, DriverNeeds
from vinn_ros.stretch_bridge.inputs import DriverStatus
from vinn_ros.stretch_bridge.outputs.driver_output import DriverService
from vinn_ros.stretch_bridge.outputs.driver_services import DriverServices
from vinn_ros.stretch_bridge.outputs.topic_watch import TopicWatch
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE, encode, layout

_TOPIC = "joint_pose_cmd"


class StreamingOutput:
    """A DriverOutput for a driver that streams in position mode.

    Args:
        node: The node that owns publisher and clients.
        group: Callback group of the services' answers.
    """

    def __init__(self, node: LifecycleNode, group: CallbackGroup) -> None:
        self._publisher = node.create_lifecycle_publisher(Float64MultiArray, _TOPIC, qos.STREAM)
        self._watch = TopicWatch(node, Float64MultiArray, _TOPIC, lambda message: tuple(message.data), group)
        self._services = DriverServices(node, group)

    @property
    def needs(self) -> DriverNeeds:
        return STREAMING_NEEDS

    def joint_names(self, names: Sequence[str]) -> list[str]:
        return list(names)

    def joint_states(self, positions: Mapping[str, float]) -> None:
        """Nothing here depends on them."""

    def send(self, values: Mapping[str, float], tool: str | None) -> dict[str, float]:
        tool = tool or ""
        message = Float64MultiArray(data=encode(tool, values))
        self._watch.sent(message)
        self._publisher.publish(message)
        return {name: values[name] for name in layout(tool) if name != BASE_ROTATE}

    def hold(self, values: Mapping[str, float] | None, status: DriverStatus) -> None:
        """Stop the robot by both ways: the vector needs no answer, the service no joint states."""
        if values is not None and status.would_move():
            self.send({**values, joints.BASE: BASE_STANDS_M}, status.tool)
        self._services.call("stop_the_robot")

    def call(self, service: DriverService) -> None:
        self._services.call(service)

    def poll(self) -> str | None:
        return self._watch.problem()

    def refusal(self) -> str | None:
        return self._watch.refusal()

    def warning(self) -> str | None:
        return self._watch.warning()

    def flush(self, timeout_s: float) -> None:
        self._publisher.wait_for_all_acked(Duration(seconds=timeout_s))
