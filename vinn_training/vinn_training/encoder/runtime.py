"""From images to embeddings, on the robot and off it, without anything that only training needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact, HasEncoder
from vinn_training.exceptions import InvalidInput, MissingDependency

#: Packages that each runtime needs, as pip names them.
_PACKAGES = {"torch": "torch torchvision", "openvino": "openvino", "onnx": "onnxruntime"}


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


def load_runtime(source: HasEncoder | EncoderArtifact, threads: int = 0, device: str = "cpu") -> EncoderRuntime:
    """Return the encoder of a bundle (or of a folder, see `artifact.load_encoder`), ready to run.

    The encoder's spec names the runtime; only that is imported.

    Args:
        source: What carries the encoder.
        threads: Threads for one image; 0 leaves the choice to the library. With torch it holds for the whole process.
        device: auto (a GPU where there is one), cpu, cuda or cuda:N. An exported encoder runs on the CPU.

    Raises:
        MissingDependency: If the runtime's package is not installed.
        InvalidCheckpoint: If the files do not fit the architecture, or are none that the runtime reads.
        InvalidInput: If `threads` is negative, or the device is not on this machine or not one of the encoder's.
    """
    artifact = source if isinstance(source, EncoderArtifact) else source.encoder
    runtime = artifact.spec.runtime
    if artifact.spec.exported and device not in ("auto", "cpu"):
        raise InvalidInput(f"device is '{device}', but an encoder exported for {runtime} runs on the CPU; expected cpu")
    try:
        return _load(artifact, threads, device)
    except ImportError as error:
        raise MissingDependency(
            f"the encoder needs {_PACKAGES[runtime].replace(' ', ' and ')} ({error}); "
            f"install: pip install {_PACKAGES[runtime]}"
        ) from error


def _load(artifact: EncoderArtifact, threads: int, device: str) -> EncoderRuntime:
    if artifact.spec.runtime == "openvino":
        from vinn_training.encoder.openvino_runtime import OpenvinoRuntime

        return OpenvinoRuntime(artifact, threads)
    if artifact.spec.runtime == "onnx":
        from vinn_training.encoder.onnx_runtime import OnnxRuntime

        return OnnxRuntime(artifact, threads)
    from vinn_training.encoder.torch_runtime import TorchRuntime

    return TorchRuntime(artifact, threads, device)
