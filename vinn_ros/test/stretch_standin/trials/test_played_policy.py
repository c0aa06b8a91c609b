from __future__ import annotations

import math

import numpy as np
import pytest
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from vinn_msgs.msg import PolicyAction
from vinn_ros import qos
from vinn_ros.conversions import rgb_to_image
from vinn_ros.stretch_bridge.messages import action_input
from vinn_ros.stretch_standin.trials.played_policy import PlayedPolicy
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME


def header(seconds):
    message = Header(frame_id=WRIST_CAMERA_OPTICAL_FRAME)
    message.stamp.sec = seconds
    return message


def problem(message):
    return action_input(message, 0.05).problem(WRIST_CAMERA_OPTICAL_FRAME)


@pytest.fixture
def policy(shared_ros):
    return PlayedPolicy(shared_ros.node)


def test_a_healthy_action_is_one_that_the_bridge_takes(policy):
    policy.direction = (0.6, 0.0, 0.8)
    message = policy.action(header(5), 12.5)
    assert problem(message) is None
    assert (message.translation.x, message.translation.z) == (0.6, 0.8)
    assert message.header.stamp.sec == 5
    assert message.neighbors[0].distance == 12.5


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("nan", "finite"),
        ("too_long", "length 1e"),
        ("hold", "policy holds: unfamiliar"),
        ("wrong_frame", "frame 'map'"),
    ],
)
def test_each_fault_is_one_that_the_bridge_must_refuse(policy, fault, words):
    policy.fault = fault
    assert words in problem(policy.action(header(5), 1.0))
    assert math.isfinite(policy.direction[0])


def test_silence_and_old_images(policy):
    policy.action(header(5), 1.0)
    policy.fault = "old_image"
    assert policy.action(header(9), 1.0).header.stamp.sec == 5
    policy.fault = "silent"
    assert policy.action(header(9), 1.0) is None


def test_it_answers_each_usable_image_and_no_blank_one(ros):
    policy = PlayedPolicy(ros.node, clock=lambda: 7.0)
    images = ros.node.create_publisher(Image, "image_raw", qos.IMAGE)
    actions = ros.collect(PolicyAction, "action", qos.STREAM)
    ros.wait_for(lambda: images.get_subscription_count() == 1, "the policy to listen")
    pixels = np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8)
    images.publish(rgb_to_image(np.zeros_like(pixels), header(1)))
    images.publish(rgb_to_image(pixels, header(2)))
    ros.wait_for(lambda: actions, "an action")
    assert [action.header.stamp.sec for action in actions] == [2]
    assert policy.sent_s == [7.0]
    assert actions[0].neighbors[0].distance == pytest.approx(pixels.mean(), abs=1e-3)
