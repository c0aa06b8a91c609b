"""Messages <-> the types of vinn_training.contracts: the only place where the two meet."""

from __future__ import annotations

import array
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time as TimeMessage
from geometry_msgs.msg import Vector3
from numpy.typing import NDArray
from rclpy.time import Time
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from vinn_msgs.msg import BankState, Embedding, GripperState, Neighbor, PolicySettings
from vinn_training import contracts
from vinn_training.bank.bank_version import BankVersion
from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.demonstrations.image_messages import (
    ImageLayout,
    compressed_to_rgb,
    pixels_to_rgb,
    view_pixels,
)
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig

#: Bytes per pixel of what both cv_bridge and rosbags-image view in the same way.
_LIBRARY_ENCODINGS = {"rgb8": 3, "bgr8": 3, "8UC3": 3, "rgba8": 4, "bgra8": 4, "mono8": 1, "8UC1": 1}


def image_to_rgb(message: Image | CompressedImage) -> ImageArray:
    """Return a message's pixels as (H, W, 3) uint8 RGB, exactly as they are read from a bag.

    Those of an rgb8 message are viewed, not copied, and must not be written to.

    Raises:
        InvalidInput: If size, encoding or data cannot be an image; the text says which.
    """
    if isinstance(message, CompressedImage):
        return compressed_to_rgb(message.data, message.format)
    layout = ImageLayout(message.encoding, message.width, message.height, message.step, len(message.data))
    if layout.problem():
        raise InvalidInput(layout.problem())
    pixels = _pixels(message, layout)
    if message.encoding != "rgb8":
        return pixels_to_rgb(message.encoding, pixels)
    pixels = pixels.view()
    pixels.flags.writeable = False
    return pixels


def _pixels(message: Image, layout: ImageLayout) -> NDArray[np.uint8]:
    """Return the pixels in their own encoding, as a view of the message."""
    # Packed YUV the two libraries view differently, and padded rows rosbags-image does not cut.
    if (
        message.encoding not in _LIBRARY_ENCODINGS
        or message.step != message.width * _LIBRARY_ENCODINGS[message.encoding]
    ):
        return view_pixels(layout, message.data)
    return np.asarray(_library_view()(message), dtype=np.uint8)


@functools.cache
def _library_view() -> Callable[[Image], NDArray[Any]]:
    """Return what views an image's pixels: ROS's cv_bridge where it is installed, rosbags-image elsewhere.

    Both only view the bytes here, so they give identical arrays. Asked for once: a search for a package that is not
    there costs more than all else that is done to an image.
    """
    try:
        from cv_bridge import CvBridge

        view = functools.partial(CvBridge().imgmsg_to_cv2, desired_encoding="passthrough")
        # One that was built for another NumPy can be imported, and fails at its first image.
        view(Image(height=1, width=1, encoding="rgb8", step=3, data=bytes(3)))
    except Exception:
        from rosbags.image import message_to_cvimage

        return message_to_cvimage  # type: ignore[no-any-return,unused-ignore]
    return view


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


def stamp_ns(stamp: TimeMessage) -> int:
    """Return a message's stamp in nanoseconds."""
    return int(Time.from_msg(stamp).nanoseconds)


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


def settings_to_message(config: PolicyConfig) -> PolicySettings:
    """Return the message of a policy's parameters."""
    return PolicySettings(
        k=config.k,
        temperature=float(config.temperature),
        action_scale=list(config.action_scale),
        gripper_close_below=float(config.gripper_close_below),
        gripper_open_above=float(config.gripper_open_above),
        hold_distance_quantile=float(config.hold_distance_quantile),
    )


def bank_state_to_message(version: BankVersion, change: str, versions: Sequence[int]) -> BankState:
    """Return the message of a version of the bank.

    Args:
        version: That is asked.
        change: What made it, empty for the loaded one.
        versions: That can be returned to.
    """
    names = version.demonstration_names
    return BankState(
        version=version.version,
        bank_id=version.bank_id,
        change=change,
        demonstrations=list(names),
        frames=np.bincount(version.demonstration, minlength=len(names)).tolist(),
        enabled=[name not in version.disabled for name in names],
        versions=list(versions),
    )
