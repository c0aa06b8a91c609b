from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.demonstrations.image_messages import (
    ImageLayout,
    compressed_problem,
    compressed_to_rgb,
    raw_to_rgb,
    read_header,
    take_apart,
)
from vinn_training.exceptions import InvalidInput

RED, GREEN = (200, 10, 20), (15, 180, 25)


def _two_colours():
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[:, :3], pixels[:, 3:] = RED, GREEN
    return pixels


def _decode(encoding, pixels, padding=0):
    rows = np.pad(np.ascontiguousarray(pixels).reshape(len(pixels), -1), ((0, 0), (0, padding)))
    return raw_to_rgb(ImageLayout(encoding, pixels.shape[1], len(pixels), rows.shape[1], rows.size), rows.tobytes())


@pytest.mark.parametrize("padding", [0, 5])
@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("rgb8", lambda rgb: rgb),
        ("bgr8", lambda rgb: rgb[..., ::-1]),
        ("8UC3", lambda rgb: rgb[..., ::-1]),
        ("rgba8", lambda rgb: np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])),
        ("bgra8", lambda rgb: np.dstack([rgb[..., ::-1], np.full(rgb.shape[:2], 255, np.uint8)])),
    ],
)
def test_colours_are_kept(encoding, encode, padding):
    np.testing.assert_array_equal(_decode(encoding, encode(_two_colours()), padding), _two_colours())


def test_grey_becomes_three_equal_channels():
    grey = np.arange(24, dtype=np.uint8).reshape(4, 6, 1)
    np.testing.assert_array_equal(_decode("mono8", grey), np.repeat(grey, 3, axis=2))


@pytest.mark.parametrize(("encoding", "order"), [("yuv422_yuy2", (0, 1, 2, 3)), ("yuv422", (1, 0, 3, 2))])
def test_packed_yuv_of_webcams(encoding, order):
    red, green, blue = (value / 255 for value in RED)  # ITU-R BT.601, video range
    y = round(16 + 65.481 * red + 128.553 * green + 24.966 * blue)
    u = round(128 - 37.797 * red - 74.203 * green + 112.0 * blue)
    v = round(128 + 112.0 * red - 93.786 * green - 18.214 * blue)
    pixels = np.tile(np.array([y, u, y, v], np.uint8)[list(order)], (4, 3)).reshape(4, 6, 2)
    assert np.abs(_decode(encoding, pixels).astype(int) - RED).max() <= 3


@pytest.mark.parametrize("pattern", ["rggb", "bggr", "gbrg", "grbg"])
def test_bayer_patterns_give_the_colour_that_was_filtered(pattern):
    """A one-coloured scene: each pixel of the mosaic holds its filter's channel."""
    channels = ["rgb".index(letter) for letter in pattern]
    mosaic = np.array([RED[channel] for channel in channels], np.uint8).reshape(2, 2)
    found = _decode(f"bayer_{pattern}8", np.tile(mosaic, (6, 6))[..., None])
    np.testing.assert_array_equal(found[2:-2, 2:-2], np.full((8, 8, 3), RED))


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
    layout = ImageLayout("rgb8", 6, 4, 18, 72)._replace(**change)
    with pytest.raises(InvalidInput, match=reason):
        raw_to_rgb(layout, bytes(72))


def test_compressed_images_whole_and_broken():
    pixels = np.full((20, 30, 3), RED, np.uint8)
    for suffix, tolerance in ((".png", 0), (".jpg", 4)):
        data = cv2.imencode(suffix, pixels[..., ::-1])[1].tobytes()
        assert np.abs(compressed_to_rgb(data, suffix).astype(int) - RED).max() <= tolerance
        assert compressed_problem(data, suffix) == ""
        assert "no whole JPEG or PNG" in compressed_problem(data[:-80], suffix)
    for data in (b"", b"nothing"):
        assert compressed_problem(data, "jpeg")
        with pytest.raises(InvalidInput, match=f"{len(data)} bytes cannot be decoded"):
            compressed_to_rgb(data, "jpeg")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31 - 1), st.integers(0, 10**9 - 1), st.text("abc/_", max_size=9), st.booleans(), st.booleans())
def test_the_parts_are_those_that_rosbags_wrote(seconds, nanoseconds, frame, is_compressed, little_endian):
    typesys = pytest.importorskip("rosbags.typesys", reason="rosbags is not installed")
    store = typesys.get_typestore(typesys.Stores.ROS2_JAZZY)
    stamp = store.types["builtin_interfaces/msg/Time"](sec=seconds, nanosec=nanoseconds)
    header = store.types["std_msgs/msg/Header"](stamp=stamp, frame_id=frame)
    data = np.arange(36, dtype=np.uint8)
    if is_compressed:
        kind = "sensor_msgs/msg/CompressedImage"
        message = store.types[kind](header=header, format="jpeg", data=data)
    else:
        kind = "sensor_msgs/msg/Image"
        message = store.types[kind](
            header=header, height=3, width=4, encoding="rgb8", is_bigendian=0, step=12, data=data
        )
    raw = bytes(store.serialize_cdr(message, kind, little_endian=little_endian))
    assert read_header(raw) == (seconds * 10**9 + nanoseconds, frame)
    parts = take_apart(raw, is_compressed)
    assert raw[parts.data_start : parts.data_start + parts.data_size] == data.tobytes()
    assert parts.layout == (None if is_compressed else ImageLayout("rgb8", 4, 3, 12, 36))
    for size in range(0, parts.data_start - 4):
        with pytest.raises(InvalidInput):
            take_apart(raw[:size], is_compressed)
