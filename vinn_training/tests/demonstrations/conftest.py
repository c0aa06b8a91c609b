"""Writes bags as a recorder would: the messages are built here, stored by rosbags."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

EPOCH_NS = 1_700_000_000_000_000_000
#: A message is received this long after its stamp.
DELAY_NS = 4_000_000


class BagMaker:
    """Collects messages; times are seconds since the bag's start."""

    def __init__(self) -> None:
        typesys = pytest.importorskip("rosbags.typesys", reason="rosbags is not installed")
        self.store = typesys.get_typestore(typesys.Stores.ROS2_JAZZY)
        self.messages: list[tuple[str, str, int, Any]] = []

    def ns(self, time_s: float) -> int:
        return EPOCH_NS + round(time_s * 1e9)

    def new(self, kind: str, **fields: Any) -> Any:
        return self.store.types[kind](**fields)

    def header(self, time_s: float | None, frame: str) -> Any:
        ns = 0 if time_s is None else self.ns(time_s)
        stamp = self.new("builtin_interfaces/msg/Time", sec=ns // 10**9, nanosec=ns % 10**9)
        return self.new("std_msgs/msg/Header", stamp=stamp, frame_id=frame)

    def add(self, topic: str, kind: str, time_s: float, message: Any) -> None:
        self.messages.append((topic, kind, self.ns(time_s) + DELAY_NS, message))

    def image(
        self, time_s: float, pixels: Any = None, topic: str = "/image_raw", stamped: bool = True,
        encoding: str = "rgb8", frame: str = "wrist_camera_optical_frame",
    ) -> None:  # fmt: skip
        pixels = np.full((6, 8, 3), round(time_s * 100) % 256, np.uint8) if pixels is None else pixels
        height, width, channels = pixels.shape
        message = self.new(
            "sensor_msgs/msg/Image", header=self.header(time_s if stamped else None, frame), height=height,
            width=width, encoding=encoding, is_bigendian=0, step=width * channels, data=pixels.reshape(-1),
        )  # fmt: skip
        self.add(topic, "sensor_msgs/msg/Image", time_s, message)

    def jpeg(
        self, time_s: float, pixels: Any = None, topic: str = "/image_raw/compressed", data: bytes | None = None
    ) -> None:
        if data is None:
            pixels = np.full((16, 16, 3), 90, np.uint8) if pixels is None else pixels
            data = cv2.imencode(".jpg", pixels[..., ::-1])[1].tobytes()
        message = self.new(
            "sensor_msgs/msg/CompressedImage", header=self.header(time_s, "wrist_camera_optical_frame"),
            format="jpeg", data=np.frombuffer(data, np.uint8),
        )  # fmt: skip
        self.add(topic, "sensor_msgs/msg/CompressedImage", time_s, message)

    def joints(self, time_s: float, positions: dict[str, float], topic: str = "/joint_states") -> None:
        message = self.new(
            "sensor_msgs/msg/JointState", header=self.header(time_s, ""), name=list(positions),
            position=np.array(list(positions.values()), np.float64), velocity=np.zeros(0), effort=np.zeros(0),
        )  # fmt: skip
        self.add(topic, "sensor_msgs/msg/JointState", time_s, message)

    def pose(self, position: Sequence[float], quaternion: Sequence[float] = (0.0, 0.0, 0.0, 1.0)) -> Any:
        x, y, z, w = map(float, quaternion)
        return self.new(
            "geometry_msgs/msg/Pose",
            position=self.new("geometry_msgs/msg/Point", **dict(zip("xyz", map(float, position), strict=True))),
            orientation=self.new("geometry_msgs/msg/Quaternion", x=x, y=y, z=z, w=w),
        )

    def camera_pose(
        self, time_s: float, position: Sequence[float], quaternion: Sequence[float] = (0, 0, 0, 1),
        topic: str = "/wrist_camera_pose",
    ) -> None:  # fmt: skip
        message = self.new(
            "geometry_msgs/msg/PoseStamped", header=self.header(time_s, "world"), pose=self.pose(position, quaternion)
        )
        self.add(topic, "geometry_msgs/msg/PoseStamped", time_s, message)

    def odometry(
        self, time_s: float, position: Sequence[float], quaternion: Sequence[float] = (0, 0, 0, 1), topic: str = "/odom"
    ) -> None:
        zero = {name: 0.0 for name in "xyz"}
        twist = self.new(
            "geometry_msgs/msg/Twist", linear=self.new("geometry_msgs/msg/Vector3", **zero),
            angular=self.new("geometry_msgs/msg/Vector3", **zero),
        )  # fmt: skip
        message = self.new(
            "nav_msgs/msg/Odometry", header=self.header(time_s, "odom"), child_frame_id="base_link",
            pose=self.new(
                "geometry_msgs/msg/PoseWithCovariance", pose=self.pose(position, quaternion), covariance=np.zeros(36)
            ),
            twist=self.new("geometry_msgs/msg/TwistWithCovariance", twist=twist, covariance=np.zeros(36)),
        )  # fmt: skip
        self.add(topic, "nav_msgs/msg/Odometry", time_s, message)

    def transform(
        self, time_s: float, parent: str, child: str, position: Sequence[float],
        quaternion: Sequence[float] = (0, 0, 0, 1), static: bool = False,
    ) -> None:  # fmt: skip
        x, y, z, w = map(float, quaternion)
        transform = self.new(
            "geometry_msgs/msg/Transform",
            translation=self.new("geometry_msgs/msg/Vector3", **dict(zip("xyz", map(float, position), strict=True))),
            rotation=self.new("geometry_msgs/msg/Quaternion", x=x, y=y, z=z, w=w),
        )
        stamped = self.new(
            "geometry_msgs/msg/TransformStamped", header=self.header(time_s, parent), child_frame_id=child,
            transform=transform,
        )  # fmt: skip
        message = self.new("tf2_msgs/msg/TFMessage", transforms=[stamped])
        self.add("/tf_static" if static else "/tf", "tf2_msgs/msg/TFMessage", time_s, message)

    def text(self, time_s: float, topic: str, text: str) -> None:
        self.add(topic, "std_msgs/msg/String", time_s, self.new("std_msgs/msg/String", data=text))

    def vector(self, time_s: float, topic: str, values: Sequence[float]) -> None:
        layout = self.new("std_msgs/msg/MultiArrayLayout", dim=[], data_offset=0)
        message = self.new("std_msgs/msg/Float64MultiArray", layout=layout, data=np.array(values, np.float64))
        self.add(topic, "std_msgs/msg/Float64MultiArray", time_s, message)

    def write(self, path: Path, storage: str = "sqlite3", compression: str = "", empty: Sequence[str] = ()) -> Path:
        """Write the bag and return its folder.

        Args:
            path: Folder to make.
            storage: "sqlite3" or "mcap".
            compression: "", "message", "file" or (mcap) "storage".
            empty: Image topics without messages.
        """
        from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

        writer = Writer(path, version=8, storage_plugin=StoragePlugin[storage.upper()])
        if compression:
            writer.set_compression(CompressionMode[compression.upper()], CompressionFormat.ZSTD)
        with writer:
            connections = {
                topic: writer.add_connection(topic, "sensor_msgs/msg/Image", typestore=self.store) for topic in empty
            }
            for topic, kind, received_ns, message in sorted(self.messages, key=lambda entry: entry[2]):
                if topic not in connections:
                    connections[topic] = writer.add_connection(topic, kind, typestore=self.store)
                writer.write(connections[topic], received_ns, self.store.serialize_cdr(message, kind))
        return path


@pytest.fixture
def bag() -> BagMaker:
    """An empty bag in the making."""
    return BagMaker()


@pytest.fixture
def camera_path(bag: BagMaker) -> BagMaker:
    """A camera that moves 1 cm to its right every 0.1 s for 2 s; an image every 0.1 s, a pose every 0.05 s."""
    for index in range(41):
        bag.camera_pose(index * 0.05, (index * 0.005, 0.0, 0.0))
    for index in range(21):
        bag.image(index * 0.1)
    return bag
