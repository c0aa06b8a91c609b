"""Names of the nodes behind publishers and subscriptions, as ROS's graph knows them."""

from __future__ import annotations

from collections.abc import Iterable

from rclpy.topic_endpoint_info import TopicEndpointInfo

_UNKNOWN = "_NODE_NAME_UNKNOWN_"


def node_names(endpoints: Iterable[TopicEndpointInfo]) -> list[str]:
    """Return the full name of each endpoint's node, in order."""
    return [f"{info.node_namespace.rstrip('/')}/{info.node_name}" for info in endpoints]


def is_unnamed(name: str) -> bool:
    """Return whether a name stands for a node that the middleware has not heard of yet, or that is no ROS node."""
    return name.endswith(_UNKNOWN)
