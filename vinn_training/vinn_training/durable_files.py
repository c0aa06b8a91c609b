"""Writing files that are there whole or not at all, whenever the process or the machine dies."""

from __future__ import annotations

import os
from pathlib import Path


def write_file(path: Path, data: bytes | memoryview) -> None:
    """Write a new file and wait until it is on disk. Not atomic: for files in a folder that is renamed later."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, data: bytes | memoryview) -> None:
    """Write a file atomically: a reader meets the old content or the new, never half of it.

    Raises:
        OSError: If the disk refuses; the old file is as it was.
    """
    partial = path.parent / f".{path.name}.partial"
    try:
        write_file(partial, data)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
