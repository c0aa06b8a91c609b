"""From images to embeddings, on the robot and off it, without anything that only training needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact, HasEncoder
from vinn_training.exceptions import MissingDependency


class EncoderRuntime(Protocol):
    """An encoder that is ready to run."""

    @property
    def encoder_id(self) -> str:
        """Fingerprint of architecture, weights and preprocessing."""

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""

    def encode(self, images: Sequence[ImageArray] | ImageArray) -> FloatArray:
        """Return the (N, D) float32 embeddings of N images, each (H, W, 3) uint8 RGB and of any size.

        Raises:
            InvalidInput: If there is no image or one cannot be preprocessed.
        """


def load_runtime(source: HasEncoder | EncoderArtifact, threads: int = 0) -> EncoderRuntime:
    """Return the encoder of a bundle (or of a training folder, see `artifact.load_encoder`), ready to run.

    Args:
        source: What carries the encoder.
        threads: Threads for one image; 0 leaves the choice to the library. It holds for the whole process.

    Raises:
        MissingDependency: If torch or torchvision is not installed.
        InvalidCheckpoint: If the weights do not fit the architecture.
        InvalidInput: If `threads` is negative.
    """
    artifact = source if isinstance(source, EncoderArtifact) else source.encoder
    try:
        from vinn_training.encoder.torch_runtime import TorchRuntime
    except ImportError as error:
        raise MissingDependency(
            f"the encoder needs torch and torchvision ({error}); install them: pip install torch torchvision"
        ) from error
    return TorchRuntime(artifact, threads=threads)
