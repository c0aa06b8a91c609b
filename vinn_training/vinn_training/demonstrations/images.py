"""Image files <-> (H, W, 3) uint8 RGB arrays."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.preprocessing import check_image

_JPEG_QUALITY = 95
#: Lossless anyway; the low level writes three times faster for a few per cent of size.
_PNG_COMPRESSION = 1


def read_image(path: Path) -> ImageArray:
    """Return the picture in a file, RGB.

    Raises:
        InvalidDemonstration: If the file cannot be read or is no whole picture; the message names it.
    """
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise InvalidDemonstration(f"{path}: cannot be read: {error.strerror or error}") from error
    bgr = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if bgr is None:
        raise InvalidDemonstration(f"{path}: not a readable picture ({data.size} bytes); expected a whole JPEG or PNG")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def encode_image(image: ImageArray, suffix: str) -> bytes:
    """Return an RGB image as the bytes of a file with this suffix (".png" or ".jpg").

    Raises:
        InvalidInput: If the array is no image, or the suffix is unknown.
    """
    check_image(image)
    if suffix == ".png":
        options = [cv2.IMWRITE_PNG_COMPRESSION, _PNG_COMPRESSION]
    elif suffix == ".jpg":
        options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    else:
        raise InvalidInput(f"image suffix is {suffix!r}; expected .png (lossless) or .jpg")
    done, data = cv2.imencode(suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise InvalidInput(f"an image of shape {image.shape} cannot be encoded as {suffix}")
    return data.tobytes()
