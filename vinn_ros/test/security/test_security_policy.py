"""What the policy file lets nobody else do, and that it forgets nothing that our nodes have when they are made."""

from __future__ import annotations

import pytest
import rclpy
from graph_endpoints import endpoints_of
from policy_file import POLICY, read_policy, who_may
from rclpy.signals import SignalHandlerOptions

from vinn_ros.documentation.endpoints import created
from vinn_ros.entry_points import NODES
from vinn_ros.mount_check.node import MountCheckNode
from vinn_ros.own_domain import own_domain

#: Simulated robots have the driver's enclave; a robot has neither.
SIMULATED = {"stretch_sim": "driver", "stretch_standin": "driver"}


@pytest.mark.parametrize(
    ("kind", "permission", "name", "enclaves"),
    [
        ("topics", "publish", "/embedding", {"perception", "perception_policy"}),
        # The check of the camera's mount plays the policy; its key is made for the check.
        ("topics", "publish", "/action", {"policy", "perception_policy", "mount_check"}),
        ("topics", "publish", "/bank", {"policy", "perception_policy"}),
        ("topics", "publish", "/command", {"stretch_bridge"}),
        # The driver may say what it likes on its own topics.
        ("topics", "publish", "/joint_pose_cmd", {"stretch_bridge", "driver"}),
        ("topics", "publish", "/joint_trajectory_controller/joint_trajectory", {"stretch_bridge", "driver"}),
        ("topics", "publish", "/stretch/cmd_vel", {"driver"}),
        ("actions", "call", "/stretch_controller/follow_joint_trajectory", {"stretch_bridge", "operator"}),
        ("services", "request", "/activate_streaming_position", {"stretch_bridge", "operator"}),
        ("services", "request", "/switch_to_position_mode", {"stretch_bridge", "operator"}),
        ("services", "request", "/home_the_robot", {"operator"}),
        ("services", "request", "/stop_the_robot", {"stretch_bridge", "operator"}),
        ("services", "request", "/stretch_bridge/enable", {"operator"}),
        ("services", "request", "/stretch_bridge/stop", {"operator", "trial_node"}),
        ("services", "request", "/policy/set_parameters", {"operator"}),
        ("services", "request", "/policy/bank/roll_back", {"operator"}),
        ("services", "reply", "/stretch_bridge/stop", {"stretch_bridge"}),
        ("actions", "execute", "/stretch_bridge/run_episode", {"stretch_bridge"}),
        ("actions", "call", "/stretch_bridge/run_episode", {"operator", "run_episode", "trial_node"}),
        ("topics", "subscribe", "/task_state", {"driver", "operator", "recorder", "trial_node", "viewer"}),
    ],
)  # fmt: skip
def test_who_may(kind, permission, name, enclaves):
    assert who_may((kind, permission), name) == {f"/vinn/{enclave}" for enclave in enclaves}


def test_what_hears_everything_says_nothing_but_its_log():
    for enclave in ("operator", "viewer"):
        (profile,) = read_policy()[f"/vinn/{enclave}"].values()
        assert profile.allowed["topics", "publish"] == {"/rosout", "/parameter_events"}
        assert profile.allows(("topics", "subscribe"), "/anything")


def test_no_policy_sees_the_ground_truth():
    assert not who_may(("topics", "subscribe"), "/task_state") & {"/vinn/policy", "/vinn/perception_policy"}


def test_it_is_plain_xml_of_the_version_that_ros2_security_takes():
    text = POLICY.read_text()
    assert '<policy version="0.2.0">' in text
    assert "SYSTEM" not in text  # nothing from other files: parsers refuse that, rightly


@pytest.mark.parametrize("name", NODES)
def test_a_node_may_do_what_it_does_when_it_is_made(name):
    enclave = SIMULATED.get(name, name)
    profiles = read_policy()[f"/vinn/{enclave}"]
    profile = profiles.get(name) or next(iter(profiles.values()))
    with created(name) as node:
        namespace = node.get_namespace()
        endpoints = endpoints_of(node, name, namespace)
    lacking = [
        (*key, full_name.removeprefix(namespace))
        for key, names in endpoints.items()
        for full_name in names
        if not profile.allows(key, full_name.removeprefix(namespace))
    ]
    assert not lacking, f"allow these to node {name} in {POLICY.name}, or take them from the node: {lacking}"


def test_the_check_of_the_mount_may_do_what_it_does(tmp_path):
    (profile,) = read_policy()["/vinn/mount_check"].values()
    with own_domain():
        rclpy.init(args=["--ros-args", "-p", f"output:={tmp_path}"], signal_handler_options=SignalHandlerOptions.NO)
        try:
            node = MountCheckNode()
            endpoints = endpoints_of(node, "mount_check")
            node.destroy_node()
        finally:
            rclpy.try_shutdown()
    lacking = [(*key, name) for key, names in endpoints.items() for name in names if not profile.allows(key, name)]
    assert not lacking
    assert "/action" in endpoints["topics", "publish"]
