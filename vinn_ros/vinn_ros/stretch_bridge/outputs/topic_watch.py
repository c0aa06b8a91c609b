"""Notices others that command the robot on our topic, and whether anybody listens."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle import LifecycleNode

from vinn_ros import qos
from vinn_ros.endpoint_names import is_unnamed, node_names

#: The graph is asked this often.
_PERIOD_S = 0.5
#: Our own messages come back to us within the last this many.
_REMEMBERED = 200


class TopicWatch:
    """Watches a topic that we publish on.

    A publisher of another node is certain, and so is a message that we did not send. Of a second publisher under our
    own name it is not known whether it is another bridge, or what is left of one that was killed.

    Args:
        node: The node that publishes.
        kind: Message type.
        topic: The topic, as given to the publisher.
        content: What is equal for equal messages.
        group: Callback group.
    """

    def __init__(
        self, node: LifecycleNode, kind: Any, topic: str, content: Callable[[Any], Hashable], group: CallbackGroup
    ) -> None:
        self._node = node
        self._content = content
        self._sent: deque[Hashable] = deque(maxlen=_REMEMBERED)
        self._foreign = False
        self._asked_s = float("-inf")
        self._publishers: list[str] = []
        self._listeners: list[str] = []
        subscription = node.create_subscription(kind, topic, self._on_message, qos.STREAM, callback_group=group)
        self.topic: str = subscription.topic_name

    def sent(self, message: Any) -> None:
        """Remember a message of ours; call before it is published."""
        self._sent.append(self._content(message))

    def problem(self) -> str | None:
        """Return who else commands the robot, or None; a foreign message is told once."""
        foreign, self._foreign = self._foreign, False
        return self.refusal() or (foreign_message_problem(self.topic) if foreign else None)

    def refusal(self) -> str | None:
        """Return which other nodes could command the robot, or None."""
        self._ask()
        return other_publishers_problem(self.topic, self._publishers, self._node.get_fully_qualified_name())

    def warning(self) -> str | None:
        """Return that there may be another bridge, or None."""
        self._ask()
        return twin_warning(self.topic, self._publishers, self._node.get_fully_qualified_name())

    def is_heard(self) -> bool:
        """Return whether another node listens on the topic."""
        self._ask()
        return any(name != self._node.get_fully_qualified_name() for name in self._listeners)

    def _on_message(self, message: Any) -> None:
        self._foreign = self._foreign or self._content(message) not in self._sent

    def _ask(self) -> None:
        now_s = time.monotonic()
        if now_s - self._asked_s < _PERIOD_S:
            return
        self._asked_s = now_s
        self._publishers = node_names(self._node.get_publishers_info_by_topic(self.topic))
        self._listeners = node_names(self._node.get_subscriptions_info_by_topic(self.topic))


def other_publishers_problem(topic: str, publishers: Iterable[str], own: str) -> str | None:
    """Return what to do about publishers of other nodes, or None where there are none."""
    others = sorted({name for name in publishers if name != own and not is_unnamed(name)})
    if not others:
        return None
    verb = "publishes" if len(others) == 1 else "publish"
    return (
        f"{', '.join(others)} {verb} on {topic} too, and two must not move one robot; "
        "end the other, or give it another topic (one that was killed is forgotten within half a minute)"
    )


def foreign_message_problem(topic: str) -> str:
    """Return what to do about a command that we did not send."""
    return (
        f"somebody else sent a command on {topic}, and two must not move one robot; "
        f"`ros2 topic info --verbose {topic}` names the publishers: end the other"
    )


def twin_warning(topic: str, publishers: Iterable[str], own: str) -> str | None:
    """Return what to do about publishers whose node cannot be told from ours, or None where there is only ours."""
    publishers = list(publishers)
    unknown = sum(map(is_unnamed, publishers))
    twins = max(publishers.count(own) - 1, 0)
    if not unknown and not twins:
        return None
    who = f"{twins} more named {own}" if twins else f"{unknown} without a node name"
    return (
        f"{topic} has more publishers than ours: {who}; if this does not go away within half a minute, "
        "another bridge runs: end it"
    )
