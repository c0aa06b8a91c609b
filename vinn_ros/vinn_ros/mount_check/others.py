"""Who else may speak to the bridge: the check must be alone with it."""

from __future__ import annotations

from collections.abc import Callable

from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from rclpy.client import Client
from rclpy.node import Node

from vinn_ros.endpoint_names import is_unnamed, node_names

#: Stands for publishers of which no node is known.
UNNAMED = "a publisher without a node name (no ROS node, or left of a killed one and forgotten within half a minute)"

#: Spins until a condition holds, and returns whether it came to hold within a few seconds.
Wait = Callable[[Callable[[], bool]], bool]


class OtherPublishers:
    """Watches a topic for publishers that could speak on it.

    A lifecycle node that is not active does not publish, though its publisher is there.

    Args:
        node: Our node, which publishes on the topic too.
        topic: The topic.
    """

    def __init__(self, node: Node, topic: str) -> None:
        self._node = node
        self._topic = node.resolve_topic_name(topic)
        self._own = node.get_fully_qualified_name()
        self._clients: dict[str, Client] = {}
        self._known: set[str] = set()

    def newly_speaking(self, wait: Wait) -> list[str]:
        """Return the other nodes that could publish now and that were not there at the last call.

        A publisher is found before its node's name, which is waited for; where none comes, UNNAMED stands for it.
        """
        wait(lambda: not any(map(is_unnamed, self._names())))
        names = {UNNAMED if is_unnamed(name) else name for name in self._names()} - {self._own}
        new, self._known = names - self._known, names
        return sorted(name for name in new if name == UNNAMED or not self._is_silent(name, wait))

    def _names(self) -> list[str]:
        return node_names(self._node.get_publishers_info_by_topic(self._topic))

    def _is_silent(self, name: str, wait: Wait) -> bool:
        client = self._clients.get(name)
        if client is None:
            client = self._clients[name] = self._node.create_client(GetState, f"{name}/get_state")
        if not wait(client.service_is_ready):
            return False
        future = client.call_async(GetState.Request())
        if not wait(future.done):
            return False
        answer = future.result()
        return answer is not None and answer.current_state.id in (
            State.PRIMARY_STATE_UNCONFIGURED,
            State.PRIMARY_STATE_INACTIVE,
            State.PRIMARY_STATE_FINALIZED,
        )
