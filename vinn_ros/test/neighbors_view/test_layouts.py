"""The layouts name topics and fields that the running graph has, with types and quality of service that fit."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

CONFIG = Path(__file__).resolve().parents[3] / "config"
#: The robot model's frames come from the driver's launch file on the robot.
NODES = ("policy", "stretch_bridge", "stretch_standin", "neighbors_view")
RVIZ_TYPES = {
    "rviz_default_plugins/Image": "sensor_msgs/msg/Image",
    "rviz_default_plugins/MarkerArray": "visualization_msgs/msg/MarkerArray",
    "rviz_default_plugins/RobotModel": "std_msgs/msg/String",
}


@pytest.fixture(scope="module")
def graph(shared_ros):
    """Types and publishers by topic, with no node configured."""
    for name in NODES:
        shared_ros.start(name, {"autostart": False})
    wanted = {topic for topic, _, _ in rviz_topics()} | {topic for topic, _ in foxglove_topics()}

    def found():
        return {name for name in wanted if shared_ros.node.get_publishers_info_by_topic(name)} == wanted

    shared_ros.wait_for(found, f"publishers of {sorted(wanted)}")
    return shared_ros.node


def rviz():
    return yaml.safe_load((CONFIG / "door_opening.rviz").read_text())["Visualization Manager"]


def rviz_topics():
    """(topic, type, quality of service as RViz writes it) of each display that has a topic."""
    displays = rviz()["Displays"]
    found = [(item, item.get("Topic") or item.get("Description Topic")) for item in displays]
    return [(topic["Value"], RVIZ_TYPES[item["Class"]], topic) for item, topic in found if topic]


def foxglove():
    return json.loads((CONFIG / "foxglove_layout.json").read_text())


def foxglove_topics():
    """(topic, allowed types) of each panel."""
    found = []
    for name, panel in foxglove()["configById"].items():
        kind = name.partition("!")[0]
        if kind == "Image":
            images = ("sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage")
            found.append((panel["imageMode"]["imageTopic"], images))
        elif kind == "3D":
            found += [(topic, ("visualization_msgs/msg/MarkerArray",)) for topic in panel["topics"]]
            layers = panel["layers"].values()
            found += [(layer["topic"], ("std_msgs/msg/String",)) for layer in layers if "topic" in layer]
        elif kind == "Plot":
            found += [("/" + path["value"].split(".")[0].strip("/"), None) for path in panel["paths"]]
        elif kind == "RawMessages":
            found.append((panel["topicPath"], None))
        elif kind == "DiagnosticSummary":
            found.append((panel["topicToRender"], ("diagnostic_msgs/msg/DiagnosticArray",)))
    return found


def test_rviz_subscribes_to_what_there_is_and_hears_it(graph):
    topics = rviz_topics()
    assert {topic for topic, _, _ in topics} == {
        "/image_raw", "/neighbors/image", "/neighbors/markers", "/robot_description",
    }  # fmt: skip
    for topic, kind, wanted in topics:
        for publisher in graph.get_publishers_info_by_topic(topic):
            assert publisher.topic_type == kind
            offered = publisher.qos_profile
            if wanted["Reliability Policy"] == "Reliable":
                assert offered.reliability == ReliabilityPolicy.RELIABLE, topic
            if wanted["Durability Policy"] == "Transient Local":
                assert offered.durability == DurabilityPolicy.TRANSIENT_LOCAL, topic


def test_rviz_shows_all_that_it_should_in_the_robots_frame():
    manager = rviz()
    kinds = {item["Class"].rpartition("/")[2] for item in manager["Displays"] if item["Enabled"] and item["Value"]}
    assert {"RobotModel", "TF", "MarkerArray", "Image"} <= kinds
    assert manager["Global Options"]["Fixed Frame"] == "base_link"
    names = [item["Name"] for item in manager["Displays"]]
    assert len(names) == len(set(names))


def test_the_namespaces_that_can_be_switched_are_those_of_the_markers():
    from vinn_ros.neighbors_view import markers

    ours = {markers.ACTION, markers.NEIGHBORS, markers.SENT, markers.STATE}
    (display,) = (item for item in rviz()["Displays"] if item["Class"].endswith("MarkerArray"))
    assert set(display["Namespaces"]) == ours
    assert set(foxglove()["configById"]["3D!robot"]["topics"]["/neighbors/markers"]["namespaces"]) == ours


def test_foxglove_names_topics_of_the_right_types(graph):
    topics = foxglove_topics()
    assert {"/neighbors/image/compressed", "/neighbors/markers", "/robot_description", "/diagnostics"} <= {
        topic for topic, _ in topics
    }
    for topic, kinds in topics:
        for publisher in graph.get_publishers_info_by_topic(topic):
            assert kinds is None or publisher.topic_type in kinds, topic


def test_foxglove_plots_fields_that_the_messages_have(graph):
    for path in foxglove()["configById"]["Plot!policy"]["paths"]:
        topic, *fields = path["value"].split(".")
        package, _, name = graph.get_publishers_info_by_topic(topic)[0].topic_type.split("/")
        value = getattr(import_module(f"{package}.msg"), name)()
        for field in fields:
            value = getattr(value, field)
        assert isinstance(value, (int, float))


def test_every_panel_of_the_foxglove_layout_is_placed_once():
    layout = foxglove()

    def leaves(part):
        return [part] if isinstance(part, str) else leaves(part["first"]) + leaves(part["second"])

    assert sorted(leaves(layout["layout"])) == sorted(layout["configById"])
    assert {name.partition("!")[0] for name in layout["configById"]} == {
        "Image", "3D", "Plot", "RawMessages", "DiagnosticSummary", "Parameters",
    }  # fmt: skip
