from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec
from vinn_training.encoder.batched_runtime import BatchedRuntime
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

ARTIFACT = EncoderArtifact(EncoderSpec("resnet18", Preprocessing(size=32)), Path("nowhere"), "an id")


class Mean(BatchedRuntime):
    """An encoder whose embedding repeats an image's mean; it notes the shapes it was given."""

    def __init__(self, threads: int = 0) -> None:
        super().__init__(ARTIFACT, threads)
        self.counts: list[int] = []
        self.shapes: set[tuple[int, ...]] = set()
        self._warm_up()

    def _encode_batch(self, images: Sequence[ImageArray] | ImageArray, embeddings: FloatArray) -> None:
        self.counts.append(len(images))
        for row, image in zip(embeddings, images, strict=True):
            self.shapes.add(image.shape)
            row[:] = image.mean()


def test_it_is_warm_and_says_which_encoder_it_is() -> None:
    runtime = Mean()
    assert (runtime.counts, runtime.shapes) == ([1], {(32, 32, 3)})
    assert (runtime.encoder_id, runtime.embedding_size, runtime.artifact) == ("an id", 512, ARTIFACT)


@pytest.mark.parametrize(("count", "batches"), [(1, [1]), (64, [64]), (65, [64, 1]), (130, [64, 64, 2])])
def test_many_images_are_encoded_in_batches_and_in_order(count: int, batches: list[int]) -> None:
    images = [np.full((4, 5, 3), index, dtype=np.uint8) for index in range(count)]
    runtime = Mean()
    runtime.counts.clear()
    expected = np.tile(np.arange(count, dtype=np.float32)[:, None], (1, 512))
    np.testing.assert_array_equal(runtime.encode(images), expected)
    np.testing.assert_array_equal(runtime.encode(np.stack(images)), expected)
    assert runtime.counts == 2 * batches


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no images"):
        Mean().encode([])
    with pytest.raises(InvalidInput, match=r"threads is -1; expected 0"):
        Mean(threads=-1)
