"""One process at a time in an output folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vinn_training.exceptions import InvalidInput

LOCK_FILE = ".vinn_tune.lock"


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Keep others out of a folder while the block runs; the system gives it free when the process dies.

    Args:
        folder: Made where missing.

    Raises:
        InvalidInput: If another process has it, or it cannot be written to.
    """
    path = folder / LOCK_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise InvalidInput(f"{folder}: cannot be written: {error.strerror}; choose another --output") from error
    try:
        _lock(folder, descriptor)
        yield
    finally:
        os.close(descriptor)  # the file stays: removing it would let two processes lock two files of one name


def _lock(folder: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
        raise InvalidInput(
            f"{folder}: another `vinn tune` (process {holder}) is writing there; wait until it has ended, or choose "
            "another --output"
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
