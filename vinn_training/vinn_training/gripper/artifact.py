"""A gripper network on disk: weights with, as their metadata, everything that is needed to use them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from vinn_training.contracts import ImageArray
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.durable_files import replace_file
from vinn_training.encoder.artifact import read_weights
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.gripper.label_set import check_states, state_labels
from vinn_training.preprocessing import Preprocessing

WEIGHTS_FILE = "gripper.safetensors"
#: The same description and how training went, for people and programs; the weights' own copy is what counts.
MANIFEST_FILE = "gripper.json"
VERSION = 1
#: Key of the weights' metadata under which the description stands, as JSON.
_DESCRIPTION = "vinn_gripper"
#: How far the aspect ratio of a picture may be from that of the pictures learnt from.
_ASPECT_TOLERANCE = 0.02


@dataclass(frozen=True)
class GripperSpec:
    """Everything about a gripper network but its weights.

    Attributes:
        closed_to_open: Names of the states in the order of the outputs, from closed to open.
        preprocessing: From a picture to the input; its size is a multiple of 16.
        image_width: Of the pictures learnt from, pixels.
        image_height: Of the pictures learnt from, pixels.
        accuracy: Share of the validation frames that were right, 0 to 1.

    Raises:
        InvalidInput: If a value cannot be used.
    """

    closed_to_open: tuple[str, ...]
    preprocessing: Preprocessing
    image_width: int
    image_height: int
    accuracy: float

    def __post_init__(self) -> None:
        check_states(self.closed_to_open)
        if self.preprocessing.size % 16:
            raise InvalidInput(f"input size is {self.preprocessing.size}; expected a multiple of 16 pixels")
        if self.image_width < 1 or self.image_height < 1 or not 0.0 <= self.accuracy <= 1.0:
            raise InvalidInput(
                f"pictures are {self.image_width}x{self.image_height} and accuracy {self.accuracy}; expected a size "
                "and a share from 0 to 1"
            )

    @property
    def labels(self) -> GripperLabels:
        """What the number of an output means, for a data set's manifest."""
        return state_labels(self.closed_to_open)

    def check_size(self, image: ImageArray) -> None:
        """Refuse pictures of another camera: squeezed to the input's square, the gripper would look different.

        Raises:
            InvalidInput: If the aspect ratio of an (H, W, 3) picture is not that of the pictures learnt from.
        """
        height, width = image.shape[:2]
        if abs(width / height * self.image_height / self.image_width - 1.0) > _ASPECT_TOLERANCE:
            raise InvalidInput(
                f"picture is {width}x{height}, but the gripper network learnt from {self.image_width}x"
                f"{self.image_height}; expected that size or another of the same aspect ratio: use the same camera "
                "and crop, or label and train on these pictures"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` is the inverse."""
        return {
            "version": VERSION,
            "closed_to_open": list(self.closed_to_open),
            "preprocessing": self.preprocessing.to_dict(),
            "image_width": self.image_width,
            "image_height": self.image_height,
            "accuracy": self.accuracy,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> GripperSpec:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If a key is missing, a value cannot be used, or the version is another.
        """
        if values.get("version") != VERSION:
            raise InvalidInput(f"version is {values.get('version')!r}; this program reads {VERSION}: train again")
        try:
            return cls(
                closed_to_open=tuple(str(state) for state in values["closed_to_open"]),
                preprocessing=Preprocessing.from_dict(values["preprocessing"]),
                image_width=int(values["image_width"]),
                image_height=int(values["image_height"]),
                accuracy=float(values["accuracy"]),
            )
        except (KeyError, TypeError) as error:
            raise InvalidInput(f"description of the gripper network has no usable {error}") from error


@dataclass(frozen=True)
class GripperModel:
    """A gripper network that was read and checked.

    Attributes:
        spec: How to use the weights.
        weights: Name to array, as GripperNetwork names them.
        path: File of the weights.
    """

    spec: GripperSpec
    weights: Mapping[str, np.ndarray]
    path: Path


def write_gripper_model(
    folder: Path, spec: GripperSpec, weights: Mapping[str, np.ndarray], report: Mapping[str, Any]
) -> Path:
    """Write a network into a folder and return the weights' file; an older one stays whole until the new one is.

    Args:
        folder: Made where missing.
        spec: How to use the weights.
        weights: Name to array.
        report: How training went, plain JSON types; goes into the manifest beside the weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.ascontiguousarray(array) for name, array in weights.items()}
    identity = _fingerprint(spec, arrays)
    description = {**spec.to_dict(), "gripper_id": identity}
    data = save(arrays, metadata={_DESCRIPTION: json.dumps(description, sort_keys=True)})
    replace_file(folder / WEIGHTS_FILE, data)
    replace_file(folder / MANIFEST_FILE, (json.dumps({**description, "report": report}, indent=2) + "\n").encode())
    return folder / WEIGHTS_FILE


def load_gripper_model(path: Path | str) -> GripperModel:
    """Return the network that training left in a folder (or the weights' file itself).

    Raises:
        InvalidCheckpoint: If the file is missing, truncated, not a gripper network of ours, or was changed.
    """
    path = Path(path)
    file = path / WEIGHTS_FILE if path.is_dir() or not path.exists() else path
    if not file.exists():
        raise InvalidCheckpoint(f"{file}: missing; expected the network that `vinn gripper train` wrote")
    weights = read_weights(file)
    with safe_open(file, framework="numpy") as stream:
        text = (stream.metadata() or {}).get(_DESCRIPTION)
    if text is None:
        raise InvalidCheckpoint(f"{file}: not a gripper network; expected what `vinn gripper train` wrote")
    try:
        values = json.loads(text)
        spec = GripperSpec.from_dict(values)
    except (InvalidInput, ValueError) as error:
        raise InvalidCheckpoint(f"{file}: {error}") from error
    if _fingerprint(spec, weights) != values.get("gripper_id"):
        raise InvalidCheckpoint(f"{file}: does not fit its own fingerprint; it was changed: train again, or copy again")
    return GripperModel(spec, weights, file)


def _fingerprint(spec: GripperSpec, weights: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256(json.dumps(spec.to_dict(), sort_keys=True).encode())
    for name in sorted(weights):
        digest.update(f"{name} {weights[name].dtype.str} {weights[name].shape}".encode())
        digest.update(np.ascontiguousarray(weights[name]).tobytes())
    return digest.hexdigest()[:16]
