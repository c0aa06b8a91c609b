"""Watches the way from the camera to the commands: thin ROS around ledger, counts and bandwidth."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.context import Context
from rclpy.node import Node
from rclpy.subscription import Subscription

from vinn_msgs.msg import BridgeCommand, Embedding, PolicyAction
from vinn_ros import qos
from vinn_ros.conversions import stamp_ns
from vinn_ros.image_topic import image_topic
from vinn_ros.latency.bandwidth import BandwidthMeter
from vinn_ros.latency.counts import PathCounts, path_counts
from vinn_ros.latency.ledger import FrameLedger
from vinn_ros.loss_counter import HAS_MESSAGE_INFO, LossCounter
from vinn_training.demonstrations.image_messages import read_header

#: The header is at the beginning of a serialised image: the pixels need not be read.
_HEADER_BYTES = 512
_DIAGNOSED = ("perception", "policy", "stretch_bridge")


class LatencyNode(Node):
    """Takes the stamp, the time of sending and the size of every message on the way.

    Times are those at which the publishers sent, by their own clocks; where the middleware does not tell them (ROS 2
    Humble), those at which the messages arrived here.

    Args:
        transport: Whose images are watched: "raw", "compressed", or "none", which saves copying them here.
        window_s: Older frames are forgotten; None remembers all.
        context: Of rclpy; None for the default one.

    Attributes:
        ledger: When each frame passed each stage.
        bandwidth: Of the images' topic.
        losses: Images that never came here.
        moves: Commands that moved the robot.
        stops: Stops that the bridge announced.
        reports: What perception, policy and bridge last said in /diagnostics, by node and key.
        active: Those of them that say they are active.
        reported: How often each said so much.
    """

    def __init__(self, transport: str = "raw", window_s: float | None = None, context: Context | None = None) -> None:
        super().__init__("latency", context=context)
        self.ledger = FrameLedger(window_s)
        self.bandwidth = BandwidthMeter(window_s)
        self.losses = LossCounter()
        self.moves = 0
        self.stops = 0
        self.reports: dict[str, dict[str, str]] = {}
        self.active: set[str] = set()
        self.reported: Counter[str] = Counter()
        self._numbers: tuple[int, int] | None = None
        self._images: Subscription | None = None
        if transport != "none":
            topic = image_topic(transport)
            self._images = self._listen(topic.message_type, topic.name, self._image, qos.IMAGE, raw=True)
        self._listen(Embedding, "embedding", self._embedding)
        self._listen(PolicyAction, "action", self._action)
        self.create_subscription(BridgeCommand, "command", self._command, qos.STREAM)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._diagnostics, 10)

    @property
    def published(self) -> int | None:
        """Images that the camera sent from the first one seen here on, lost ones included; None where unknown."""
        return None if self._numbers is None else self._numbers[1] - self._numbers[0] + 1

    @property
    def finds_camera(self) -> bool:
        """Whether somebody publishes the images that are watched; true where none are."""
        return self._images is None or self.count_publishers(self._images.topic_name) > 0

    def counts(self) -> PathCounts:
        """Return the frames' counts as each side last told them, since its own start."""
        return path_counts(self.published, self.reports.get("perception"), self.reports.get("policy"))

    def _listen(
        self, kind: Any, topic: str, callback: Any, profile: Any = qos.STREAM, raw: bool = False
    ) -> Subscription:
        hear: Any = callback if HAS_MESSAGE_INFO else lambda message: callback(message, {})
        return self.create_subscription(kind, topic, hear, profile, raw=raw)

    def _image(self, message: bytes, info: dict[str, Any]) -> None:
        taken_ns, _ = read_header(message[:_HEADER_BYTES])
        self.ledger.saw("image", taken_ns, self._sent_ns(info))
        self.bandwidth.saw(time.monotonic(), len(message))
        number = info.get("publication_sequence_number")
        self.losses.saw(number)
        if number is not None:
            first = self._numbers[0] if self._numbers is not None and number >= self._numbers[0] else number
            self._numbers = first, number

    def _embedding(self, message: Embedding, info: dict[str, Any]) -> None:
        self.ledger.saw("embedding", stamp_ns(message.header.stamp), self._sent_ns(info))

    def _action(self, message: PolicyAction, info: dict[str, Any]) -> None:
        self.ledger.saw("action", stamp_ns(message.header.stamp), self._sent_ns(info))

    def _command(self, message: BridgeCommand) -> None:
        if message.stopped:  # answers no action
            self.stops += 1
            return
        self.moves += 1
        self.ledger.saw("command", stamp_ns(message.header.stamp), stamp_ns(message.sent_at))

    def _diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.name in _DIAGNOSED:
                self.reports[status.name] = {item.key: item.value for item in status.values}
                self.reported[status.name] += 1
                (self.active.discard if status.message == "not active" else self.active.add)(status.name)

    def _sent_ns(self, info: dict[str, Any]) -> int:
        return int(info.get("source_timestamp") or self.get_clock().now().nanoseconds)
