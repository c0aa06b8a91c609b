"""The bank: every demonstration frame's embedding with its action."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM, FloatArray
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True, eq=False)
class Bank:
    """N rows, one a demonstration frame. Arrays are copied and made read-only.

    Attributes:
        embeddings: (N, D) float32, contiguous.
        directions: (N, 3) float32, unit length or zero, camera optical frame.
        gripper: (N,) float32, opening in [0, 1].
        demonstration: (N,) int32, index into `demonstration_names`.
        frame: (N,) int32, index of the frame within its demonstration.
        demonstration_names: Names, all different.
        encoder_id: Fingerprint of the encoder that made the embeddings.

    Raises:
        InvalidInput: If shapes differ, the bank is empty, or a value is not finite or out of range.
    """

    embeddings: FloatArray
    directions: FloatArray
    gripper: FloatArray
    demonstration: NDArray[np.int32]
    frame: NDArray[np.int32]
    demonstration_names: tuple[str, ...]
    encoder_id: str

    def __post_init__(self) -> None:
        embeddings = np.array(self.embeddings, dtype=np.float32, order="C")
        if embeddings.ndim != 2 or 0 in embeddings.shape:
            raise InvalidInput(f"bank embeddings have shape {embeddings.shape}; expected (N, D), neither zero")
        count = len(embeddings)
        arrays = {
            "embeddings": (embeddings, embeddings.shape),
            "directions": (np.array(self.directions, dtype=np.float32, order="C"), (count, 3)),
            "gripper": (np.array(self.gripper, dtype=np.float32), (count,)),
            "demonstration": (np.array(self.demonstration, dtype=np.int32), (count,)),
            "frame": (np.array(self.frame, dtype=np.int32), (count,)),
        }
        for name, (array, shape) in arrays.items():
            if array.shape != shape:
                raise InvalidInput(f"bank {name} has shape {array.shape}; expected {shape}")
            if not np.isfinite(array).all():
                row = int(np.argwhere(~np.isfinite(array))[0][0])
                raise InvalidInput(f"bank {name} holds NaN or infinity, first in row {row}; build the bank again")
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        object.__setattr__(self, "demonstration_names", tuple(self.demonstration_names))
        self._check_values()

    def _check_values(self) -> None:
        norms = np.linalg.norm(self.directions.astype(np.float64), axis=1)
        bad = (norms > REST_NORM) & (np.abs(norms - 1.0) > 1e-3)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise InvalidInput(f"bank direction in row {row} has length {norms[row]:.4g}; expected 1, or 0 (at rest)")
        if self.gripper.min() < 0.0 or self.gripper.max() > 1.0:
            raise InvalidInput(f"bank gripper spans {self.gripper.min()} to {self.gripper.max()}; expected 0 to 1")
        names = self.demonstration_names
        if len(set(names)) != len(names):
            raise InvalidInput("bank demonstration names are not all different; build the bank again")
        if self.demonstration.min() < 0 or self.demonstration.max() >= len(names) or self.frame.min() < 0:
            raise InvalidInput(f"bank demonstration or frame indices do not fit its {len(names)} demonstrations")

    def __len__(self) -> int:
        return len(self.embeddings)

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""
        return int(self.embeddings.shape[1])

    @cached_property
    def bank_id(self) -> str:
        """16 hexadecimal digits over everything in the bank."""
        digest = hashlib.sha256("\n".join((self.encoder_id, *self.demonstration_names)).encode())
        for array in (self.embeddings, self.directions, self.gripper, self.demonstration, self.frame):
            digest.update(f"{array.dtype.str} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()[:16]
