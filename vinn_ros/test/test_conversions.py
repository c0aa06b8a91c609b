from __future__ import annotations

import array
import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from vinn_msgs.msg import GripperState
from vinn_ros import conversions
from vinn_ros.conversions import (
    embedding_from_message,
    embedding_to_message,
    gripper_from_message,
    gripper_to_message,
    image_to_rgb,
    rgb_to_image,
)
from vinn_training import contracts
from vinn_training.exceptions import InvalidInput

RED, GREEN = (200, 10, 20), (15, 180, 25)


def _message(encoding, pixels, padding=0):
    rows = np.ascontiguousarray(pixels).reshape(pixels.shape[0], -1)
    rows = np.pad(rows, ((0, 0), (0, padding)))
    message = Image(height=pixels.shape[0], width=pixels.shape[1], encoding=encoding, step=rows.shape[1])
    message.data = array.array("B", rows.tobytes())
    return message


def _two_colours():
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[:, :3], pixels[:, 3:] = RED, GREEN
    return pixels


@pytest.mark.parametrize(
    ("encoding", "to_encoding"),
    [
        ("rgb8", lambda rgb: rgb),
        ("bgr8", lambda rgb: rgb[..., ::-1]),
        ("8UC3", lambda rgb: rgb[..., ::-1]),
        ("rgba8", lambda rgb: np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])),
        ("bgra8", lambda rgb: np.dstack([rgb[..., ::-1], np.full(rgb.shape[:2], 255, np.uint8)])),
    ],
)
def test_colour_encodings_keep_their_colours(encoding, to_encoding):
    rgb = image_to_rgb(_message(encoding, to_encoding(_two_colours())))
    np.testing.assert_array_equal(rgb, _two_colours())
    assert rgb.dtype == np.uint8


def test_grey_becomes_three_equal_channels():
    grey = np.arange(24, dtype=np.uint8).reshape(4, 6)
    np.testing.assert_array_equal(image_to_rgb(_message("mono8", grey)), np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize(("encoding", "order"), [("yuv422_yuy2", (0, 1, 2, 3)), ("yuv422", (1, 0, 3, 2))])
def test_packed_yuv_of_webcams(encoding, order):
    red, green, blue = (value / 255 for value in RED)  # ITU-R BT.601, video range
    y = round(16 + 65.481 * red + 128.553 * green + 24.966 * blue)
    u = round(128 - 37.797 * red - 74.203 * green + 112.0 * blue)
    v = round(128 + 112.0 * red - 93.786 * green - 18.214 * blue)
    two_pixels = np.array([y, u, y, v], np.uint8)[list(order)]
    pixels = np.tile(two_pixels, (4, 3)).reshape(4, 6, 2)
    assert np.abs(image_to_rgb(_message(encoding, pixels)).astype(int) - RED).max() <= 3


def test_padded_rows_are_cut():
    np.testing.assert_array_equal(image_to_rgb(_message("rgb8", _two_colours(), padding=5)), _two_colours())


def test_pixels_of_rgb8_are_viewed_and_cannot_be_written_to():
    message = _message("rgb8", _two_colours())
    rgb = image_to_rgb(message)
    assert np.shares_memory(rgb, np.frombuffer(message.data, np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        rgb[0, 0] = 0
    np.frombuffer(message.data, np.uint8)[:] += 1  # the message itself is its owner's
    np.testing.assert_array_equal(rgb, _two_colours() + 1)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_round_trip_is_exact(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    np.testing.assert_array_equal(image_to_rgb(rgb_to_image(pixels, Header())), pixels)


def test_compressed_image_and_a_broken_one():
    pixels = np.full((20, 30, 3), RED, np.uint8)
    data = cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()
    np.testing.assert_array_equal(image_to_rgb(CompressedImage(format="png", data=data)), pixels)
    with pytest.raises(InvalidInput, match="cannot be decoded"):
        image_to_rgb(CompressedImage(format="jpeg", data=b"nothing"))
    with pytest.raises(InvalidInput, match="0 bytes"):
        image_to_rgb(CompressedImage(format="jpeg"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"encoding": "16UC1"}, "encoding is '16UC1'"),
        ({"width": 0}, "size is 0x4"),
        ({"height": 100_000}, "size is 6x100000"),
        ({"step": 3}, "step is 3"),
        ({"step": 19}, "data has 72 bytes; expected step x height = 76"),
    ],
)
def test_impossible_images_are_refused_with_the_reason(change, reason):
    message = _message("rgb8", _two_colours())
    for name, value in change.items():
        setattr(message, name, value)
    with pytest.raises(InvalidInput, match=reason):
        image_to_rgb(message)


def test_a_cv_bridge_for_another_numpy_is_done_without(monkeypatch):
    class Broken:
        def imgmsg_to_cv2(self, message, desired_encoding):
            raise AttributeError("_ARRAY_API not found")

    monkeypatch.setitem(sys.modules, "cv_bridge", SimpleNamespace(CvBridge=Broken))
    conversions._library_view.cache_clear()
    try:
        message = Image(height=1, width=2, encoding="bgr8", step=6, data=bytes(range(6)))
        assert image_to_rgb(message).tolist() == [[[2, 1, 0], [5, 4, 3]]]
    finally:
        conversions._library_view.cache_clear()


def test_cv_bridge_and_rosbags_image_give_identical_arrays():
    cv_bridge = pytest.importorskip("cv_bridge", reason="cv_bridge comes with a ROS installation only")
    from rosbags.image import message_to_cvimage

    message = _message("bgr8", _two_colours(), padding=3)
    ros = cv_bridge.CvBridge().imgmsg_to_cv2(message, desired_encoding="passthrough")
    np.testing.assert_array_equal(ros, message_to_cvimage(message))


def test_embedding_round_trip():
    embedding = np.random.default_rng(0).normal(size=512).astype(np.float32)
    message = embedding_to_message(embedding, "encoder", Header(frame_id="camera"))
    np.testing.assert_array_equal(embedding_from_message(message), embedding)
    assert (message.encoder_id, message.header.frame_id) == ("encoder", "camera")


def test_gripper_states_equal_the_message_constants():
    assert {state.name: int(state) for state in contracts.GripperState} == {
        "UNKNOWN": GripperState.UNKNOWN,
        "OPEN": GripperState.OPEN,
        "CLOSED": GripperState.CLOSED,
    }
    for state in contracts.GripperState:
        assert gripper_from_message(gripper_to_message(state)) is state
    with pytest.raises(InvalidInput, match="gripper state is 7"):
        gripper_from_message(GripperState(state=7))
