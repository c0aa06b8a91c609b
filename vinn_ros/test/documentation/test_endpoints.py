from __future__ import annotations

import pytest
from rclpy.node import Node
from std_msgs.msg import String
from std_srvs.srv import Trigger

from vinn_ros.documentation.endpoints import Endpoint, created, endpoints
from vinn_ros.documentation.interface_notes import NOTES, NOTES_OF_ENDS, note_on
from vinn_ros.entry_points import NODES

EVERY_NODES = ("rcl_interfaces/", "lifecycle_msgs/", "type_description_interfaces/", "action_msgs/")


@pytest.fixture(scope="module")
def all_endpoints() -> dict[str, list[Endpoint]]:
    found = {}
    for name in NODES:
        with created(name) as node:
            found[name] = endpoints(node)
    return found


def test_names_are_as_the_code_gives_them():
    with created("video_source") as node:
        node.create_publisher(String, "relative", 10)
        node.create_publisher(String, "~/private", 10)
        node.create_subscription(String, "/absolute", print, 10)
        node.create_service(Trigger, "~/serve", print)
        node.create_client(Trigger, "ask")
        found = {(item.role, item.name, item.type) for item in endpoints(node)}
    assert {
        ("publishes", "relative", "std_msgs/msg/String"),
        ("publishes", "~/private", "std_msgs/msg/String"),
        ("hears", "/absolute", "std_msgs/msg/String"),
        ("serves", "~/serve", "std_srvs/srv/Trigger"),
        ("calls", "ask", "std_srvs/srv/Trigger"),
        ("publishes", "image_raw", "sensor_msgs/msg/Image"),
    } <= found


@pytest.mark.parametrize("name", ["policy", "stretch_bridge"])
def test_the_running_node_has_them_and_no_others(ros, all_endpoints, name):
    """What the middleware says of a node in a process of its own."""
    ros.start(name, {"autostart": False})
    ros.wait_for(lambda: f"/{name}/get_state" in dict(names_and_types(ros.node, "service", name)), f"{name} to start")

    def in_graph(kind: str, skipped: tuple[str, ...] = EVERY_NODES) -> set[tuple[str, str]]:
        found = names_and_types(ros.node, kind, name)
        return {
            (topic, types[0]) for topic, types in found if not types[0].startswith(skipped) and "/_action/" not in topic
        }

    def documented(*roles: str) -> set[tuple[str, str]]:
        items = [item for item in all_endpoints[name] if item.role in roles]
        return {
            (item.name.replace("~", f"/{name}") if item.name[0] in "~/" else f"/{item.name}", item.type)
            for item in items
        }

    ros.wait_for(lambda: in_graph("publisher") == documented("publishes"), "publishers as documented")
    ros.wait_for(lambda: in_graph("subscriber", ("rosgraph_msgs/", "/clock")) == documented("hears"), "subscriptions")
    ros.wait_for(lambda: in_graph("service") == documented("serves"), "services as documented")
    ros.wait_for(lambda: in_graph("client") == documented("calls"), "clients as documented")


def names_and_types(node: Node, kind: str, name: str) -> list[tuple[str, list[str]]]:
    try:
        return getattr(node, f"get_{kind}_names_and_types_by_node")(name, "/")
    except RuntimeError:  # it has not been heard of yet
        return []


def test_the_bridge_runs_its_action(all_endpoints):
    assert Endpoint("runs", "~/run_episode", "vinn_msgs/action/RunEpisode") in all_endpoints["stretch_bridge"]


def test_topics_have_the_profile_that_the_code_names(all_endpoints):
    profiles = {(name, item.role, item.name): item.profile for name, items in all_endpoints.items() for item in items}
    assert profiles["perception", "hears", "image_raw"] == "IMAGE"
    assert profiles["policy", "publishes", "action"] == "STREAM"
    assert profiles["stretch_bridge", "hears", "joint_states"] == "ROBOT_STATE"
    assert profiles["stretch_bridge", "hears", "robot_description"] == "LATCHED"
    assert profiles["stretch_bridge", "serves", "~/enable"] == ""


def test_of_every_endpoint_it_is_said_what_it_carries_and_of_nothing_else(all_endpoints):
    silent = [
        (name, item.role, item.name)
        for name, items in all_endpoints.items()
        for item in items
        if not note_on(name, item.role, item.name)
    ]
    assert not silent, "say it in documentation/interface_notes.py"
    named = {item.name for items in all_endpoints.values() for item in items}
    assert set(NOTES) <= named, "there is no such endpoint"
    ends = {(name, item.role, item.name) for name, items in all_endpoints.items() for item in items}
    assert set(NOTES_OF_ENDS) <= ends
