from __future__ import annotations

import pytest

pytest.importorskip("rosbags", reason="rosbags is not installed")

from camera_bag import FIRST_NS, PERIOD_NS, write_camera_bag
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CompressedImage, Image

from vinn_ros.play_bag.core import AnswerLedger, BagImages
from vinn_training.exceptions import InvalidDemonstration, InvalidInput


def test_images_come_as_they_were_recorded(tmp_path):
    images = BagImages(write_camera_bag(tmp_path, 4))
    assert (images.topic, images.transport) == ("/camera/image", "raw")
    assert [image.stamp_ns for image in images.images] == [FIRST_NS + index * PERIOD_NS for index in range(4)]
    assert images.images[3].after_s == pytest.approx(0.099)
    message = deserialize_message(images.read(images.images[2]), Image)
    assert (message.header.frame_id, message.width, message.height) == ("wrist_camera_optical_frame", 64, 48)
    assert message.header.stamp.sec * 10**9 + message.header.stamp.nanosec == FIRST_NS + 2 * PERIOD_NS


def test_compressed_images_stay_compressed(tmp_path):
    images = BagImages(write_camera_bag(tmp_path, 2, compressed=True))
    assert images.transport == "compressed"
    message = deserialize_message(images.read(images.images[1]), CompressedImage)
    assert bytes(message.data[:3]) == b"\xff\xd8\xff"


def test_what_cannot_be_played_is_refused_with_the_reason(tmp_path):
    with pytest.raises(InvalidInput, match="2 of 2 images on /camera/image have no stamp"):
        BagImages(write_camera_bag(tmp_path / "unstamped", 2, stamped=False))
    with pytest.raises(InvalidInput, match="no such file or folder"):
        BagImages(tmp_path / "nothing")
    with pytest.raises(InvalidDemonstration, match=r"the bag has: /camera/image"):
        BagImages(write_camera_bag(tmp_path / "camera", 2), "/other")


def test_only_answers_to_sent_images_count():
    ledger = AnswerLedger()
    ledger.send(5)
    ledger.send(6)
    ledger.answer(7)
    ledger.answer(6)
    ledger.answer(6)
    assert (ledger.sent, ledger.answered) == (2, 1)
    assert ledger.is_answered(6)
    assert not ledger.is_answered(5)
