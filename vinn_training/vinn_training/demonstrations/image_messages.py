"""Pixels of ROS image messages -> (H, W, 3) uint8 RGB, from the fields alone: no ROS, no message classes."""

from __future__ import annotations

import struct
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

#: Larger than any camera we know; a header that says more is broken, and must not make us allocate.
MAX_IMAGE_SIDE = 8192


class _Encoding(NamedTuple):
    bytes_per_pixel: int
    to_rgb: int | None


#: By the names of sensor_msgs/image_encodings.hpp. 8UC3 has no order of colours; OpenCV's is taken.
_ENCODINGS = {
    "rgb8": _Encoding(3, None),
    "bgr8": _Encoding(3, cv2.COLOR_BGR2RGB),
    "8UC3": _Encoding(3, cv2.COLOR_BGR2RGB),
    "rgba8": _Encoding(4, cv2.COLOR_RGBA2RGB),
    "bgra8": _Encoding(4, cv2.COLOR_BGRA2RGB),
    "mono8": _Encoding(1, cv2.COLOR_GRAY2RGB),
    "8UC1": _Encoding(1, cv2.COLOR_GRAY2RGB),
    "yuv422": _Encoding(2, cv2.COLOR_YUV2RGB_UYVY),
    "uyvy": _Encoding(2, cv2.COLOR_YUV2RGB_UYVY),
    "yuv422_yuy2": _Encoding(2, cv2.COLOR_YUV2RGB_YUY2),
    "yuyv": _Encoding(2, cv2.COLOR_YUV2RGB_YUY2),
    # OpenCV names a Bayer pattern by its second row's second and third pixel, ROS by its first two.
    "bayer_rggb8": _Encoding(1, cv2.COLOR_BayerBG2RGB),
    "bayer_bggr8": _Encoding(1, cv2.COLOR_BayerRG2RGB),
    "bayer_gbrg8": _Encoding(1, cv2.COLOR_BayerGR2RGB),
    "bayer_grbg8": _Encoding(1, cv2.COLOR_BayerGB2RGB),
}


class ImageLayout(NamedTuple):
    """The fields of a sensor_msgs/Image that come before its pixels.

    Attributes:
        encoding: Name of the pixels' encoding.
        width: Pixels in a row.
        height: Rows.
        step: Bytes in a row.
        size: Bytes of pixel data.
    """

    encoding: str
    width: int
    height: int
    step: int
    size: int

    def problem(self) -> str:
        """Return why this is no picture that we can show, or ""."""
        if self.encoding not in _ENCODINGS:
            return f"image encoding is '{self.encoding}'; expected one of: {', '.join(sorted(_ENCODINGS))}"
        if not (0 < self.width <= MAX_IMAGE_SIDE and 0 < self.height <= MAX_IMAGE_SIDE):
            return f"image size is {self.width}x{self.height}; expected 1 to {MAX_IMAGE_SIDE} pixels a side"
        row = self.width * _ENCODINGS[self.encoding].bytes_per_pixel
        if self.step < row:
            return f"image step is {self.step} bytes; expected at least {row} for {self.encoding}"
        if self.size != self.step * self.height:
            return f"image data has {self.size} bytes; expected step x height = {self.step * self.height}"
        return ""


def raw_to_rgb(layout: ImageLayout, data: bytes | memoryview | NDArray[np.uint8]) -> ImageArray:
    """Return the pixels of an uncompressed image.

    Args:
        layout: The message's other fields.
        data: Its pixels, `layout.size` bytes.

    Raises:
        InvalidInput: If size, encoding or data cannot be an image; the text says which.
    """
    if layout.problem():
        raise InvalidInput(layout.problem())
    return pixels_to_rgb(layout.encoding, view_pixels(layout, data))


