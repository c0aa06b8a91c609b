from __future__ import annotations

import array
from unittest.mock import Mock

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from vinn_ros import qos
from vinn_ros.conversions import image_to_rgb
from vinn_ros.image_publisher import ImagePublisher, rgb_to_compressed


def _picture():
    coarse = np.random.default_rng(0).integers(0, 255, (12, 16, 3), np.uint8)
    return cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC)


def test_a_jpeg_message_shows_the_picture_in_its_colours():
    pixels = _picture()
    header = Header(frame_id="camera")
    message = rgb_to_compressed(pixels, header, 90)
    assert message.header == header
    assert "jpeg" in message.format
    assert isinstance(message.data, array.array)
    assert np.abs(image_to_rgb(message).astype(int) - pixels).mean() < 4


def test_less_quality_is_fewer_bytes():
    sizes = [len(rgb_to_compressed(_picture(), Header(), quality).data) for quality in (10, 50, 90)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2
    assert sizes[2] < _picture().size / 3


def test_a_picture_goes_to_the_topics_on_which_somebody_listens():
    node = Mock()
    raw, compressed = Mock(), Mock()
    node.create_lifecycle_publisher.side_effect = lambda kind, topic, profile: {
        "neighbors/image": raw, "neighbors/image/compressed": compressed,
    }[topic]  # fmt: skip
    raw.get_subscription_count.return_value = compressed.get_subscription_count.return_value = 0
    output = ImagePublisher(node, 90, "neighbors/image")
    picture, header = np.full((4, 6, 3), 7, np.uint8), Header(frame_id="camera")
    output.publish(picture, header)
    compressed.get_subscription_count.return_value = 2
    output.publish(picture, header)
    assert (raw.publish.call_count, output.subscribers) == (0, 2)
    assert compressed.publish.call_args.args[0].header == header
    raw.get_subscription_count.return_value = 1
    output.publish(picture, header)
    assert (compressed.publish.call_count, output.subscribers) == (2, 3)
    (sent,) = raw.publish.call_args.args
    assert (sent.height, sent.width) == (4, 6)


def test_a_node_makes_the_pictures_that_somebody_listens_to(ros):
    ros.start("stretch_standin", {"image_width": 64, "image_height": 48, "jpeg_quality": 95})
    compressed = ros.collect(CompressedImage, "image_raw/compressed", qos.IMAGE)
    ros.wait_for(lambda: compressed, "a JPEG picture")
    raw = ros.collect(Image, "image_raw", qos.IMAGE)
    ros.wait_for(lambda: raw, "a raw picture")
    both = {message.header.stamp.nanosec: message for message in raw}

    def pair():
        both.update({message.header.stamp.nanosec: message for message in raw})
        return next((m for m in compressed if m.header.stamp.nanosec in both), None)

    one = ros.wait_for(pair, "the same picture on both topics")
    difference = image_to_rgb(one).astype(int) - image_to_rgb(both[one.header.stamp.nanosec])
    assert np.abs(difference).mean() < 8
