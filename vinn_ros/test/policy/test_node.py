"""The policy node as a process, over real DDS."""

from __future__ import annotations

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from std_msgs.msg import Header

from vinn_msgs.msg import Embedding, PolicyAction
from vinn_ros import qos
from vinn_ros.conversions import embedding_to_message, vector_from_message
from vinn_training.bank.bundle import load_bundle


@pytest.fixture
def policy(ros, bundle):
    ros.bundle = load_bundle(bundle)
    ros.embeddings = ros.node.create_publisher(Embedding, "embedding", qos.STREAM)
    ros.actions = ros.collect(PolicyAction, "action", qos.STREAM)
    ros.start("policy", {"bundle": str(bundle), "action_scale": [0.5, 0.25, 0.125]})
    ros.wait_for(lambda: "active" in ros.output("policy"), "the node to become active")
    ros.wait_for(lambda: ros.embeddings.get_subscription_count() == 1, "the embedding subscription")
    ros.wait_for_report("policy", "subscribers", "1")  # or its first answer may be lost
    return ros


def _publish(world, embedding, encoder_id=None):
    header = Header(stamp=world.node.get_clock().now().to_msg(), frame_id="wrist_camera_optical_frame")
    encoder_id = world.bundle.encoder.encoder_id if encoder_id is None else encoder_id
    world.embeddings.publish(embedding_to_message(np.asarray(embedding, np.float32), encoder_id, header))
    return header


def _ask(world, embedding):
    before = len(world.actions)
    header = _publish(world, embedding)
    world.wait_for(lambda: len(world.actions) > before, "an action")
    assert world.actions[-1].header == header
    return world.actions[-1]


def test_action_carries_its_trace_and_the_scaled_translation(policy):
    row = 17
    answer = _ask(policy, policy.bundle.bank.embeddings[row])
    assert len(answer.neighbors) == 10
    first = answer.neighbors[0]
    bank = policy.bundle.bank
    assert (first.demonstration, first.frame) == (bank.demonstration_names[bank.demonstration[row]], bank.frame[row])
    assert first.distance == pytest.approx(0.0, abs=1e-3)
    distances = np.array([neighbor.distance for neighbor in answer.neighbors])
    weights = np.array([neighbor.weight for neighbor in answer.neighbors])
    np.testing.assert_allclose(weights, np.exp(-distances) / np.exp(-distances).sum(), rtol=1e-4)
    direction = vector_from_message(answer.direction)
    expected = np.zeros(3)
    for neighbor in answer.neighbors:
        demo = bank.demonstration_names.index(neighbor.demonstration)
        index = np.flatnonzero((bank.demonstration == demo) & (bank.frame == neighbor.frame))[0]
        expected += neighbor.weight * bank.directions[index]
    np.testing.assert_allclose(direction, expected, atol=1e-5)
    np.testing.assert_allclose(vector_from_message(answer.translation), direction * [0.5, 0.25, 0.125], atol=1e-6)
    assert answer.bank_id == bank.bank_id


def test_parameters_take_effect_on_the_next_image(policy):
    embedding = policy.bundle.bank.embeddings[3]
    assert policy.set_parameter("policy", "k", 1).successful
    assert policy.set_parameter("policy", "action_scale", [0.5, 0.5, 0.5]).successful
    answer = _ask(policy, embedding)
    assert len(answer.neighbors) == 1
    np.testing.assert_allclose(vector_from_message(answer.direction), policy.bundle.bank.directions[3], atol=1e-5)
    np.testing.assert_allclose(vector_from_message(answer.translation), policy.bundle.bank.directions[3] / 2, atol=1e-5)


def test_embeddings_that_stop_are_told_in_diagnostics_until_they_come_again(policy):
    diagnostics = policy.collect(DiagnosticArray, "/diagnostics")

    def said(text):
        return any(
            text in status.message for array in diagnostics for status in array.status if status.name == "policy"
        )

    policy.wait_for(lambda: said("no embedding on /embedding yet"), "diagnostics before the first embedding")
    _ask(policy, policy.bundle.bank.embeddings[3])
    policy.wait_for(lambda: said("no embedding on /embedding for "), "diagnostics that tell of the silence")
    diagnostics.clear()

    def answers_again():
        _ask(policy, policy.bundle.bank.embeddings[3])
        policy.spin_for(0.1)
        return said("answering")

    policy.wait_for(answers_again, "diagnostics that say that it answers again")


def test_bad_parameters_are_refused_with_a_reason(policy):
    for name, value, reason in (
        ("action_scale", [0.5, 0.5, 1.5], "from 0 to 1"),
        ("action_scale", [0.5, 0.5], "expected 3"),
        ("k", 0, "k"),
        ("temperature", float("nan"), "temperature"),
        ("gripper_close_below", 0.9, "gripper"),
        ("bundle", "/elsewhere", "read-only"),
        ("no_such_parameter", 1, "declared"),
    ):
        result = policy.set_parameter("policy", name, value)
        assert not result.successful, name
        assert reason in result.reason
    assert len(_ask(policy, policy.bundle.bank.embeddings[0]).neighbors) == 10


def test_foreign_short_and_nan_embeddings_get_no_action(policy):
    good = policy.bundle.bank.embeddings[0]
    _ask(policy, good)
    count = len(policy.actions)
    _publish(policy, good, encoder_id="another")
    _publish(policy, good[:-1])
    broken = good.copy()
    broken[5] = np.nan
    _publish(policy, broken)
    _publish(policy, [])
    last = _publish(policy, good)  # the topic is reliable and ordered: its answer comes after all refusals
    policy.wait_for(lambda: policy.actions[-1].header == last, "the answer to the last embedding")
    assert len(policy.actions) == count + 1
    assert "made by encoder 'another'" in policy.output("policy")
    assert "Traceback" not in policy.output("policy")


def test_an_unfamiliar_image_holds(policy):
    answer = _ask(policy, policy.bundle.bank.embeddings[0] + 100.0)
    assert answer.hold
    assert "unfamiliar image" in answer.hold_reason
