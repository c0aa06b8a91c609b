"""How an encoder is used: everything about it but its files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

#: Backbones and the channels of their last feature map.
CHANNELS = {"resnet18": 512, "resnet34": 512, "resnet50": 2048}

#: What happens to the backbone's output before it is compared: nothing, or scaling to unit length.
NORMALISATIONS = ("none", "l2")

#: Which statistics batch-norm scales an image by: those stored with the weights, or the image's own.
BATCH_NORMS = ("stored", "image")
#: A ResNet's last feature map has a 32nd of the input's side, rounded up; a single value has no spread to scale by.
_STRIDE = 32

#: Cells a side of the largest grid: the last feature map of a 224 pixel image.
MAX_POOLING = 7

#: Runtimes and the files that each reads, first the one that is opened.
RUNTIME_FILES = {
    "torch": ("encoder.safetensors",),
    "openvino": ("encoder.xml", "encoder.bin"),
    "onnx": ("encoder.onnx",),
}

#: What describes an exported encoder, beside its files.
DESCRIPTION_FILE = "encoder.json"

#: Numbers that the network multiplies.
PRECISIONS = ("fp32", "int8")


@dataclass(frozen=True)
class EncoderSpec:
    """Everything about an encoder but its files.

    Attributes:
        architecture: One of CHANNELS; the last linear layer is replaced by the identity.
        preprocessing: From an image to the input.
        normalisation: One of NORMALISATIONS, applied to the output.
        scale: Factor on the normalised output, positive. Distances, and with them the meaning of the policy's
            temperature, scale with it.
        pooling: The last feature map is averaged to a grid of this many cells a side, 1 to 7. The paper: 1, one
            average over the whole picture; 2 keeps left and right, up and down apart.
        batch_norm: One of BATCH_NORMS. "image" is a network left in training mode that is given one image at a time,
            as in VINN's code: the stored statistics are of no effect.
        runtime: One of RUNTIME_FILES: torch for an encoder as it was trained, another for an exported one.
        precision: One of PRECISIONS; torch has fp32 only.

    Raises:
        InvalidInput: If architecture, normalisation, batch_norm, runtime or precision is unknown, a number is out of
            range, or the input is so small that batch-norm over one image has a single value a channel.
    """

    architecture: str
    preprocessing: Preprocessing
    normalisation: str = "none"
    scale: float = 1.0
    pooling: int = 1
    batch_norm: str = "stored"
    runtime: str = "torch"
    precision: str = "fp32"

    def __post_init__(self) -> None:
        if self.architecture not in CHANNELS:
            raise InvalidInput(f"architecture is {self.architecture!r}; expected one of: {', '.join(CHANNELS)}")
        if self.normalisation not in NORMALISATIONS:
            raise InvalidInput(f"normalisation is {self.normalisation!r}; expected one of: {', '.join(NORMALISATIONS)}")
        if not (math.isfinite(self.scale) and self.scale > 0.0):
            raise InvalidInput(f"embedding scale is {self.scale}; expected a positive number")
        if not 1 <= self.pooling <= MAX_POOLING:
            raise InvalidInput(f"pooling is {self.pooling}; expected 1 to {MAX_POOLING} cells a side")
        self._check_batch_norm()
        if self.runtime not in RUNTIME_FILES:
            raise InvalidInput(f"runtime is {self.runtime!r}; expected one of: {', '.join(RUNTIME_FILES)}")
        if self.precision not in (PRECISIONS[:1] if self.runtime == "torch" else PRECISIONS):
            raise InvalidInput(
                f"precision is {self.precision!r} with runtime {self.runtime}; expected {' or '.join(PRECISIONS)}, "
                "and fp32 with torch"
            )

    def _check_batch_norm(self) -> None:
        if self.batch_norm not in BATCH_NORMS:
            raise InvalidInput(f"batch_norm is {self.batch_norm!r}; expected one of: {', '.join(BATCH_NORMS)}")
        if self.batch_norm == "image" and self.preprocessing.size <= _STRIDE:
            raise InvalidInput(
                f"batch_norm is 'image' for an input of {self.preprocessing.size} pixels a side, whose last feature "
                f"map has a single value a channel; expected more than {_STRIDE} pixels, or batch_norm 'stored'"
            )

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""
        return CHANNELS[self.architecture] * self.pooling**2

    @property
    def exported(self) -> bool:
        """Whether the encoder is a graph for another runtime than torch."""
        return self.runtime != "torch"

    @property
    def file_names(self) -> tuple[str, ...]:
        """Names of the encoder's files within a folder, first the one that is opened."""
        return (*RUNTIME_FILES[self.runtime], *((DESCRIPTION_FILE,) if self.exported else ()))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` is the inverse. What is as for an encoder just trained is left out."""
        values = {
            "architecture": self.architecture,
            "embedding_size": self.embedding_size,
            "preprocessing": self.preprocessing.to_dict(),
            "normalisation": self.normalisation,
            "scale": self.scale,
            "pooling": self.pooling,
        }
        # Ids of encoders and banks depend on these values: what says nothing new must not change them.
        values |= {"batch_norm": self.batch_norm} if self.batch_norm != "stored" else {}
        return values | ({"runtime": self.runtime, "precision": self.precision} if self.exported else {})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> EncoderSpec:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If a key is missing or a value cannot be used.
        """
        try:
            spec = cls(
                architecture=values["architecture"],
                preprocessing=Preprocessing.from_dict(values["preprocessing"]),
                normalisation=values["normalisation"],
                scale=float(values["scale"]),
                pooling=int(values["pooling"]),
                batch_norm=values.get("batch_norm", "stored"),
                runtime=values.get("runtime", "torch"),
                precision=values.get("precision", "fp32"),
            )
            size = values["embedding_size"]
        except (KeyError, TypeError) as error:
            raise InvalidInput(f"encoder description has no usable {error}") from error
        if size != spec.embedding_size:
            raise InvalidInput(
                f"embedding size is {size!r}; expected {spec.embedding_size}, that of {spec.architecture} "
                f"with pooling {spec.pooling}"
            )
        return spec
