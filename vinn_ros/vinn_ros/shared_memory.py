"""Gives back the shared memory of killed processes: Fast DDS leaves it behind, 35 MB a participant with our profile."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path

_FOLDER = Path("/dev/shm")
_LOCK_SUFFIX = "_el"
#: A younger segment may be one that its owner is just about to lock.
_YOUNG_S = 30.0


def remove_abandoned_segments(folder: Path = _FOLDER, young_s: float = _YOUNG_S) -> int:
    """Remove Fast DDS segments of this user whose owner is gone, and return how many.

    A living owner holds a lock on the file beside its segment, which the system takes away when the process dies.

    Args:
        folder: Where Fast DDS keeps them.
        young_s: Segments made less than so long ago are left alone.
    """
    removed = 0
    for lock in folder.glob(f"fastrtps_*{_LOCK_SUFFIX}"):
        if lock.name.startswith("fastrtps_port"):
            continue  # living senders may hold a dead reader's port, and would go on sending into what was removed
        segment = lock.with_name(lock.name.removesuffix(_LOCK_SUFFIX))
        with contextlib.suppress(OSError):  # another process may be at the same work
            status = lock.stat()
            if status.st_uid == os.getuid() and time.time() - status.st_mtime > young_s and _is_free(lock):
                segment.unlink(missing_ok=True)
                lock.unlink(missing_ok=True)
                removed += 1
    return removed


def _is_free(lock: Path) -> bool:
    descriptor = os.open(lock, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
