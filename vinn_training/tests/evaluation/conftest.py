"""Demonstrations whose pictures tell the action, and an encoder that sees it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration, FloatArray, ImageArray
from vinn_training.policy.frame_encoder import FrameEncoder


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


@pytest.fixture
def encoder_folder(tmp_path: Path) -> Path:
    """A tiny encoder on disk."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from vinn_training.encoder.artifact import EncoderSpec, write_encoder
    from vinn_training.encoder.backbone import empty_backbone
    from vinn_training.preprocessing import Preprocessing

    with torch.random.fork_rng():
        torch.manual_seed(9)
        weights = {name: value.numpy() for name, value in empty_backbone("resnet18").state_dict().items()}
    write_encoder(tmp_path / "encoder", EncoderSpec("resnet18", Preprocessing(size=16)), weights)
    return tmp_path / "encoder"
