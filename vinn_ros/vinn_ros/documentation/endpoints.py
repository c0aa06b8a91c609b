"""What a node publishes, hears, serves and calls, asked of the node itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import rclpy
from rclpy.action import get_action_server_names_and_types_by_node
from rclpy.signals import SignalHandlerOptions

from vinn_ros.documentation import qos_profiles
from vinn_ros.entry_points import NODES
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.own_domain import own_domain

#: In the order of the tables.
_ROLES = ("hears", "publishes", "serves", "runs", "calls")
#: Tells names that a namespace changes from those that it does not.
_NAMESPACE = "/documented"
#: Packages of the services and events that rclpy gives every lifecycle node.
_EVERY_NODES = ("rcl_interfaces", "lifecycle_msgs", "type_description_interfaces")
#: Endpoints that are there only where an optional ROS package is installed; the text of the document names them.
_OPTIONAL_PACKAGES = ("control_msgs", "tf2_msgs")


@dataclass(frozen=True)
class Endpoint:
    """One topic, service or action of a node.

    Attributes:
        role: `publishes`, `hears`, `serves`, `calls` or `runs` (an action).
        name: As the code gives it: relative, private (`~/...`), or absolute.
        type: As `ros2 interface show` takes it.
        profile: Name of the quality of service of a topic; empty for others.
    """

    role: str
    name: str
    type: str
    profile: str = ""


@contextmanager
def created(name: str) -> Iterator[BaseLifecycleNode]:
    """Yield the node `name`, one of `entry_points.NODES`, unconfigured, on a ROS domain that nobody else uses.

    ROS_DOMAIN_ID, where it is set, names another domain; the node is in a namespace of its own there.
    """
    with own_domain():
        arguments = ["--ros-args", "-r", f"__ns:={_NAMESPACE}"]
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
        try:
            node: BaseLifecycleNode = getattr(import_module(f"vinn_ros.{name}.node"), NODES[name])()
            try:
                yield node
            finally:
                node.destroy_node()
        finally:
            rclpy.try_shutdown()


def endpoints(node: BaseLifecycleNode) -> list[Endpoint]:
    """Return a node's endpoints, without those that every lifecycle node has, and without optional ones."""
    found = [*_topics(node), *_services(node), *_actions(node)]
    return sorted(set(found), key=lambda item: (_ROLES.index(item.role), item.name.lstrip("~/")))


def _topics(node: BaseLifecycleNode) -> Iterator[Endpoint]:
    for publisher in node.publishers:
        if not _is_of(publisher.msg_type, (*_EVERY_NODES, *_OPTIONAL_PACKAGES)):
            yield _topic(node, "publishes", publisher)
    for subscription in node.subscriptions:
        if not _is_of(subscription.msg_type, _OPTIONAL_PACKAGES):
            yield _topic(node, "hears", subscription)


def _topic(node: BaseLifecycleNode, role: str, end: Any) -> Endpoint:
    return Endpoint(
        role, _as_coded(node, end.topic_name), _type_name(end.msg_type), qos_profiles.name_of(end.qos_profile)
    )


def _services(node: BaseLifecycleNode) -> Iterator[Endpoint]:
    for role, ends in (("serves", node.services), ("calls", node.clients)):
        for end in ends:
            if not _is_of(end.srv_type, _EVERY_NODES):
                yield Endpoint(role, _as_coded(node, _full_name(node, end.srv_name)), _type_name(end.srv_type))


def _actions(node: BaseLifecycleNode) -> Iterator[Endpoint]:
    # An ActionServer does not tell its name; the graph does, and the node is in its own graph at once.
    for name, types in get_action_server_names_and_types_by_node(node, node.get_name(), node.get_namespace()):
        for kind in types:
            if kind.partition("/")[0] not in _OPTIONAL_PACKAGES:
                yield Endpoint("runs", _as_coded(node, name), kind)


def _full_name(node: BaseLifecycleNode, name: str) -> str:
    return str(node.resolve_service_name(name))


def _as_coded(node: BaseLifecycleNode, full_name: str) -> str:
    private = f"{_NAMESPACE}/{node.get_name()}/"
    if full_name.startswith(private):
        return "~/" + full_name.removeprefix(private)
    return full_name.removeprefix(f"{_NAMESPACE}/")


def _package(kind: Any) -> str:
    return str(kind.__module__).partition(".")[0]


def _is_of(kind: Any, packages: tuple[str, ...]) -> bool:
    return _package(kind) in packages


def _type_name(kind: Any) -> str:
    return "/".join((*str(kind.__module__).split(".")[:2], kind.__name__))
