"""Bags of a camera alone, written by our recorder's own writer."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from ament_index_python.packages import get_package_share_directory
from builtin_interfaces.msg import Time
from rclpy.serialization import serialize_message
from std_msgs.msg import Header

from vinn_ros.conversions import rgb_to_image
from vinn_ros.image_publisher import rgb_to_compressed
from vinn_ros.recorder.core import BagRecorder, typestore_with

FIRST_NS = 1_700_000_000_000_000_000
PERIOD_NS = 33_000_000
TOPIC = "/camera/image"


def write_camera_bag(folder: Path, count: int, compressed: bool = False, stamped: bool = True) -> Path:
    """Write a bag of `count` images that change slowly, and return its path."""
    messages = Path(get_package_share_directory("vinn_msgs")) / "msg"
    recorder = BagRecorder(folder, typestore_with("vinn_msgs", messages))
    topic = f"{TOPIC}/compressed" if compressed else TOPIC
    recorder.add_topic(topic, f"sensor_msgs/msg/{'CompressedImage' if compressed else 'Image'}")
    coarse = np.random.default_rng(5).integers(0, 256, (6, 12 + count // 4, 3), dtype=np.uint8)
    wide = cv2.resize(coarse, (64 + 2 * count, 48), interpolation=cv2.INTER_CUBIC)
    for index in range(count):
        stamp_ns = FIRST_NS + index * PERIOD_NS
        stamp = Time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9) if stamped else Time()
        picture = np.ascontiguousarray(wide[:, 2 * index : 2 * index + 64])
        header = Header(stamp=stamp, frame_id="wrist_camera_optical_frame")
        message = rgb_to_compressed(picture, header, 90) if compressed else rgb_to_image(picture, header)
        recorder.write(topic, serialize_message(message), stamp_ns + 2_000_000)
    recorder.close()
    return recorder.path
