"""An encoder on disk: one safetensors file with weights and, as its metadata, how to use them. Needs no torch."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.preprocessing import Preprocessing

#: Backbones and the channels of their last feature map.
CHANNELS = {"resnet18": 512, "resnet34": 512, "resnet50": 2048}

#: What happens to the backbone's output before it is compared: nothing, or scaling to unit length.
NORMALISATIONS = ("none", "l2")

#: Which statistics batch-norm scales an image by: those stored with the weights, or the image's own.
BATCH_NORMS = ("stored", "image")
#: A ResNet's last feature map has a 32nd of the input's side, rounded up. A single value has no spread to scale by.
_STRIDE = 32

#: Cells a side of the largest grid: the last feature map of a 224 pixel image.
MAX_POOLING = 7

WEIGHTS_FILE = "encoder.safetensors"
#: Key of the file's metadata under which the description stands, as JSON.
_DESCRIPTION = "vinn_encoder"


@dataclass(frozen=True)
class EncoderSpec:
    """Everything about an encoder but its weights.

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

    Raises:
        InvalidInput: If architecture, normalisation or batch_norm is unknown, a number is out of range, or the input
            is so small that batch-norm over one image has a single value a channel.
    """

    architecture: str
    preprocessing: Preprocessing
    normalisation: str = "none"
    scale: float = 1.0
    pooling: int = 1
    batch_norm: str = "stored"

    def __post_init__(self) -> None:
        if self.architecture not in CHANNELS:
            raise InvalidInput(f"architecture is {self.architecture!r}; expected one of: {', '.join(CHANNELS)}")
        if self.normalisation not in NORMALISATIONS:
            raise InvalidInput(f"normalisation is {self.normalisation!r}; expected one of: {', '.join(NORMALISATIONS)}")
        if not (math.isfinite(self.scale) and self.scale > 0.0):
            raise InvalidInput(f"embedding scale is {self.scale}; expected a positive number")
        if not 1 <= self.pooling <= MAX_POOLING:
            raise InvalidInput(f"pooling is {self.pooling}; expected 1 to {MAX_POOLING} cells a side")
        if self.batch_norm not in BATCH_NORMS:
            raise InvalidInput(f"batch_norm is {self.batch_norm!r}; expected one of: {', '.join(BATCH_NORMS)}")
        if self.batch_norm == "image" and self.preprocessing.size <= _STRIDE:
            raise InvalidInput(
                f"batch_norm is 'image' for an input of {self.preprocessing.size} pixels a side, whose last feature map "
                f"is a single value; expected more than {_STRIDE} pixels, or batch_norm 'stored'"
            )

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""
        return CHANNELS[self.architecture] * self.pooling**2

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` is the inverse."""
        values = {
            "architecture": self.architecture,
            "embedding_size": self.embedding_size,
            "preprocessing": self.preprocessing.to_dict(),
            "normalisation": self.normalisation,
            "scale": self.scale,
            "pooling": self.pooling,
        }
        # Only where it says something: the encoder id, and with it every bank, depends on these values.
        return values if self.batch_norm == "stored" else {**values, "batch_norm": self.batch_norm}

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


@dataclass(frozen=True)
class EncoderArtifact:
    """An encoder on disk that was checked.

    Attributes:
        spec: How to use the weights.
        weights_path: File of the weights, safetensors.
        encoder_id: 16 hexadecimal digits over spec and weights: embeddings compare only under the same id.
    """

    spec: EncoderSpec
    weights_path: Path
    encoder_id: str


class HasEncoder(Protocol):
    """What carries an encoder, for example a bundle."""

    @property
    def encoder(self) -> EncoderArtifact:
        """The encoder."""


def fingerprint(spec: EncoderSpec, weights: Mapping[str, np.ndarray]) -> str:
    """Return the encoder id of these weights (name to array) used as `spec` says."""
    digest = hashlib.sha256(json.dumps(spec.to_dict(), sort_keys=True).encode())
    for name in sorted(weights):
        array = np.ascontiguousarray(weights[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()[:16]


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a safetensors file, checked to be finite.

    Raises:
        InvalidCheckpoint: If the file is missing, truncated or holds a number that is not finite.
    """
    try:
        weights = dict(load_file(path))
    except (OSError, SafetensorError, ValueError) as error:
        raise InvalidCheckpoint(f"{path}: cannot be read as safetensors (missing or truncated?): {error}") from error
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise InvalidCheckpoint(f"{path}: weight '{name}' holds NaN or infinity; train again")
    return weights


def write_encoder(folder: Path | str, spec: EncoderSpec, weights: Mapping[str, np.ndarray]) -> EncoderArtifact:
    """Write an encoder into a folder, atomically: an older one stays whole until the new one is.

    Args:
        folder: Made where missing.
        spec: How to use the weights.
        weights: Name to array, as the backbone names them.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    encoder_id = fingerprint(spec, weights)
    description = json.dumps({**spec.to_dict(), "encoder_id": encoder_id}, sort_keys=True)
    arrays = {name: np.ascontiguousarray(array) for name, array in weights.items()}
    replace_file(folder / WEIGHTS_FILE, save(arrays, metadata={_DESCRIPTION: description}))
    return EncoderArtifact(spec, folder / WEIGHTS_FILE, encoder_id)


def load_encoder(path: Path | str) -> EncoderArtifact:
    """Return the encoder that training left in a folder (or the file itself).

    Raises:
        InvalidCheckpoint: If the file is missing, truncated, not an encoder of ours, or was changed.
    """
    path = Path(path)
    file = path / WEIGHTS_FILE if path.is_dir() else path
    if not file.exists():
        raise InvalidCheckpoint(f"{file}: missing; expected the encoder that `vinn train` wrote")
    weights = read_weights(file)
    with safe_open(file, framework="numpy") as stream:
        text = (stream.metadata() or {}).get(_DESCRIPTION)
    if text is None:
        raise InvalidCheckpoint(
            f"{file}: weights without a description of architecture and preprocessing; expected the encoder that "
            "`vinn train` wrote. Foreign weights go through it: vinn train --weights FILE --epochs 0"
        )
    try:
        values = json.loads(text)
        spec = EncoderSpec.from_dict(values)
    except (InvalidInput, ValueError) as error:
        raise InvalidCheckpoint(f"{file}: {error}") from error
    encoder_id = fingerprint(spec, weights)
    if encoder_id != values.get("encoder_id"):
        raise InvalidCheckpoint(
            f"{file}: fingerprint is {encoder_id}, but the file says {values.get('encoder_id')}; it was changed: "
            "train again, or copy it again"
        )
    return EncoderArtifact(spec, file, encoder_id)
