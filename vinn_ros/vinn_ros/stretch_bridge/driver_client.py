"""The bridge's end of the Stretch driver: one command topic and a few services, none of which blocks."""

from __future__ import annotations

from typing import Any, Literal

from rclpy.callback_groups import CallbackGroup
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import Trigger

from vinn_ros import qos
from vinn_ros.stretch_bridge.core import Stop
from vinn_ros.stretch_bridge.inputs import DriverStatus
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import encode

#: The driver leaves the base's motion alone where its increment is zero; an increment of next to nothing ends it.
_HOLD_BASE_M = 1e-6

DriverService = Literal["switch_to_position_mode", "activate_streaming_position", "stop_the_robot"]
_SERVICES: tuple[DriverService, ...] = ("switch_to_position_mode", "activate_streaming_position", "stop_the_robot")


class DriverClient:
    """Sends to the driver.

    Args:
        node: The node that owns publisher and clients.
        group: Callback group of the services' answers.
    """

    def __init__(self, node: LifecycleNode, group: CallbackGroup) -> None:
        self._logger = node.get_logger()
        self._pose_command = node.create_lifecycle_publisher(Float64MultiArray, "joint_pose_cmd", qos.STREAM)
        self._clients = {name: node.create_client(Trigger, name, callback_group=group) for name in _SERVICES}

    def send(self, values: dict[str, float], tool: str) -> None:
        """Send a command vector.

        Raises:
            InvalidInput: If the tool is unknown or a value cannot be sent.
        """
        self._pose_command.publish(Float64MultiArray(data=encode(tool, values)))

    def hold(self, stop: Stop, status: DriverStatus) -> None:
        """Stop the robot by both ways: the vector needs no answer, the service no joint states."""
        if stop.values is not None and status.problem() is None:
            self.send({**stop.values, joints.BASE: _HOLD_BASE_M}, str(status.tool))
        self.call("stop_the_robot")

    def call(self, name: DriverService) -> None:
        """Call a service; a refusal is logged when it comes."""
        client = self._clients[name]
        if not client.service_is_ready():
            self._logger.warning(f"{client.srv_name} is not there yet", throttle_duration_sec=5.0)
            return

        def answered(future: Any) -> None:
            answer = future.result()
            if answer is not None and not answer.success:
                self._logger.error(f"{client.srv_name} was refused: {answer.message}", throttle_duration_sec=2.0)

        client.call_async(Trigger.Request()).add_done_callback(answered)

    def flush(self, timeout_s: float) -> None:
        """Wait until the driver's middleware has the last command, at the end of the process."""
        self._pose_command.wait_for_all_acked(Duration(seconds=timeout_s))
