"""One process at a time in a folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from vinn_training.exceptions import InvalidInput

LOCK_FILE = ".vinn.lock"


class FolderLock:
    """Keeps other processes out of a folder until it is closed; the system gives it free when the process dies.

    Args:
        folder: Made where missing.
        writer: What this process is, for the message that the others get, as "`vinn tune`".

    Raises:
        InvalidInput: If another process has it, or it cannot be written to.
    """

    def __init__(self, folder: Path, writer: str) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise _refused(folder, error) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{writer} (process {os.getpid()})\n".encode(), 0)
        except BlockingIOError as error:
            holder = os.pread(self._descriptor, 256, 0).decode(errors="replace").strip() or "another process"
            self.close()
            raise InvalidInput(
                f"{folder}: {holder} is writing there; wait until it has ended, or choose another output"
            ) from error
        except OSError as error:
            self.close()
            raise _refused(folder, error) from error

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let others have it. The file stays: removing it would let two processes lock two files of one name."""
        os.close(self._descriptor)


def _refused(folder: Path, error: OSError) -> InvalidInput:
    return InvalidInput(f"{folder}: cannot be written: {error.strerror or error}; choose another output")
