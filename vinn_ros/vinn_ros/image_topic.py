"""Which of the camera's topics is read: the pictures as they are, or as JPEG."""

from __future__ import annotations

from typing import Any, NamedTuple

from sensor_msgs.msg import CompressedImage, Image

from vinn_ros.parameters import ParameterSpec

#: What every node that reads the camera's pictures offers.
IMAGE_TRANSPORT = ParameterSpec(
    "image_transport",
    "raw",
    "Which image topic to read: image_raw or image_raw/compressed.",
    choices=("raw", "compressed"),
)


class ImageTopic(NamedTuple):
    """A topic of the camera's pictures.

    Attributes:
        name: As ROS's image_transport names it.
        message_type: Of its messages.
    """

    name: str
    message_type: Any


def image_topic(transport: str) -> ImageTopic:
    """Return the topic of a transport, one of the choices of IMAGE_TRANSPORT."""
    return _TOPICS[transport]


_TOPICS = {"raw": ImageTopic("image_raw", Image), "compressed": ImageTopic("image_raw/compressed", CompressedImage)}
