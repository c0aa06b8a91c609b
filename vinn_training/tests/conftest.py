"""Pictures that a moving camera could have taken, and demonstrations whose pictures tell the action."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from vinn_training.contracts import Demonstration, FloatArray, ImageArray
from vinn_training.policy.frame_encoder import FrameEncoder

Views = Callable[..., list[np.ndarray]]


@pytest.fixture
def views() -> Views:
    """Return `views(seed, count, step_px=6)`: a 64x48 window that moves over a picture of its own to the right."""
    import cv2

    def make(seed: int, count: int, step_px: int = 6) -> list[np.ndarray]:
        rng = np.random.default_rng(seed)
        coarse = rng.integers(0, 256, (8, 40, 3), dtype=np.uint8)
        wide = cv2.resize(coarse, (640, 64), interpolation=cv2.INTER_CUBIC)
        return [np.ascontiguousarray(wide[8:56, index * step_px :][:, :64]) for index in range(count)]

    return make


class MeanColour:
    """An encoder whose embedding is the picture's mean colour in [-1, 1]; it counts the images it was given."""

    encoder_id = "mean-colour"
    embedding_size = 3

    def __init__(self) -> None:
        self.images = 0

    def encode(self, images: Sequence[ImageArray] | ImageArray) -> FloatArray:
        self.images += len(images)
        return np.stack([image.mean(axis=(0, 1)) / 127.5 - 1.0 for image in images]).astype(np.float32)


def _coloured(count: int, length: int, seed: int) -> tuple[Demonstration, ...]:
    random = np.random.default_rng(seed)
    made = []
    for index in range(count):
        directions = random.normal(size=(length, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        gripper = (np.arange(length) < length // 2).astype(np.float32)
        images = [np.tile(((d + 1.0) * 127.5).round().astype(np.uint8), (8, 8, 1)) for d in directions]
        made.append(Demonstration.from_images(f"demo_{index}", images, directions.astype(np.float32), gripper))
    return tuple(made)


@pytest.fixture
def coloured() -> Callable[[int, int, int], tuple[Demonstration, ...]]:
    """Return `coloured(count, length, seed)`: demonstrations whose pictures have the direction as their colour."""
    return _coloured


@pytest.fixture
def mean_colour() -> FrameEncoder:
    """An encoder from whose embeddings the directions can be read."""
    return FrameEncoder(MeanColour())
