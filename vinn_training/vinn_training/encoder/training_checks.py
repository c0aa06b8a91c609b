"""What can be wrong with a training before it starts, when it goes on, and when it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.encoder.action_error import ActionProbe
from vinn_training.encoder.training_config import TrainingConfig
from vinn_training.exceptions import InvalidInput


def check_frames(frames: ImageArray, size: int) -> None:
    """Refuse frames that nothing can be learned from.

    Raises:
        InvalidInput: If they are not (N, size, size, 3) uint8 with N at least 2, or all the same picture.
    """
    if frames.ndim != 4 or frames.shape[1:] != (size, size, 3) or frames.dtype != np.uint8 or len(frames) < 2:
        raise InvalidInput(
            f"frames are {frames.dtype} of shape {frames.shape}; expected uint8 (N, {size}, {size}, 3), N >= 2"
        )
    if all(np.array_equal(frame, frames[0]) for frame in frames[1:]):
        raise InvalidInput(
            f"all {len(frames)} frames are the same picture: every encoder of them has collapsed; "
            "expected demonstrations in which something moves (is the camera frozen?)"
        )


def check_probe(probe: ActionProbe | None, frames: ImageArray) -> None:
    """Refuse held-out demonstrations that do not belong to the training frames.

    Raises:
        InvalidInput: If a label is missing, or the pictures have another size.
    """
    if probe is None:
        return
    if len(probe.bank_directions) != len(frames) or probe.frames.shape[1:] != frames.shape[1:]:
        raise InvalidInput(
            f"{len(frames)} frames of shape {frames.shape[1:]} to train on, {len(probe.bank_directions)} labels, "
            f"held-out frames of shape {probe.frames.shape[1:]}; expected as many labels, and one shape"
        )


def frames_per_step(frames: int, config: TrainingConfig, processes: int) -> int:
    """Return how many frames an optimiser step takes: the batch size, or fewer where there are fewer.

    Args:
        frames: To train on.
        config: Batch size and parts.
        processes: Among which each part is divided evenly.

    Raises:
        InvalidInput: If a part cannot be divided evenly, or fewer than two frames a process are left.
    """
    share = processes * config.accumulation
    if config.batch_size % share or config.batch_size < 2 * share:
        down = max(config.batch_size // share, 2) * share
        raise InvalidInput(
            f"batch size is {config.batch_size} for {processes} process(es) and {config.accumulation} part(s); "
            f"expected a multiple of {share}, two frames each at least: try --batch-size {down}"
        )
    used = min(config.batch_size, frames - frames % share)
    if used < 2 * share:
        raise InvalidInput(
            f"{frames} frames for {processes} process(es) and {config.accumulation} part(s); "
            f"expected at least {2 * share}: use fewer"
        )
    return used


def setting_differences(saved: Mapping[str, Any], now: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return "name was ..., is ..." for every setting that differs."""
    lines: list[str] = []
    for name in sorted({*saved, *now}):
        before, after = saved.get(name), now.get(name)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            lines += setting_differences(before, after, f"{prefix}{name}.")
        elif before != after:
            lines.append(f"{prefix}{name} {before!r}, but this run has {after!r}")
    return lines


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what a disk refuses into a message.

    Raises:
        InvalidInput: If it does.
    """
    try:
        yield
    except OSError as error:
        raise InvalidInput(
            f"{folder}: cannot be written: {error.strerror or error}; what was saved there before is whole: "
            "make room and run the same command again"
        ) from error
