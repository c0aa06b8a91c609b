"""Keeps two trial nodes out of one directory. No ROS."""

from __future__ import annotations

import fcntl
from pathlib import Path

from vinn_training.exceptions import InvalidInput


class DirectoryLock:
    """Holds a directory until it is closed, or its process ends in whatever way.

    Args:
        directory: Made where missing.

    Raises:
        InvalidInput: If it cannot be written, or another process holds it.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / ".lock"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab")
        except OSError as error:
            raise InvalidInput(
                f"output '{directory}': {error.strerror or error}; expected a directory that can be written"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise InvalidInput(
                f"output '{directory}' is used by another trial node; end it, or choose another directory"
            ) from error

    def close(self) -> None:
        """Let others have it."""
        self._file.close()
