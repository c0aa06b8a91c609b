"""Publishes pictures raw and as JPEG, each only while somebody listens."""

from __future__ import annotations

import array

import cv2
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from vinn_ros import qos
from vinn_ros.conversions import rgb_to_image
from vinn_ros.parameters import ParameterSpec
from vinn_training.contracts import ImageArray

#: What every node that publishes a camera's pictures offers.
JPEG_QUALITY = ParameterSpec(
    "jpeg_quality",
    80,
    "Quality of the JPEG pictures on image_raw/compressed; they are made only while somebody listens there.",
    minimum=1,
    maximum=100,
)


def rgb_to_compressed(pixels: ImageArray, header: Header, quality: int) -> CompressedImage:
    """Return a JPEG message of (H, W, 3) uint8 RGB pixels.

    Args:
        pixels: The picture.
        header: Of the message.
        quality: 1 (smallest) to 100 (best).
    """
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    # As ROS's own image_transport writes it: the encoding of the source, then that of the file.
    message = CompressedImage(header=header, format="rgb8; jpeg compressed bgr8")
    message.data = array.array("B", data.tobytes())
    return message


class ImagePublisher:
    """Publishes on a topic and its `compressed`, as ROS's image_transport names them.

    Args:
        node: Owns the publishers; they are silent while it is not active.
        jpeg_quality: 1 (smallest) to 100 (best).
        topic: Of the raw pictures.
    """

    def __init__(self, node: LifecycleNode, jpeg_quality: int, topic: str = "image_raw") -> None:
        self._quality = jpeg_quality
        self._raw = node.create_lifecycle_publisher(Image, topic, qos.IMAGE)
        self._compressed = node.create_lifecycle_publisher(CompressedImage, f"{topic}/compressed", qos.IMAGE)

    @property
    def subscribers(self) -> int:
        """How many listen, on either topic."""
        return int(self._raw.get_subscription_count()) + int(self._compressed.get_subscription_count())

    def publish(self, pixels: ImageArray, header: Header) -> None:
        """Publish one (H, W, 3) uint8 RGB picture to those who listen."""
        if self._raw.get_subscription_count():
            self._raw.publish(rgb_to_image(pixels, header))
        if self._compressed.get_subscription_count():
            self._compressed.publish(rgb_to_compressed(pixels, header, self._quality))
