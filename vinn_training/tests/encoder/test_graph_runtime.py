"""What every runtime of an exported encoder does: with a graph made up here, and with those that are exported to."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder import graph_runtime
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec
from vinn_training.encoder.graph_runtime import GraphRuntime
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

from .conftest import smooth_pictures


class FirstPixel(GraphRuntime):
    """A graph whose embedding repeats the red of the first pixel; it notes how many images it was given at once."""

    def __init__(self, artifact: EncoderArtifact, threads: int = 0) -> None:
        super().__init__(artifact, threads)
        self.counts: list[int] = []

    def _run(self, inputs: Iterator[ImageArray], embeddings: FloatArray) -> None:
        images = np.stack(list(inputs))
        self.counts.append(len(images))
        assert images.dtype == np.uint8
        assert images.shape[1:] == (32, 32, 3)
        embeddings[:] = images[:, 0, 0, :1]


def _artifact(precision: str = "fp32") -> EncoderArtifact:
    spec = EncoderSpec("resnet18", Preprocessing(size=32), runtime="onnx", precision=precision)
    return EncoderArtifact(spec, Path("nowhere"), "an id")


def test_images_of_any_size_and_number_come_out_in_order() -> None:
    images = [np.full((40 + index % 3, 50, 3), index, dtype=np.uint8) for index in range(130)]
    runtime = FirstPixel(_artifact())
    found = runtime.encode(images)
    assert (found.dtype, found.shape) == (np.float32, (130, 512))
    np.testing.assert_array_equal(found, np.tile(np.arange(130, dtype=np.float32)[:, None], (1, 512)))
    assert runtime.counts == [64, 64, 2]
    assert (runtime.encoder_id, runtime.embedding_size) == ("an id", 512)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no images"):
        FirstPixel(_artifact()).encode([])
    with pytest.raises(InvalidInput, match="shape"):
        FirstPixel(_artifact()).encode([np.zeros((4, 4), dtype=np.uint8)])
    with pytest.raises(InvalidInput, match="threads is -1"):
        FirstPixel(_artifact(), threads=-1)


@pytest.mark.parametrize(
    ("precision", "able", "told"), [("int8", False, True), ("int8", True, False), ("fp32", False, False)]
)
def test_int8_on_a_processor_without_instructions_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, precision: str, able: bool, told: bool
) -> None:
    monkeypatch.setattr(graph_runtime, "has_int8_instructions", lambda: able)
    monkeypatch.setattr(logging.getLogger("vinn_training"), "propagate", True)
    with caplog.at_level(logging.WARNING):
        FirstPixel(_artifact(precision))
    assert ("no instructions" in caplog.text) is told


@pytest.fixture(params=["onnx_encoder", "openvino_encoder"])
def exported(request: pytest.FixtureRequest) -> EncoderArtifact:
    """The trained encoder, exported for each runtime."""
    found: EncoderArtifact = request.getfixturevalue(request.param)
    return found


def test_embeddings_are_those_of_torch(trained: EncoderArtifact, exported: EncoderArtifact) -> None:
    """Whatever their size: resizing is the same, and the rest of the way is in the graph."""
    rng = np.random.default_rng(0)
    pictures = [*smooth_pictures(3, seed=1), rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)]
    expected = load_runtime(trained).encode(pictures)
    runtime = load_runtime(exported, threads=1)
    found = runtime.encode(pictures)
    assert found.dtype == np.float32
    assert runtime.embedding_size == 512
    assert runtime.encoder_id == exported.encoder_id != trained.encoder_id
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 10.0, rtol=1e-5)


def test_an_image_alone_is_as_among_others(exported: EncoderArtifact) -> None:
    pictures = smooth_pictures(70, seed=2)
    runtime = load_runtime(exported)
    together = runtime.encode(pictures)
    alone = np.concatenate([runtime.encode(picture[None]) for picture in pictures[::23]])
    np.testing.assert_allclose(together[::23], alone, atol=1e-5)


def test_answers_are_kept_when_the_next_image_is_encoded(exported: EncoderArtifact) -> None:
    first, second = smooth_pictures(2, seed=3)
    runtime = load_runtime(exported)
    found = runtime.encode([first])
    kept = found.copy()
    runtime.encode([second])
    np.testing.assert_array_equal(found, kept)
