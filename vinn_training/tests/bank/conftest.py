"""A small encoder and data set, shared by the tests of this folder."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.contracts import Demonstration, FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, write_encoder
from vinn_training.preprocessing import Preprocessing


class MeanColourRuntime:
    """Stands in for the network: 512 numbers that follow from the mean colour."""

    def __init__(self, encoder_id: str) -> None:
        self.encoder_id = encoder_id
        self.embedding_size = 512
        self.batches: list[int] = []

    def encode(self, images: Sequence[ImageArray] | ImageArray) -> FloatArray:
        self.batches.append(len(images))
        means = np.stack([image.reshape(-1, 3).mean(axis=0) for image in images]).astype(np.float32)
        return np.tile(means, (1, 171))[:, :512]


@pytest.fixture
def encoder(tmp_path: Path) -> EncoderArtifact:
    weights = {"conv1.weight": np.arange(12, dtype=np.float32).reshape(3, 4)}
    return write_encoder(tmp_path / "encoder", EncoderSpec("resnet18", Preprocessing(size=32)), weights)


@pytest.fixture
def demonstrations() -> list[Demonstration]:
    def images(demo: int) -> list[ImageArray]:
        return [np.full((20, 30, 3), (40 * demo, 10 * frame, 90), dtype=np.uint8) for frame in range(5)]

    return [
        Demonstration(
            name=f"demo_{demo}",
            frame_names=tuple(f"{frame}.png" for frame in range(5)),
            directions=np.tile(np.array([[0.0, 0.6, 0.8]]), (5, 1)) * 1.0005,
            gripper=np.linspace(1, 0, 5),
            load_image=images(demo).__getitem__,
        )
        for demo in range(3)
    ]


def episode_bank(episodes: int = 50, frames: int = 40, size: int = 64, seed: int = 0) -> Bank:
    """A bank whose frames lie on smooth paths through 8 dimensions, close to those of other episodes."""
    rng = np.random.default_rng(seed)
    lift = rng.normal(size=(8, size))
    time = np.linspace(0.0, 1.0, frames)[:, None]
    paths = [np.cos(3.0 * time + np.arange(8)) + 0.1 * rng.normal(size=8) for _ in range(episodes)]
    rows = np.concatenate(paths) @ lift + 0.02 * rng.normal(size=(episodes * frames, size))
    return Bank(
        embeddings=rows.astype(np.float32),
        directions=np.tile([0.0, 0.0, 1.0], (len(rows), 1)),
        gripper=np.linspace(1.0, 0.0, len(rows)),
        demonstration=np.repeat(np.arange(episodes), frames),
        frame=np.tile(np.arange(frames), episodes),
        demonstration_names=tuple(f"episode_{index}" for index in range(episodes)),
        encoder_id="e",
    )
