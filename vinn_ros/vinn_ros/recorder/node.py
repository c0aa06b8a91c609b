"""Lifecycle node: records the episode's topics as a rosbag2 bag, in every environment alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory
from diagnostic_msgs.msg import DiagnosticArray
from nav_msgs.msg import Odometry
from rcl_interfaces.msg import ParameterEvent
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import String

from vinn_msgs.msg import BridgeCommand, Embedding, PolicyAction, TaskState
from vinn_ros import qos
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.parameters import ParameterSpec
from vinn_ros.recorder.core import BagRecorder, typestore_with
from vinn_training.exceptions import InvalidInput

PARAMETERS = (ParameterSpec("output", "", "Directory below which each recording makes its own bag."),)

TOPICS: tuple[tuple[str, Any, QoSProfile], ...] = (
    ("image_raw", Image, qos.IMAGE),
    ("embedding", Embedding, qos.STREAM),
    ("action", PolicyAction, qos.STREAM),
    ("command", BridgeCommand, qos.STREAM),
    ("task_state", TaskState, qos.STREAM),
    ("joint_states", JointState, qos.ROBOT_STATE),
    ("odom", Odometry, qos.ROBOT_STATE),
    ("mode", String, qos.ROBOT_STATE),
    ("/diagnostics", DiagnosticArray, qos.STREAM),
    ("/parameter_events", ParameterEvent, qos.STREAM),
)


class RecorderNode(BaseLifecycleNode):
    """Writes every message as it came, without decoding it."""

    def __init__(self) -> None:
        super().__init__("recorder", PARAMETERS)
        self._recorder: BagRecorder | None = None
        # "subscription" objects live as long as the node; messages count only while a bag is open.
        for topic, message_type, profile in TOPICS:
            self.create_subscription(message_type, topic, self._writer_for(self._resolve(topic)), profile, raw=True)
        self.create_timer(1.0, self._flush)

    def _resolve(self, topic: str) -> str:
        return str(self.resolve_topic_name(topic))

    def activate(self) -> None:
        if not self.parameters["output"]:
            raise InvalidInput("parameter 'output' is empty; expected a directory for the bags")
        messages = Path(get_package_share_directory("vinn_msgs")) / "msg"
        self._recorder = BagRecorder(Path(self.parameters["output"]), typestore_with("vinn_msgs", messages))
        for topic, message_type, _ in TOPICS:
            name = f"{message_type.__module__.split('.')[0]}/msg/{message_type.__name__}"
            self._recorder.add_topic(self._resolve(topic), name)
        self.get_logger().info(f"recording to {self._recorder.path}")

    def deactivate(self) -> None:
        if self._recorder is not None:
            recorder, self._recorder = self._recorder, None
            recorder.close()
            self.get_logger().info(f"{recorder.message_count} messages in {recorder.path}")

    def _writer_for(self, topic: str) -> Callable[[bytes], None]:
        def write(data: bytes) -> None:
            if self._recorder is None:
                return
            try:
                self._recorder.write(topic, data, self.get_clock().now().nanoseconds)
            except InvalidInput as error:
                self._give_up(error)

        return write

    def _flush(self) -> None:
        if self._recorder is not None:
            try:
                self._recorder.flush()
            except InvalidInput as error:
                self._give_up(error)

    def _give_up(self, error: InvalidInput) -> None:
        self.get_logger().error(f"recording ends: {error}")
        self._recorder = None
