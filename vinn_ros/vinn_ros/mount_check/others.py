"""Who else may speak to the bridge: the check must be alone with it."""

from __future__ import annotations

from collections.abc import Callable

from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from rclpy.client import Client
from rclpy.node import Node


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

    def names(self) -> list[str]:
        """Return the full names of the other nodes with a publisher on the topic."""
        infos = self._node.get_publishers_info_by_topic(self._topic)
        names = {f"{info.node_namespace.rstrip('/')}/{info.node_name}" for info in infos}
        return sorted(names - {self._own})

    def speaking(self, wait: Callable[[Callable[[], bool]], bool]) -> list[str]:
        """Return the other nodes that could publish now.

        Args:
            wait: Spins until a condition holds, and returns whether it came to hold within a second or so.
        """
        return [name for name in self.names() if not self._is_silent(name, wait)]

    def _is_silent(self, name: str, wait: Callable[[Callable[[], bool]], bool]) -> bool:
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
