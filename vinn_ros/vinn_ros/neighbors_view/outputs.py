"""The view's markers, published where they can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from builtin_interfaces.msg import Time
from rclpy.lifecycle import LifecycleNode

from vinn_ros import qos
from vinn_ros.neighbors_view.camera_place import CameraPose
from vinn_ros.neighbors_view.view import View

if TYPE_CHECKING:
    from vinn_ros.neighbors_view.markers import MarkerWriter

#: A marker that is not renewed vanishes after so many periods, and not before so many seconds.
_LIFETIME_PERIODS, _LEAST_LIFETIME_S = 5.0, 1.0


class MarkerOutput:
    """Publishes on `neighbors/markers`, where visualization_msgs is installed.

    Args:
        node: Owns the publisher; it is silent while it is not active.
        arrow_length_m: Of a direction of length 1.
        rate_hz: At which markers are renewed, at most.
    """

    def __init__(self, node: LifecycleNode, arrow_length_m: float, rate_hz: float) -> None:
        self._publisher: Any = None
        self._writer: MarkerWriter | None = None
        try:
            from visualization_msgs.msg import MarkerArray

            from vinn_ros.neighbors_view.markers import MarkerWriter
        except ImportError as error:
            node.get_logger().warning(f"no markers: {error} (visualization_msgs is a part of every ROS installation)")
            return
        self._writer = MarkerWriter(arrow_length_m, max(_LEAST_LIFETIME_S, _LIFETIME_PERIODS / rate_hz))
        self._publisher = node.create_lifecycle_publisher(MarkerArray, "neighbors/markers", qos.STREAM)

    @property
    def subscribers(self) -> int | None:
        """How many listen; None where markers cannot be made."""
        return None if self._publisher is None else int(self._publisher.get_subscription_count())

    def publish(self, view: View, camera: CameraPose | None) -> None:
        """Publish the markers of one action; see `MarkerWriter.of`."""
        if self._writer is not None:
            self._publisher.publish(self._writer.of(view, camera))

    def remove(self, stamp: Time) -> None:
        """Remove all markers, where there are any."""
        if self._writer is not None:
            message = self._writer.none(stamp)
            if message.markers:
                self._publisher.publish(message)
