"""What the runtimes of exported encoders share: images are resized here, and the graph does the rest."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.processor import has_int8_instructions
from vinn_training.exceptions import InvalidInput

_LOG = logging.getLogger(__name__)

#: Name of the graph's input, (N, S, S, 3) uint8 RGB, S as the preprocessing says.
INPUT_NAME = "images"
#: Name of its output, (N, D) float32, as the spec wants embeddings compared.
OUTPUT_NAME = "embeddings"

#: Images resized and handed to the graph at once, at most; bounds memory when thousands are encoded.
_BATCH = 64


class GraphRuntime(ABC):
    """Runs an exported encoder.

    Args:
        artifact: The encoder.
        threads: 0 leaves the choice to the runtime.

    Raises:
        InvalidInput: If `threads` is negative.
    """

    def __init__(self, artifact: EncoderArtifact, threads: int = 0) -> None:
        if threads < 0:
            raise InvalidInput(f"threads is {threads}; expected 0 (the runtime's choice) or more")
        self.artifact = artifact
        self._preprocessing = artifact.spec.preprocessing
        if artifact.spec.precision == "int8" and not has_int8_instructions():
            _LOG.warning(
                "encoder %s is int8, and this processor has no instructions for it: it is slower than it could be, "
                "and less exact; export it here with --precision fp32 and build the bank again",
                artifact.encoder_id,
            )

    @property
    def encoder_id(self) -> str:
        """Fingerprint of graph and preprocessing."""
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
            resized = (self._preprocessing.resize(image) for image in images[start : start + _BATCH])
            self._run(resized, embeddings[start : start + _BATCH])
        return embeddings

    @abstractmethod
    def _run(self, inputs: Iterator[ImageArray], embeddings: FloatArray) -> None:
        """Fill (N, D) float32 embeddings, N at least 1, of N (S, S, 3) uint8 images that are resized when asked for."""

    def _warm_up(self) -> None:
        """Run once: the first run of a graph is several times slower."""
        size = self._preprocessing.size
        self.encode(np.full((1, size, size, 3), 128, dtype=np.uint8))
