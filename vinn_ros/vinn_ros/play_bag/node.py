"""Publishes a bag's images to running nodes, once these are ready, and hears their answers."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node

from vinn_msgs.msg import PolicyAction
from vinn_ros import qos
from vinn_ros.conversions import stamp_ns
from vinn_ros.image_topic import image_topic
from vinn_ros.play_bag.core import AnswerLedger, BagImages, PlayedImage

#: Nodes whose /diagnostics say how many listen to them, and on which topic.
_SENDERS = {"perception": "embedding", "policy": "action"}


class PlayBagNode(Node):
    """Plays images on `image_raw` or `image_raw/compressed`, exactly as they were recorded, stamps included.

    Args:
        images: Of the bag.
        needed: Names of the nodes that must be at work before the first image.
    """

    def __init__(self, images: BagImages, needed: Sequence[str]) -> None:
        super().__init__("play_bag")
        self.ledger = AnswerLedger()
        self._images = images
        self._needed = tuple(needed)
        self._statuses: dict[str, DiagnosticStatus] = {}
        topic = image_topic(images.transport)
        self._publisher = self.create_publisher(topic.message_type, topic.name, qos.IMAGE)
        self.create_subscription(PolicyAction, "action", self._hear, qos.STREAM)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._learn, 10)

    def missing(self) -> list[str]:
        """Return what is not there yet, one line each; empty when the first image can be sent."""
        missing = [f"node {name} ({self._state(name)})" for name in self._needed if self._state(name) != "at work"]
        listeners, known = self.count_subscribers(self._publisher.topic_name), self._publisher.get_subscription_count()
        if not listeners or known < listeners:
            missing.append(f"listeners on {self._publisher.topic_name} ({known} of {max(1, listeners)})")
        for name, topic in _SENDERS.items():
            if name in self._needed and self._state(name) == "at work":
                known, listeners = self._subscribers_of(name), self.count_subscribers(topic)
                if known < listeners:
                    missing.append(f"{name} to find who listens to {topic} ({known} of {listeners})")
        return missing

    def play(self, image: PlayedImage) -> None:
        """Publish one image.

        Raises:
            InvalidDemonstration: If it cannot be read.
        """
        data = self._images.read(image)
        self.ledger.send(image.stamp_ns)
        self._publisher.publish(data)

    def _state(self, name: str) -> str:
        status = self._statuses.get(name)
        if status is None:
            return "not heard of"
        return str(status.message) if status.message.startswith("not ") else "at work"

    def _subscribers_of(self, name: str) -> int:
        values = {item.key: item.value for item in self._statuses[name].values}
        return int(values.get("subscribers", "0"))

    def _hear(self, action: PolicyAction) -> None:
        self.ledger.answer(stamp_ns(action.header.stamp))

    def _learn(self, report: DiagnosticArray) -> None:
        for status in report.status:
            self._statuses[status.name] = status
