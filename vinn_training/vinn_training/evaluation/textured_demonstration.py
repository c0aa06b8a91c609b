"""A demonstration to measure on: pictures as hard to compress as a camera's, made in memory."""

from __future__ import annotations

import cv2
import numpy as np

from vinn_training.contracts import Demonstration, ImageArray


def textured_demonstration(name: str, seed: int, count: int, width: int, height: int) -> Demonstration:
    """Return a demonstration of a textured wall that slides past, with the noise of a camera.

    Args:
        name: Of the demonstration.
        seed: Of wall and noise.
        count: Frames.
        width: Of the images, pixels.
        height: Of the images, pixels.
    """
    rng = np.random.default_rng(seed)
    cells = rng.integers(20, 230, (height // 8, width // 8, 3), dtype=np.uint8)
    wall = cv2.resize(cells, (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC)

    def load_image(index: int) -> ImageArray:
        shift = (2 * index) % min(width, height)
        noise = np.random.default_rng(1000 * seed + index).integers(0, 8, (height, width, 3), dtype=np.uint8)
        return np.asarray(cv2.add(wall[shift : shift + height, shift : shift + width], noise), dtype=np.uint8)

    names = tuple(f"{index:06d}" for index in range(count))
    forward = np.tile(np.array([0, 0, 1], dtype=np.float32), (count, 1))
    return Demonstration(name, names, forward, np.ones(count, dtype=np.float32), load_image)
