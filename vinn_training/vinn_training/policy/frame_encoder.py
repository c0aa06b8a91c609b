"""An encoder that remembers the embeddings of demonstrations: many methods and seeds ask for the same ones."""

from __future__ import annotations

import numpy as np

from vinn_training.contracts import Demonstration, FloatArray
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.runtime import EncoderRuntime
from vinn_training.exceptions import InvalidInput

#: Images decoded and encoded at once.
_BATCH = 64


class FrameEncoder:
    """Embeddings of whole demonstrations, each made once.

    Args:
        runtime: The encoder.
        artifact: Where its weights are; only methods that go on training them ask for it.
    """

    def __init__(self, runtime: EncoderRuntime, artifact: EncoderArtifact | None = None) -> None:
        self.runtime = runtime
        self.artifact = artifact
        # By identity; the demonstration is kept with its embeddings, so that its id is not given to another.
        self._known: dict[int, tuple[Demonstration, FloatArray]] = {}

    @property
    def encoder_id(self) -> str:
        """Fingerprint of architecture, weights and preprocessing."""
        return self.runtime.encoder_id

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""
        return self.runtime.embedding_size

    def embed(self, demonstration: Demonstration) -> FloatArray:
        """Return the (T, D) float32 embeddings of a demonstration's frames, read-only.

        Raises:
            InvalidInput: If an embedding is not finite.
            InvalidDemonstration: If an image cannot be read.
        """
        known = self._known.get(id(demonstration))
        if known is not None:
            return known[1]
        parts = []
        for start in range(0, len(demonstration), _BATCH):
            stop = min(start + _BATCH, len(demonstration))
            parts.append(self.runtime.encode([demonstration.load_image(index) for index in range(start, stop)]))
        embeddings = np.concatenate(parts).astype(np.float32)
        if not np.isfinite(embeddings).all():
            frame = int(np.argwhere(~np.isfinite(embeddings))[0][0])
            raise InvalidInput(
                f"demonstration '{demonstration.name}', frame {frame}: the encoder's output is not finite; train it "
                "again"
            )
        embeddings.setflags(write=False)
        self._known[id(demonstration)] = (demonstration, embeddings)
        return embeddings


def required(encoder: FrameEncoder | None, method: str) -> FrameEncoder:
    """Return the encoder.

    Raises:
        InvalidInput: If there is none.
    """
    if encoder is None:
        raise InvalidInput(f"{method} needs an encoder; received none")
    return encoder
