from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidCheckpoint

from .conftest import smooth_pictures


def test_embeddings_are_those_of_torch(trained: EncoderArtifact, onnx_encoder: EncoderArtifact) -> None:
    """Whatever their size: resizing is the same, and the rest of the way is in the graph."""
    rng = np.random.default_rng(0)
    pictures = [*smooth_pictures(3, seed=1), rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)]
    expected = load_runtime(trained).encode(pictures)
    runtime = load_runtime(onnx_encoder, threads=1)
    found = runtime.encode(pictures)
    assert found.dtype == np.float32
    assert runtime.embedding_size == 512
    assert runtime.encoder_id == onnx_encoder.encoder_id != trained.encoder_id
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 10.0, rtol=1e-5)


def test_an_image_alone_is_as_among_others(onnx_encoder: EncoderArtifact) -> None:
    pictures = smooth_pictures(70, seed=2)
    runtime = load_runtime(onnx_encoder)
    together = runtime.encode(pictures)
    alone = np.concatenate([runtime.encode(picture[None]) for picture in pictures[::23]])
    np.testing.assert_allclose(together[::23], alone, atol=1e-5)


def test_answers_are_kept_when_the_next_image_is_encoded(onnx_encoder: EncoderArtifact) -> None:
    first, second = smooth_pictures(2, seed=3)
    runtime = load_runtime(onnx_encoder)
    found = runtime.encode([first])
    kept = found.copy()
    runtime.encode([second])
    np.testing.assert_array_equal(found, kept)


def test_files_that_are_no_graph_are_refused(onnx_encoder: EncoderArtifact, tmp_path: Path) -> None:
    for name, path in onnx_encoder.files.items():
        (tmp_path / name).write_bytes(path.read_bytes()[:100])
    broken = replace(onnx_encoder, weights_path=tmp_path / onnx_encoder.weights_path.name)
    with pytest.raises(InvalidCheckpoint, match=r"encoder\..*cannot use it"):
        load_runtime(broken)
