import os
from pathlib import Path

import numpy as np
import pytest

from vinn_training.tuning.embedding_cache import EmbeddingCache

STAMPS = np.array([1, 5, 9], dtype=np.int64)
EMBEDDINGS = np.arange(6, dtype=np.float32).reshape(3, 2)


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    path = tmp_path / "bag.mcap"
    path.write_bytes(b"content")
    return path


def test_what_was_written_is_read_again(tmp_path: Path, bag: Path) -> None:
    cache = EmbeddingCache(tmp_path / "cache", "encoder")
    path = cache.path_of(bag, STAMPS, "/image_raw")
    assert cache.read(path, 2, 3) is None
    cache.write(path, EMBEDDINGS)
    assert (cache.read(path, 2, 3) == EMBEDDINGS).all()


def test_another_bag_encoder_topic_or_stamp_has_another_file(tmp_path: Path, bag: Path) -> None:
    cache = EmbeddingCache(tmp_path, "encoder")
    paths = [
        cache.path_of(bag, STAMPS, "/image_raw"),
        EmbeddingCache(tmp_path, "other").path_of(bag, STAMPS, "/image_raw"),
        cache.path_of(bag, STAMPS, "/wrist"),
        cache.path_of(bag, STAMPS[:2], "/image_raw"),
    ]
    os.utime(bag, ns=(1, 1))
    paths.append(cache.path_of(bag, STAMPS, "/image_raw"))
    bag.write_bytes(b"longer content")
    paths.append(cache.path_of(bag, STAMPS, "/image_raw"))
    assert len(set(paths)) == len(paths)


def test_damaged_and_foreign_files_are_made_again(tmp_path: Path, bag: Path) -> None:
    cache = EmbeddingCache(tmp_path / "cache", "encoder")
    path = cache.path_of(bag, STAMPS, "/image_raw")
    cache.write(path, EMBEDDINGS)
    assert cache.read(path, 2, 4) is None
    path.write_bytes(path.read_bytes()[:-5])
    assert cache.read(path, 2, 3) is None
