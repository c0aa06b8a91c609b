"""What a node publishes, hears, serves and calls, asked of ROS's graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rclpy.action import get_action_client_names_and_types_by_node, get_action_server_names_and_types_by_node

#: What an action is made of; the action stands for it.
_PARTS = "/_action/"

Endpoints = dict[tuple[str, str], frozenset[str]]


def endpoints_of(observer: Any, node: str, namespace: str = "/") -> Endpoints:
    """Return the full names of a node's endpoints by kind and permission, as security policies call these.

    Args:
        observer: The rclpy node that asks.
        node: Name of the node asked about.
        namespace: Its namespace.
    """
    asked = {
        ("topics", "publish"): observer.get_publisher_names_and_types_by_node(node, namespace),
        ("topics", "subscribe"): observer.get_subscriber_names_and_types_by_node(node, namespace),
        ("services", "reply"): observer.get_service_names_and_types_by_node(node, namespace),
        ("services", "request"): observer.get_client_names_and_types_by_node(node, namespace),
        ("actions", "execute"): get_action_server_names_and_types_by_node(observer, node, namespace),
        ("actions", "call"): get_action_client_names_and_types_by_node(observer, node, namespace),
    }
    return {key: _names(found) for key, found in asked.items()}


def _names(found: Iterable[tuple[str, list[str]]]) -> frozenset[str]:
    return frozenset(name for name, _ in found if _PARTS not in name)
