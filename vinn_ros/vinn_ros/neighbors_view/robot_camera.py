"""Listens to what tells where the wrist camera is, and publishes its transform where tf2's messages are installed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from geometry_msgs.msg import Quaternion, TransformStamped, Vector3
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from vinn_ros import qos
from vinn_ros.neighbors_view.bridge_settings import BridgeSettings
from vinn_ros.neighbors_view.camera_place import CameraPlace, CameraPose
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME
from vinn_training.exceptions import KinematicsError, VinnError

#: How often the bridge is asked; the place of its camera changes only when it is started with other parameters.
_ASK_PERIOD_S = 5.0
_FIRST_ASKS = 10
_FIRST_PERIOD_S = 0.5


class RobotCamera:
    """Knows the camera's pose as soon as bridge, robot description and joint states have told enough.

    Args:
        node: Owns subscriptions, timer and publisher.
        bridge: Name of the bridge's node.
        publishes_transform: Whether to publish the camera on its link on /tf_static.

    Attributes:
        transform: What became of the transform; for diagnostics.
    """

    def __init__(self, node: Node, bridge: str, publishes_transform: bool) -> None:
        self._node = node
        self._values: dict[str, Any] | None = None
        self._xml: str | None = None
        self._positions: dict[str, float] = {}
        self._place: CameraPlace | None = None
        self._no_place = f"{bridge} has not told its camera yet"
        self.transform = "not wanted"
        self._transforms = self._transform_publisher() if publishes_transform else None
        self._bridge = BridgeSettings(node, bridge, self._take_values)
        node.create_subscription(String, "robot_description", self._take_description, qos.LATCHED)
        node.create_subscription(JointState, "joint_states", self._take_joint_states, qos.ROBOT_STATE)
        self._asked = 0
        self._timer = node.create_timer(_FIRST_PERIOD_S, self._ask)

    def pose(self) -> CameraPose | None:
        """Return the camera's pose in base_link; None where it is not known, and `problem` says why."""
        with suppress(VinnError):
            return self._known_pose()
        return None

    @property
    def problem(self) -> str:
        """Why the pose is not known, empty where it is; for diagnostics."""
        try:
            self._known_pose()
        except VinnError as error:
            return str(error)
        return ""

    def _known_pose(self) -> CameraPose:
        if self._place is None:
            raise KinematicsError(self._no_place)
        return self._place.pose_in_base(self._positions)

    def _transform_publisher(self) -> Any:
        try:
            from tf2_msgs.msg import TFMessage
        except ImportError:
            self.transform = "not published: tf2_msgs is not installed (every ROS installation has it)"
            return None
        self.transform = "waits for the bridge"
        return self._node.create_publisher(TFMessage, "/tf_static", qos.LATCHED)

    def _ask(self) -> None:
        self._bridge.ask()
        self._asked += 1
        if self._asked == _FIRST_ASKS:
            self._node.destroy_timer(self._timer)
            self._timer = self._node.create_timer(_ASK_PERIOD_S, self._ask)

    def _take_values(self, values: dict[str, Any]) -> None:
        self._values = values
        self._load()

    def _take_description(self, message: String) -> None:
        if message.data != self._xml:
            self._xml = message.data
            self._load()

    def _take_joint_states(self, message: JointState) -> None:
        if len(message.name) == len(message.position):
            self._positions |= dict(zip(message.name, message.position, strict=True))

    def _load(self) -> None:
        if self._values is None:
            return
        try:
            self._place = CameraPlace(self._values, self._xml)
        except VinnError as error:
            self._place, self._no_place = None, str(error)
            self._node.get_logger().warning(f"the camera's place is not known: {error}")
            return
        self._publish_transform(self._place)

    def _publish_transform(self, place: CameraPlace) -> None:
        if self._transforms is None:
            return
        if WRIST_CAMERA_OPTICAL_FRAME in place.links:
            self.transform = "not published: the robot description has the camera"
            return
        from tf2_msgs.msg import TFMessage

        self._transforms.publish(TFMessage(transforms=[camera_transform(place, self._node.get_clock().now().to_msg())]))
        self.transform = f"{place.parent_link} to {WRIST_CAMERA_OPTICAL_FRAME}"


def camera_transform(place: CameraPlace, stamp: Any) -> TransformStamped:
    """Return the transform of the camera's optical frame as a child of the link that carries it."""
    message = TransformStamped(child_frame_id=WRIST_CAMERA_OPTICAL_FRAME)
    message.header.stamp, message.header.frame_id = stamp, place.parent_link
    x, y, z = (float(value) for value in place.mount.position_m)
    message.transform.translation = Vector3(x=x, y=y, z=z)
    x, y, z, w = place.mount.quaternion_xyzw
    message.transform.rotation = Quaternion(x=x, y=y, z=z, w=w)
    return message
