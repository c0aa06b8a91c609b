"""Training state on disk: written atomically, read without running code from it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch

from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidCheckpoint

CHECKPOINT_FILE = "training_state.pt"
_VERSION = 2
_KEYS = {
    "version", "settings", "epoch", "partial", "model", "optimiser", "scaler", "generator", "history", "stopping",
    "initial_error", "encoder_id",
}  # fmt: skip


def write_checkpoint(folder: Path, state: dict[str, Any]) -> None:
    """Write tensors and plain values into a folder; an older checkpoint stays whole until the new one is.

    Args:
        folder: Made where missing.
        state: With the keys of _KEYS but the version.

    Raises:
        OSError: If the disk refuses; the older checkpoint is as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    torch.save({"version": _VERSION, **state}, buffer)
    replace_file(folder / CHECKPOINT_FILE, buffer.getbuffer())


def read_checkpoint(folder: Path) -> dict[str, Any] | None:
    """Return what `write_checkpoint` wrote, or None where there is nothing.

    Raises:
        InvalidCheckpoint: If the file is truncated, foreign or of another version.
    """
    path = folder / CHECKPOINT_FILE
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for broken files, and pickle's for foreign ones
        raise InvalidCheckpoint(
            f"{path}: cannot be read as a checkpoint ({error}); remove it to start afresh"
        ) from error
    if not isinstance(state, dict) or state.get("version") != _VERSION or set(state) != _KEYS:
        raise InvalidCheckpoint(
            f"{path}: not a checkpoint of version {_VERSION}; remove it to start afresh, or train into another folder"
        )
    return state
