import numpy as np
import pytest

from vinn_training.demonstrations.bag_files import find_bags
from vinn_training.demonstrations.bag_images import choose_camera, read_images, spacing_s
from vinn_training.demonstrations.bag_messages import TYPES, Messages
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.exceptions import InvalidDemonstration


def _messages(path):
    (files,) = find_bags(path)
    return Messages(Bag(files, TYPES), "header")


def test_pictures_raw_and_compressed(bag, tmp_path):
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[..., 0] = 200
    bag.image(0.0, pixels[..., ::-1], encoding="bgr8")
    images = read_images(_messages(bag.write(tmp_path / "raw")), "")
    np.testing.assert_array_equal(images.load(0), pixels)
    assert images.frame_id == "wrist_camera_optical_frame"
    other = bag.__class__()
    other.jpeg(0.0, pixels)
    images = read_images(_messages(other.write(tmp_path / "jpeg")), "")
    assert images.is_compressed
    assert np.abs(images.load(0).astype(int) - pixels).max() < 5


def test_the_camera_is_chosen_only_where_there_is_no_doubt(bag, tmp_path):
    def chosen(*topics):
        maker = bag.__class__()
        for index, topic in enumerate(topics):
            (maker.jpeg if topic.endswith("compressed") else maker.image)(index * 0.1, topic=topic)
        return choose_camera(_messages(maker.write(tmp_path / str(len(list(tmp_path.iterdir()))))).bag, "").name

    assert chosen("/cam") == "/cam"
    assert chosen("/cam", "/cam/compressed") == "/cam"
    assert chosen("/cam", "/cam/compressed", "/cam/compressed") == "/cam/compressed"  # the raw one lost images
    assert chosen("/head/color", "/wrist/color") == "/wrist/color"
    assert chosen("/cam", "/cam/depth/image") == "/cam"
    with pytest.raises(
        InvalidDemonstration, match=r"several cameras.*one of: /left \(sensor_msgs/msg/Image, 1\), /right"
    ):
        chosen("/left", "/right")


def test_broken_images_are_left_out_and_the_first_reason_kept(bag, tmp_path):
    for index in range(4):
        bag.jpeg(index * 0.1)
    bag.jpeg(0.4, data=b"\xff\xd8\xff cut off")
    bag.jpeg(0.5, data=b"")
    messages = _messages(bag.write(tmp_path / "bag"))
    images = read_images(messages, "")
    assert (len(images.refs), images.dropped) == (4, {"broken": 2})
    assert "no whole JPEG or PNG" in messages.notes[0]
    other = bag.__class__()
    other.image(0.0, np.zeros((4, 4, 2), np.uint8), encoding="16UC1")
    with pytest.raises(InvalidDemonstration, match=r"no image of /image_raw is usable: image encoding is '16UC1'"):
        read_images(_messages(other.write(tmp_path / "depth")), "")


def test_an_image_that_looks_whole_and_is_not_is_named_when_loaded(bag, tmp_path):
    bag.jpeg(1.5, data=b"\xff\xd8\xff" + bytes(50) + b"\xff\xd9")
    images = read_images(_messages(bag.write(tmp_path / "bag")), "")
    with pytest.raises(
        InvalidDemonstration, match=r"/bag: image of /image_raw/compressed received at 1700000001\.504 s"
    ):
        images.load(0)


def test_repeated_stamps_and_wrong_order(bag, tmp_path):
    for time_s, received_s in ((0.2, 0.0), (0.0, 0.1), (0.2, 0.3)):
        bag.image(time_s)
        topic, kind, _, message = bag.messages[-1]
        bag.messages[-1] = (topic, kind, bag.ns(received_s), message)
    images = read_images(_messages(bag.write(tmp_path / "bag")), "")
    np.testing.assert_array_equal(images.times_ns, [bag.ns(0.0), bag.ns(0.2)])
    assert images.dropped == {"repeated stamp": 1}
    assert (images.load(0)[0, 0, 0], images.load(1)[0, 0, 0]) == (0, 20)
    assert spacing_s(images.times_ns) == pytest.approx(0.2)
