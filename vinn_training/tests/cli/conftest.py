"""A small data set on disk, and an encoder for it."""

import os
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter

os.environ.setdefault("COLUMNS", "200")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    writer = VinnDatasetWriter(tmp_path / "dataset")
    for demo in range(3):
        images = list(rng.integers(0, 256, (4, 40, 48, 3), dtype=np.uint8))
        directions = np.tile([0.0, 0.0, 1.0], (4, 1))
        writer.write(Demonstration.from_images(f"demo_{demo}", images, directions, np.array([1, 1, 0, 0])))
    return tmp_path / "dataset"
