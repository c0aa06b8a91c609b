"""What the runtimes of exported encoders share: images are resized here, and the graph does the rest."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterator, Sequence

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.batched_runtime import BatchedRuntime
from vinn_training.encoder.processor import has_int8_instructions

_LOG = logging.getLogger(__name__)

#: Name of the graph's input, (N, S, S, 3) uint8 RGB, S as the preprocessing says.
INPUT_NAME = "images"
#: Name of its output, (N, D) float32, as the spec wants embeddings compared.
OUTPUT_NAME = "embeddings"


class GraphRuntime(BatchedRuntime):
    """Runs an exported encoder.

    Args:
        artifact: The encoder.
        threads: 0 leaves the choice to the runtime.

    Raises:
        InvalidInput: If `threads` is negative.
    """

    def __init__(self, artifact: EncoderArtifact, threads: int = 0) -> None:
        super().__init__(artifact, threads)
        if artifact.spec.precision == "int8" and not has_int8_instructions():
            _LOG.warning(
                "encoder %s is int8, and this processor has no instructions for it: it is slower than it could be, "
                "and less exact; export it here with --precision fp32 and build the bank again",
                artifact.encoder_id,
            )

    def _encode_batch(self, images: Sequence[ImageArray] | ImageArray, embeddings: FloatArray) -> None:
        self._run((self._preprocessing.resize(image) for image in images), embeddings)

    @abstractmethod
    def _run(self, inputs: Iterator[ImageArray], embeddings: FloatArray) -> None:
        """Fill (N, D) float32 embeddings, N at least 1, of N (S, S, 3) uint8 images that are resized when asked for."""
