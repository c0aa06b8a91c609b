from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rclpy.qos import DurabilityPolicy

from vinn_ros.recorder.topics import IMAGES, recorded_topics

#: Without these a bag cannot become demonstrations.
NEEDED = {"joint_states", "odom", "command", "action", "mode", "tool", "joint_pose_cmd", "robot_description"}


@pytest.mark.parametrize(("images", "camera"), zip(IMAGES, ("image_raw", "image_raw/compressed"), strict=True))
def test_what_conversion_needs_is_recorded_with_one_camera(images, camera):
    topics = {topic.name: topic for topic in recorded_topics(images)}
    assert topics.keys() >= NEEDED | {camera}
    assert sum(name.startswith("image_raw") for name in topics) == 1
    assert {name for name, topic in topics.items() if topic.is_watched} == {camera, "joint_states", "odom"}
    assert topics["command"].type_name == "vinn_msgs/msg/BridgeCommand"


def test_latched_topics_are_asked_for_as_such():
    for topic in recorded_topics("raw"):
        is_transient = topic.profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
        assert is_transient == topic.is_latched, topic.name


def test_the_profile_for_ros2_bag_asks_for_what_publishers_offer():
    """A recorder that asks for more than is offered hears nothing; latched topics must be asked for as latched."""
    path = Path(__file__).resolve().parents[3] / "config" / "rosbag2_qos.yaml"
    overrides = yaml.safe_load(path.read_text())
    for topic in recorded_topics("raw"):
        name = topic.name if topic.name.startswith("/") else f"/{topic.name}"
        if name in overrides:
            durability = "transient_local" if topic.is_latched else "volatile"
            assert overrides[name]["durability"] == durability, name
    assert overrides["/image_raw"]["reliability"] == overrides["/joint_states"]["reliability"] == "best_effort"
    assert overrides["/tf_static"]["durability"] == "transient_local"
