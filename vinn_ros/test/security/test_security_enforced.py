"""Keys made of the policy, and a middleware that enforces them. Runs in a ROS installation; see docs/security.md."""

from __future__ import annotations

import sys
import time

import pytest
from secured import keystore_or_skip, without_security
from trial_calls import TRIAL


@pytest.fixture(scope="module")
def store(shared_ros, tmp_path_factory):
    environment = {**without_security(), **shared_ros.environment}
    return keystore_or_skip(tmp_path_factory.mktemp("security") / "keystore", environment)


@pytest.mark.parametrize(
    ("enclave", "node", "topic", "answer"),
    [
        ("perception", "perception", "embedding", "allowed"),
        ("policy", "policy", "action", "allowed"),
        ("stretch_bridge", "stretch_bridge", "joint_pose_cmd", "allowed"),
        ("stretch_bridge", "stretch_bridge", "command", "allowed"),
        ("perception", "perception", "action", "refused"),
        ("recorder", "recorder", "action", "refused"),
        ("operator", "_ros2cli_1", "action", "refused"),
        ("viewer", "rviz", "action", "refused"),
        ("driver", "stretch_driver", "action", "refused"),
        ("policy", "policy", "joint_pose_cmd", "refused"),
        ("trial_node", "trial_node", "joint_pose_cmd", "refused"),
        ("operator", "_ros2cli_1", "joint_pose_cmd", "refused"),
        ("operator", "_ros2cli_1", "stretch/cmd_vel", "refused"),
        ("policy", "policy", "embedding", "refused"),
        ("policy", "policy", "command", "refused"),
    ],
)
def test_a_publisher_is_allowed_or_refused(store, enclave, node, topic, answer):
    assert store.try_to_publish(enclave, node, topic) == answer


def test_without_a_key_there_is_not_even_a_node(store):
    assert "node made" not in store.try_to_publish("stranger", "policy", "action")


def test_a_node_by_anothers_name_is_refused(store):
    """Its parameters' services are under a name that the key does not hold."""
    assert "node made" not in store.try_to_publish("policy", "stretch_bridge", "action")


OUTSIDE = """
import time
import rclpy
from vinn_msgs.msg import PolicyAction
rclpy.init()
node = rclpy.create_node("policy")
publisher = node.create_publisher(PolicyAction, "action", 10)
deadline_s = time.monotonic() + 10.0
while time.monotonic() < deadline_s:
    publisher.publish(PolicyAction())
    rclpy.spin_once(node, timeout_sec=0.1)
print("heard by", publisher.get_subscription_count(), sorted(node.get_node_names()))
"""


def nodes(ros, store, bundle, folder):
    """Start the whole graph, each process with its own key."""
    slow = {name: 5.0 for name in ("max_image_age_s", "max_action_age_s", "max_joint_state_age_s", "max_status_age_s")}
    parameters = {
        "stretch_standin": ("driver", {}),
        "stretch_bridge": ("stretch_bridge", {"auto_resume": True, **slow}),
        "perception": ("perception", {"bundle": str(bundle)}),
        "policy": ("policy", {"bundle": str(bundle), "hold_distance_quantile": 1.0}),
        "neighbors_view": ("neighbors_view", {"bundle": str(bundle)}),
        "recorder": ("recorder", {"output": str(folder / "bags")}),
        "trial_node": ("trial_node", {"output": str(folder / "trials"), "max_steps": 3, "verdict_timeout_s": 1.0}),
    }
    ros.environment.update(store.environment)
    for name, (enclave, values) in parameters.items():
        ros.start(name, values, "--enclave", f"/vinn/{enclave}")


@pytest.mark.full
def test_the_whole_graph_runs_a_trial_by_its_keys_and_nobody_else_is_heard(ros, bundle, tmp_path):
    store = keystore_or_skip(tmp_path / "keystore", {**without_security(), **ros.environment})
    plain = dict(ros.environment)
    nodes(ros, store, bundle, tmp_path)
    operator = ros.run("operator", [sys.executable, "-c", TRIAL])
    ros.environment.clear()
    ros.environment.update(plain)
    outside = ros.run("outside", [sys.executable, "-c", OUTSIDE])
    assert operator.wait(timeout=240) == 0, ros.output("operator")
    assert "3 of 3 steps are made" in ros.output("operator")
    assert outside.wait(timeout=60) == 0
    # The test's own node has no key either.
    assert "heard by 0 ['policy', 'test']" in ros.output("outside")
    deadline_s = time.monotonic() + 10.0
    while not list(tmp_path.glob("trials/bags/*/metadata.yaml")) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert list(tmp_path.glob("trials/bags/*/metadata.yaml"))
    for name in ("perception", "policy", "stretch_bridge", "recorder", "neighbors_view", "trial_node"):
        assert "Traceback" not in ros.output(name), ros.output(name)
