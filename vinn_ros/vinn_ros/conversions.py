"""Messages <-> the types of vinn_training.contracts: the only place where the two meet."""

from __future__ import annotations

import array
from typing import Any

import cv2
import numpy as np
from geometry_msgs.msg import Vector3
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from vinn_msgs.msg import Embedding, GripperState, Neighbor
from vinn_training import contracts
from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.exceptions import InvalidInput

#: Larger than any camera we know; a header that says more is broken, and must not make us allocate.
MAX_IMAGE_SIDE = 8192

_BYTES_PER_PIXEL = {
    "rgb8": 3, "bgr8": 3, "8UC3": 3, "rgba8": 4, "bgra8": 4, "mono8": 1, "8UC1": 1,
    "yuv422": 2, "uyvy": 2, "yuv422_yuy2": 2, "yuyv": 2,
}  # fmt: skip
_TO_RGB = {
    "bgr8": cv2.COLOR_BGR2RGB,
    "8UC3": cv2.COLOR_BGR2RGB,
    "rgba8": cv2.COLOR_RGBA2RGB,
    "bgra8": cv2.COLOR_BGRA2RGB,
    "mono8": cv2.COLOR_GRAY2RGB,
    "8UC1": cv2.COLOR_GRAY2RGB,
    "yuv422": cv2.COLOR_YUV2RGB_UYVY,
    "uyvy": cv2.COLOR_YUV2RGB_UYVY,
    "yuv422_yuy2": cv2.COLOR_YUV2RGB_YUY2,
    "yuyv": cv2.COLOR_YUV2RGB_YUY2,
}


def image_to_rgb(message: Image | CompressedImage) -> ImageArray:
    """Return a message's pixels as (H, W, 3) uint8 RGB.

    Raises:
        InvalidInput: If size, encoding or data cannot be an image; the text says which.
    """
    if isinstance(message, CompressedImage):
        return _decode_compressed(message)
    _check_image(message)
    pixels = _raw_pixels(message)
    code = _TO_RGB.get(message.encoding)
    return np.ascontiguousarray(pixels if code is None else cv2.cvtColor(pixels, code), dtype=np.uint8)


def _check_image(message: Image) -> None:
    if message.encoding not in _BYTES_PER_PIXEL:
        raise InvalidInput(
            f"image encoding is '{message.encoding}'; expected one of: {', '.join(sorted(_BYTES_PER_PIXEL))}"
        )
    if not (0 < message.width <= MAX_IMAGE_SIDE and 0 < message.height <= MAX_IMAGE_SIDE):
        raise InvalidInput(
            f"image size is {message.width}x{message.height}; expected 1 to {MAX_IMAGE_SIDE} pixels a side"
        )
    row = message.width * _BYTES_PER_PIXEL[message.encoding]
    if message.step < row:
        raise InvalidInput(f"image step is {message.step} bytes; expected at least {row} for {message.encoding}")
    if len(message.data) != message.step * message.height:
        raise InvalidInput(
            f"image data has {len(message.data)} bytes; expected step x height = {message.step * message.height}"
        )


def _raw_pixels(message: Image) -> NDArray[np.uint8]:
    """Return the pixels in their own encoding, by ROS's cv_bridge where it is installed.

    Both libraries only view the bytes here, so they give identical arrays.
    """
    channels = _BYTES_PER_PIXEL[message.encoding]
    row = message.width * channels
    # Packed YUV the two libraries view differently, and padded rows rosbags-image does not cut.
    if channels == 2 or message.step != row:
        rows = np.frombuffer(message.data, dtype=np.uint8).reshape(message.height, message.step)[:, :row]
        return rows.reshape(message.height, message.width, channels)
    try:
        from cv_bridge import CvBridge
    except ImportError:
        from rosbags.image import message_to_cvimage

        return np.asarray(message_to_cvimage(message), dtype=np.uint8)
    return np.asarray(CvBridge().imgmsg_to_cv2(message, desired_encoding="passthrough"), dtype=np.uint8)


def _decode_compressed(message: CompressedImage) -> ImageArray:
    data = np.frombuffer(message.data, dtype=np.uint8)
    bgr = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if bgr is None:
        raise InvalidInput(
            f"compressed image of format '{message.format}' with {data.size} bytes cannot be decoded; "
            "expected a whole JPEG or PNG"
        )
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def rgb_to_image(pixels: ImageArray, header: Header) -> Image:
    """Return an rgb8 message with these (H, W, 3) uint8 pixels."""
    height, width = pixels.shape[:2]
    message = Image(header=header, height=height, width=width, encoding="rgb8", is_bigendian=0, step=width * 3)
    # The setter copies an array.array in one go, and checks anything else byte by byte.
    message.data = array.array("B", np.ascontiguousarray(pixels).tobytes())
    return message


def embedding_to_message(embedding: FloatArray, encoder_id: str, header: Header) -> Embedding:
    """Return an Embedding with these (D,) float32 numbers."""
    message = Embedding(header=header, encoder_id=encoder_id)
    message.data = array.array("f", np.ascontiguousarray(embedding, dtype=np.float32).tobytes())
    return message


def embedding_from_message(message: Embedding) -> FloatArray:
    """Return the (D,) float32 embedding of a message."""
    return np.asarray(message.data, dtype=np.float32)


def vector_to_message(vector: NDArray[Any]) -> Vector3:
    """Return a Vector3 of three numbers."""
    return Vector3(x=float(vector[0]), y=float(vector[1]), z=float(vector[2]))


def vector_from_message(message: Vector3) -> NDArray[np.float64]:
    """Return the three numbers of a Vector3 as (3,) float64."""
    return np.array([message.x, message.y, message.z])


def gripper_to_message(state: contracts.GripperState) -> GripperState:
    """Return the message of a gripper state."""
    return GripperState(state=int(state))


def gripper_from_message(message: GripperState) -> contracts.GripperState:
    """Return the gripper state of a message.

    Raises:
        InvalidInput: If the number is none of the message's constants.
    """
    try:
        return contracts.GripperState(message.state)
    except ValueError:
        raise InvalidInput(
            f"gripper state is {message.state}; expected one of: "
            + ", ".join(f"{int(state)} ({state.name})" for state in contracts.GripperState)
        ) from None


def neighbor_to_message(neighbor: contracts.Neighbor) -> Neighbor:
    """Return the message of one retrieved row."""
    return Neighbor(
        demonstration=neighbor.demonstration,
        frame=neighbor.frame,
        distance=float(neighbor.distance),
        weight=float(neighbor.weight),
    )
