"""A small picture of every bank row, to show what the robot was reminded of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from vinn_training.bank.mapped_file import is_large, map_file
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

THUMBNAIL_SIDE_PX = 64
_JPEG_QUALITY = 85


class Thumbnails:
    """N JPEG pictures of 64x64 pixels in one array.

    Args:
        data: (B,) uint8, the files one after another.
        offsets: (N + 1,) int64, where each begins and the last ends.

    Raises:
        InvalidInput: If the offsets do not fit the data.
    """

    def __init__(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> None:
        if offsets.ndim != 1 or len(offsets) < 1 or offsets[0] != 0 or offsets[-1] != len(data):
            raise InvalidInput("thumbnail offsets do not fit their data")
        if (np.diff(offsets) < 0).any():
            raise InvalidInput("thumbnail offsets fall")
        self._data = data
        self._offsets = offsets

    @classmethod
    def from_images(cls, images: Iterable[ImageArray]) -> Thumbnails:
        """Shrink and encode (H, W, 3) uint8 RGB images."""
        files = [_encode(image) for image in images]
        offsets = np.concatenate([[0], np.cumsum([len(file) for file in files])]).astype(np.int64)
        return cls(np.frombuffer(b"".join(files), dtype=np.uint8), offsets)

    @classmethod
    def join(cls, parts: Sequence[Thumbnails]) -> Thumbnails:
        """Return the pictures of all parts, one after another."""
        starts = np.cumsum([0, *(len(part._data) for part in parts)])
        offsets = [part._offsets[:-1] + start for part, start in zip(parts, starts, strict=False)]
        data = np.concatenate([np.empty(0, dtype=np.uint8), *(part._data for part in parts)])
        return cls(data, np.concatenate([*offsets, starts[-1:]]).astype(np.int64))

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, row: int) -> ImageArray:
        """Return row `row`'s picture, (64, 64, 3) uint8 RGB.

        Raises:
            InvalidInput: If there is no such row or it is no picture.
        """
        if not 0 <= row < len(self):
            raise InvalidInput(f"thumbnail {row} does not exist; expected 0 to {len(self) - 1}")
        file = self._data[self._offsets[row] : self._offsets[row + 1]]
        bgr = cv2.imdecode(file, cv2.IMREAD_COLOR) if file.size else None
        if bgr is None:
            raise InvalidInput(f"thumbnail {row} is not a readable JPEG")
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)

    def to_bytes(self) -> bytes:
        """Return the content of a safetensors file."""
        return save({"jpeg": self._data, "offsets": self._offsets})

    @classmethod
    def read(cls, path: Path) -> Thumbnails:
        """Return what `to_bytes` made; the pictures of a large file stay on disk.

        Raises:
            OSError: If the file cannot be read.
            InvalidInput: If it is no such file, truncated, or its content does not fit.
        """
        arrays = map_file(path, ("jpeg", "offsets")).arrays
        data = arrays["jpeg"] if is_large(path) else np.array(arrays["jpeg"])
        return cls(data, np.array(arrays["offsets"]))


def _encode(image: ImageArray) -> bytes:
    side = (THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX)
    small = cv2.resize(image, side, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return data.tobytes()
