"""Writing files that are there whole or not at all, whenever the process or the machine dies."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vinn_training.exceptions import InvalidInput


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


def check_replaceable(path: Path, file: str, what: str) -> None:
    """Refuse a place whose content `replaced_folder` would take away; ask before any work is done.

    Args:
        path: Nothing yet, an empty folder, or one that holds `file`.
        file: Name of what marks a folder as an earlier result.
        what: Such a result, with its article.

    Raises:
        InvalidInput: If anything else is there.
    """
    if path.exists() and not (path / file).exists() and (not path.is_dir() or any(path.iterdir())):
        raise InvalidInput(f"{path}: exists and is not {what}; expected a new folder, or {what} to replace")


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; where the block ends without an error, it takes the place of `path`.

    What was at `path` stays whole until then, and for good after an error.

    Args:
        path: A folder, or nothing yet; its parent is made where missing.

    Raises:
        OSError: If the disk refuses.
    """
    path = path.absolute()
    partial = path.parent / f".{path.name}.{uuid.uuid4().hex[:8]}.partial"
    partial.mkdir(parents=True)
    try:
        yield partial
        sync_folder(partial)
        _move_into_place(partial, path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(path.parent)


def _move_into_place(partial: Path, path: Path) -> None:
    """Rename `partial` to `path`; what was there is removed only afterwards, and put back if that fails."""
    if not path.exists():
        os.rename(partial, path)
        return
    old = path.parent / f".{path.name}.{uuid.uuid4().hex[:8]}.old"
    os.rename(path, old)
    try:
        os.rename(partial, path)
    except BaseException:
        os.rename(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)
