import logging
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder import graph_runtime
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec
from vinn_training.encoder.graph_runtime import GraphRuntime
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing


class FirstPixel(GraphRuntime):
    """A graph whose embedding repeats the red of the first pixel; it notes how many images it was given at once."""

    def __init__(self, artifact: EncoderArtifact, threads: int = 0) -> None:
        super().__init__(artifact, threads)
        self.counts: list[int] = []

    def _run(self, inputs: ImageArray, embeddings: FloatArray) -> None:
        self.counts.append(len(inputs))
        assert inputs.dtype == np.uint8
        assert inputs.shape[1:] == (32, 32, 3)
        embeddings[:] = inputs[:, 0, 0, :1]


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
