"""Perception and policy in one process: nobody can tell but by the process list."""

from __future__ import annotations

import signal
import sys

import numpy as np
import pytest
from lifecycle_msgs.msg import Transition
from rcl_interfaces.srv import GetParameters, ListParameters
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from vinn_msgs.msg import Embedding, PolicyAction
from vinn_ros import qos
from vinn_ros.conversions import embedding_from_message, rgb_to_image
from vinn_ros.graph import door_opening_graph
from vinn_training.bank.bundle import load_bundle
from vinn_training.encoder.runtime import load_runtime

PIXELS = np.random.default_rng(5).integers(0, 255, (48, 64, 3), np.uint8)


def _spec(bundle, tmp_path, composed):
    parameters = tmp_path / "parameters.yaml"
    parameters.write_text(
        "/**/policy:\n  ros__parameters: {k: 3, hold_distance_quantile: 0.25}\n"
        "/**/perception:\n  ros__parameters: {queue_depth: 7}\n"
    )
    values = {
        "sim": "standin",
        "bundle": str(bundle),
        "params_file": str(parameters),
        "image_topic": "/wrist/image",
        "composed": composed,
    }
    return door_opening_graph(values).nodes


class Composed:
    """The composed process beside a camera, and what it says."""

    def __init__(self, world, bundle, tmp_path):
        (spec,) = (node for node in _spec(bundle, tmp_path, "true") if node.name == "perception_policy")
        command = [sys.executable, "-m", "vinn_ros.entry_points", "perception_policy", "--ros-args"]
        self.world = world
        self.process = world.run("both", [*command, *spec.part_arguments()])
        self.embeddings = world.collect(Embedding, "embedding", qos.STREAM)
        self.actions = world.collect(PolicyAction, "action", qos.STREAM)
        self.images = world.node.create_publisher(Image, "/wrist/image", qos.IMAGE)
        world.wait_for(lambda: world.output("both").count("]: active") == 2, "both nodes to become active")
        world.wait_for(lambda: self.images.get_subscription_count() == 1, "the image subscription")
        world.wait_for_report("perception", "subscribers", "1")
        world.wait_for_report("policy", "subscribers", "1")

    def ask(self):
        """Publish a picture until an action answers it, and return the action."""
        header = Header(stamp=self.world.node.get_clock().now().to_msg(), frame_id="wrist_camera_optical_frame")

        def answered():
            self.images.publish(rgb_to_image(PIXELS, header))
            self.world.spin_for(0.1)
            return next((action for action in self.actions if action.header == header), None)

        return self.world.wait_for(answered, "an action")


@pytest.fixture(scope="module")
def both(shared_ros, bundle, tmp_path_factory):
    """One process for all tests, which leave it as they found it but for the last."""
    return Composed(shared_ros, bundle, tmp_path_factory.mktemp("parameters"))


def test_nodes_parameters_topics_and_answers_are_those_of_separate_processes(both, bundle):
    world = both.world
    action = both.ask()
    assert {"perception", "policy"} <= set(world.node.get_node_names())
    runtime = load_runtime(load_bundle(bundle))
    (embedding,) = runtime.encode([PIXELS])
    world.wait_for(lambda: any(m.header == action.header for m in both.embeddings), "its embedding on the topic")
    published = next(m for m in both.embeddings if m.header == action.header)
    np.testing.assert_allclose(embedding_from_message(published), embedding, rtol=1e-4, atol=1e-5)
    assert len(action.neighbors) == 3  # k of the file
    for node, name, value in (
        ("policy", "hold_distance_quantile", 1.0),  # the graph's own, above the file's
        ("policy", "bundle", str(bundle)),
        ("perception", "queue_depth", 7),
        ("perception", "autostart", True),
    ):
        request = GetParameters.Request(names=[name])
        (answer,) = world.call(GetParameters, f"/{node}/get_parameters", request).values
        assert value in (answer.double_value, answer.string_value, answer.integer_value, answer.bool_value)
    names = world.call(ListParameters, "/perception/list_parameters", ListParameters.Request()).result.names
    assert "k" not in names


def test_each_node_keeps_its_own_transitions_and_live_parameters(both):
    world = both.world
    both.ask()
    assert world.set_parameter("policy", "k", 1).successful
    assert len(both.ask().neighbors) == 1
    assert world.change_state("policy", Transition.TRANSITION_DEACTIVATE)
    embeddings, actions = len(both.embeddings), len(both.actions)
    header = Header(stamp=world.node.get_clock().now().to_msg())

    def encoded():
        both.images.publish(rgb_to_image(PIXELS, header))
        world.spin_for(0.1)
        return len(both.embeddings) > embeddings

    world.wait_for(encoded, "perception to go on")
    assert len(both.actions) == actions
    assert world.change_state("perception", Transition.TRANSITION_DEACTIVATE)
    assert world.change_state("perception", Transition.TRANSITION_CLEANUP)
    assert world.change_state("policy", Transition.TRANSITION_ACTIVATE)
    assert world.change_state("perception", Transition.TRANSITION_CONFIGURE)
    assert world.change_state("perception", Transition.TRANSITION_ACTIVATE)
    both.ask()


def test_ctrl_c_ends_it_quietly(both):
    both.ask()
    assert both.world.stop("both", signal.SIGINT, timeout_s=60.0) == 0
    assert "Traceback" not in both.world.output("both")