def view_pixels(layout: ImageLayout, data: bytes | memoryview | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the pixels in their own encoding, (H, W) or (H, W, channels), as a view of `data`."""
    size = _ENCODINGS[layout.encoding].bytes_per_pixel
    pixels = np.frombuffer(data, dtype=np.uint8).reshape(layout.height, layout.step)[:, : layout.width * size]
    return pixels if size == 1 else pixels.reshape(layout.height, layout.width, size)


def pixels_to_rgb(encoding: str, pixels: NDArray[np.uint8]) -> ImageArray:
    """Return a picture of a known encoding as (H, W, 3) uint8 RGB, in memory of its own.

    Raises:
        InvalidInput: If a picture of this size cannot have this encoding.
    """
    code = _ENCODINGS[encoding].to_rgb
    if code is None:
        return np.array(pixels, dtype=np.uint8)
    try:
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), code), dtype=np.uint8)
    except cv2.error as error:  # a Bayer picture of one row, packed YUV of odd width
        height, width = pixels.shape[:2]
        raise InvalidInput(f"an image of {width}x{height} pixels cannot be {encoding}: {error.err}") from error


def compressed_to_rgb(data: bytes | memoryview | NDArray[np.uint8], image_format: str) -> ImageArray:
    """Return the pixels of a compressed image.

    Args:
        data: A whole JPEG or PNG file.
        image_format: The message's `format`, for the error's text.

    Raises:
        InvalidInput: If it cannot be decoded.
    """
    content = np.frombuffer(data, dtype=np.uint8)
    try:
        bgr = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    except cv2.error:
        bgr = None
    if bgr is None:
        raise InvalidInput(
            f"compressed image of format '{image_format}' with {content.size} bytes cannot be decoded; "
            "expected a whole JPEG or PNG"
        )
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def compressed_problem(data: bytes, image_format: str) -> str:
    """Return why these bytes cannot be a whole JPEG or PNG, without decoding them, or ""."""
    is_jpeg = data[:3] == b"\xff\xd8\xff" and b"\xff\xd9" in data[-64:]  # some cameras pad the end
    is_png = data[:8] == b"\x89PNG\r\n\x1a\n" and b"IEND" in data[-64:]
    if is_jpeg or is_png:
        return ""
    return f"compressed image of format '{image_format}' with {len(data)} bytes is no whole JPEG or PNG"


class ImageParts(NamedTuple):
    """A serialised image message taken apart.

    Attributes:
        layout: Of a sensor_msgs/Image; None for a CompressedImage.
        format: Of a CompressedImage; "" for an Image.
        data_start: Where the pixels begin in the message.
        data_size: Their number of bytes, as the message says.
    """

    layout: ImageLayout | None
    format: str
    data_start: int
    data_size: int


def take_apart(message: bytes, is_compressed: bool) -> ImageParts:
    """Return the parts of a serialised sensor_msgs/Image or CompressedImage; its beginning is enough.

    Reading the few fields here costs a thirtieth of decoding the whole message, and leaves the pixels unread.

    Args:
        message: CDR, as in a bag; at least all that comes before the pixels.
        is_compressed: Whether it is a CompressedImage.

    Raises:
        InvalidInput: If it is neither.
    """
    try:
        cdr = _Cdr(message)
        cdr.number("I"), cdr.number("I"), cdr.text()  # header: seconds, nanoseconds, frame
        if is_compressed:
            image_format = cdr.text()
            size = cdr.number("I")
            return ImageParts(None, image_format, cdr.at, size)
        height, width = cdr.number("I"), cdr.number("I")
        encoding = cdr.text()
        cdr.number("B")  # is_bigendian: all encodings that we read are of single bytes
        step, size = cdr.number("I"), cdr.number("I")
        return ImageParts(ImageLayout(encoding, width, height, step, size), "", cdr.at, size)
    except (struct.error, UnicodeDecodeError) as error:
        raise InvalidInput(f"{len(message)} bytes are no serialised image message: {error}") from error


def read_header(message: bytes) -> tuple[int, str]:
    """Return the stamp in nanoseconds and the frame of a serialised message that begins with a std_msgs/Header.

    Raises:
        InvalidInput: If it is too short.
    """
    try:
        cdr = _Cdr(message)
        seconds, nanoseconds = cdr.number("i"), cdr.number("I")
        return seconds * 1_000_000_000 + nanoseconds, cdr.text()
    except (struct.error, UnicodeDecodeError) as error:
        raise InvalidInput(f"{len(message)} bytes are no message with a header: {error}") from error


class _Cdr:
    """Takes fields off the front of a message in CDR: four bytes that tell the byte order, then aligned fields."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = "<" if data[1:2] == b"\x01" else ">"
        self.at = 4

    def number(self, form: str) -> int:
        size = struct.calcsize(form)
        self.at += -(self.at - 4) % size
        (value,) = struct.unpack_from(self._order + form, self._data, self.at)
        self.at += size
        return int(value)

    def text(self) -> str:
        length = self.number("I")
        if self.at + length > len(self._data):
            raise struct.error(f"a text of {length} bytes at byte {self.at}")
        self.at += length
        return bytes(self._data[self.at - length : self.at]).rstrip(b"\0").decode()
