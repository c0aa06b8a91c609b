"""A bag's messages as objects, and the times at which they were true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from vinn_training.demonstrations.bag_options import Clock
from vinn_training.demonstrations.bag_storage import Bag, MessageRef, Topic
from vinn_training.demonstrations.image_messages import read_header
from vinn_training.demonstrations.pose_tracks import TimeArray
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

IMAGE, COMPRESSED_IMAGE = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
JOINT_STATE = "sensor_msgs/msg/JointState"
ODOMETRY = "nav_msgs/msg/Odometry"
POSE = "geometry_msgs/msg/PoseStamped"
TF = "tf2_msgs/msg/TFMessage"
TEXT = "std_msgs/msg/String"
VECTOR = "std_msgs/msg/Float64MultiArray"
ACTION, COMMAND = "vinn_msgs/msg/PolicyAction", "vinn_msgs/msg/BridgeCommand"

#: What conversion can use; other messages in a bag are counted only.
TYPES = (IMAGE, COMPRESSED_IMAGE, JOINT_STATE, ODOMETRY, POSE, TF, TEXT, VECTOR, ACTION, COMMAND)


class Series(NamedTuple):
    """The readable messages of one topic, in order of receipt.

    Attributes:
        topic: Which.
        messages: As rosbags decodes them.
        times_ns: (N,) int64, stamps or times of receipt.
        unreadable: Number of messages that could not be decoded.
    """

    topic: Topic
    messages: list[Any]
    times_ns: TimeArray
    unreadable: int


class Messages:
    """Decodes the messages of a bag and keeps notes of what people should know about them.

    Args:
        bag: Where they are.
        clock: Which times count.
    """

    def __init__(self, bag: Bag, clock: Clock) -> None:
        from rosbags.typesys import Stores, get_typestore

        self.bag = bag
        self.notes: list[str] = []
        self.clock_offsets_s: dict[str, float] = {}
        self.uses_receipt = clock == "receive"
        # Standard messages have been the same in all distributions of ROS 2.
        self._types = get_typestore(Stores.ROS2_JAZZY)

    def topics_of(self, *types: str) -> list[Topic]:
        """Return the topics of these types that have messages, by name."""
        return [topic for _, topic in sorted(self.bag.topics.items()) if topic.type in types and topic.refs]

    def series(self, topic: Topic, stamped: bool = True) -> Series:
        """Return all messages of a topic that can be decoded.

        Args:
            topic: Which.
            stamped: Whether its messages begin with a header.

        Raises:
            InvalidDemonstration: If none can be decoded.
        """
        self._learn(topic)
        messages: list[Any] = []
        refs: list[MessageRef] = []
        stamps: list[int] = []
        reason = "it has no messages"
        for ref in topic.refs:
            try:
                data = self.bag.read(ref)
                message = self._types.deserialize_cdr(data, topic.type)
                stamp = read_header(data)[0] if stamped else 0
            except Exception as error:  # the decoder of a broken message fails in many ways
                reason = f"{type(error).__name__}: {error}"
                continue
            messages.append(message)
            refs.append(ref)
            stamps.append(stamp)
        if not messages:
            raise InvalidDemonstration(f"no message of {topic.name} ({topic.type}) can be decoded: {reason}")
        unreadable = len(topic.refs) - len(messages)
        if unreadable:
            self.notes.append(f"{topic.name}: {unreadable} of {len(topic.refs)} messages cannot be decoded ({reason})")
        times = self.times(topic, refs, stamps) if stamped else np.array([ref.time_ns for ref in refs], dtype=np.int64)
        return Series(topic, messages, times, unreadable)

    def times(self, topic: Topic, refs: Sequence[MessageRef], stamps_ns: Sequence[int]) -> TimeArray:
        """Return when messages were true: their stamps, or if they have none or are not to be used, their receipt.

        Args:
            topic: Which.
            refs: N messages.
            stamps_ns: N stamps of their headers.
        """
        received = np.array([ref.time_ns for ref in refs], dtype=np.int64)
        stamps = np.array(stamps_ns, dtype=np.int64)
        if self.uses_receipt:
            return received
        if (stamps <= 0).any():
            self.notes.append(f"{topic.name} has messages without a stamp; its times of receipt are taken")
            return received
        if len(stamps):
            self.clock_offsets_s[topic.name] = round(float(np.median(received - stamps)) * 1e-9, 4)
        return stamps

    def _learn(self, topic: Topic) -> None:
        """Make the topic's type known, by the definition that the bag carries.

        Raises:
            InvalidDemonstration: If the bag has none, or it makes no sense.
        """
        from rosbags.typesys import get_types_from_msg

        if topic.type in self._types.fielddefs:
            return
        if not topic.definition:
            raise InvalidDemonstration(
                f"{topic.name} is {topic.type}, which the bag does not define (ROS 2 Humble's sqlite3 bags do not)"
            )
        try:
            found = get_types_from_msg(topic.definition, topic.type)
            self._types.register({name: found[name] for name in found if name not in self._types.fielddefs})
        except Exception as error:  # the parser's own kinds
            raise InvalidDemonstration(f"the definition of {topic.type} in the bag cannot be used: {error}") from error


def clock_note(offsets_s: dict[str, float]) -> str:
    """Return a warning if stamps of different topics seem to come from different clocks, or "".

    Args:
        offsets_s: By topic, the median time from stamp to receipt.
    """
    if not offsets_s:
        return ""
    least, most = min(offsets_s, key=lambda name: offsets_s[name]), max(offsets_s, key=lambda name: offsets_s[name])
    difference_s = offsets_s[most] - offsets_s[least]
    if difference_s < 0.1:
        return ""
    return (
        f"stamps of {most} are {difference_s:.3f} s older at receipt than those of {least}: a slow way, "
        "or clocks that differ (then read with the clock 'receive')"
    )


def joint_positions(message: Any) -> dict[str, float]:
    """Return a JointState's positions by name.

    Raises:
        InvalidInput: If there are not as many positions as names.
    """
    if len(message.name) != len(message.position):
        raise InvalidInput(f"joint state has {len(message.name)} names and {len(message.position)} positions")
    return dict(zip(message.name, map(float, message.position), strict=True))
