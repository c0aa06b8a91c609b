"""What all runtimes of an encoder share: which encoder it is, and images encoded a batch at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.exceptions import InvalidInput

#: Images encoded at once, at most; bounds memory when thousands are encoded.
_BATCH = 64


class BatchedRuntime(ABC):
    """Runs an encoder. An EncoderRuntime.

    Args:
        artifact: The encoder.
        threads: Checked here; what they are used for is the subclass's affair.

    Raises:
        InvalidInput: If `threads` is negative.
    """

    def __init__(self, artifact: EncoderArtifact, threads: int) -> None:
        if threads < 0:
            raise InvalidInput(f"threads is {threads}; expected 0 (the library's choice) or more")
        self.artifact = artifact
        self._preprocessing = artifact.spec.preprocessing

    @property
    def encoder_id(self) -> str:
        """Fingerprint of network, weights and preprocessing."""
        return self.artifact.encoder_id

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""
        return self.artifact.spec.embedding_size

    def encode(self, images: Sequence[ImageArray] | ImageArray) -> FloatArray:
        """Return the (N, D) float32 embeddings of N images, each (H, W, 3) uint8 RGB and of any size.

        Raises:
            InvalidInput: If there is no image or one cannot be preprocessed.
        """
        if len(images) == 0:
            raise InvalidInput("no images to encode; expected at least one")
        embeddings = np.empty((len(images), self.embedding_size), dtype=np.float32)
        for start in range(0, len(images), _BATCH):
            self._encode_batch(images[start : start + _BATCH], embeddings[start : start + _BATCH])
        return embeddings

    @abstractmethod
    def _encode_batch(self, images: Sequence[ImageArray] | ImageArray, embeddings: FloatArray) -> None:
        """Fill the (N, D) float32 embeddings of N images as `encode` takes them, N from 1 to the size of a batch."""

    def _warm_up(self) -> None:
        """Encode one image: the first run of a network is several times slower."""
        size = self._preprocessing.size
        self.encode(np.full((1, size, size, 3), 128, dtype=np.uint8))
