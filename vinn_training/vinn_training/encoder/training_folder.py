"""Where a training leaves encoder and checkpoint, and when they are old enough to be written anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vinn_training.encoder.artifact import EncoderSpec, write_encoder
from vinn_training.encoder.checkpoint import write_checkpoint
from vinn_training.encoder.training_checks import disk_errors


class TrainingFolder:
    """Writes encoder and checkpoint, each atomically, and remembers when.

    Args:
        path: Made where missing.
        interval_s: Least time between two encoders, and between two checkpoints.
        writes: Whether this process is the one that writes; the others only keep the time.
    """

    def __init__(self, path: Path, interval_s: float, writes: bool) -> None:
        self._path = path
        self._interval_s = interval_s
        self._writes = writes
        self._exported_s = self._saved_s = time.monotonic()

    @property
    def encoder_is_due(self) -> bool:
        """Whether the encoder is old enough to be written anew."""
        return time.monotonic() - self._exported_s >= self._interval_s

    @property
    def checkpoint_is_due(self) -> bool:
        """Whether the checkpoint is old enough to be written anew."""
        return time.monotonic() - self._saved_s >= self._interval_s

    def export(self, spec: EncoderSpec, weights: Mapping[str, np.ndarray]) -> None:
        """Write an encoder.

        Raises:
            InvalidInput: If the disk refuses.
        """
        self._exported_s = time.monotonic()
        if self._writes:
            with disk_errors(self._path):
                write_encoder(self._path, spec, weights)

    def save(self, state: Callable[[], dict[str, Any]]) -> None:
        """Write a checkpoint.

        Args:
            state: Returns it, with the keys of `checkpoint.write_checkpoint`; asked only in the process that writes.

        Raises:
            InvalidInput: If the disk refuses.
        """
        self._saved_s = time.monotonic()
        if self._writes:
            values = state()
            with disk_errors(self._path):
                write_checkpoint(self._path, values)
