"""Arrays of a safetensors file, mapped instead of read: the header is parsed and checked here, nothing else touched.

A mapped file must not be changed in place, which nothing here does: bundles are written beside the old one and renamed.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

#: From this size on a bundle's file is mapped. Reading and hashing less takes about a second.
MAPPED_FROM_BYTES = 512 << 20
#: The library's limit on the header.
_LARGEST_HEADER = 100_000_000
_TYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "I32": np.dtype("<i4"), "I64": np.dtype("<i8"), "U8": np.dtype("u1")
}  # fmt: skip
TYPE_NAMES = {kind: name for name, kind in _TYPES.items()}


class MappedFile(NamedTuple):
    """What stands in a safetensors file.

    Attributes:
        arrays: Name to read-only array; the pages are read when they are looked at.
        metadata: Texts of the header.
    """

    arrays: dict[str, NDArray[Any]]
    metadata: Mapping[str, str]


def is_large(path: Path) -> bool:
    """Return whether a file is so large that it is mapped, and checked in full only on demand.

    Raises:
        OSError: If there is no such file.
    """
    return path.stat().st_size >= MAPPED_FROM_BYTES


def map_file(path: Path, names: Sequence[str]) -> MappedFile:
    """Map the named arrays of a safetensors file.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is no such file, lacks one of the arrays, or is truncated.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(_LARGEST_HEADER, size - 8):
            raise InvalidInput(f"is no safetensors file, or truncated ({size} bytes)")
        text = file.read(length)
    try:
        values = json.loads(text)
        metadata = dict(values.get("__metadata__", {}))
        arrays = {name: _map(path, values[name], 8 + length, size) for name in names}
    except InvalidInput:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidInput(f"its header cannot be used ({type(error).__name__}: {error})") from error
    return MappedFile(arrays, metadata)


class PageKeeper:
    """Keeps a process from holding a whole mapped file in memory, row by row, as it reads here and there.

    Pages that were read stay in the system's cache, from where they come back in a microsecond, but do not count as
    this process's memory any more. Of no effect on arrays that are not mapped.

    Args:
        rows: The array, or a view of it.
        every: Calls of `count` after which pages are let go.
    """

    def __init__(self, rows: NDArray[Any], every: int) -> None:
        self._mapping = _mapping_of(rows)
        self._every = every
        self._calls = 0
        if self._mapping is not None and hasattr(mmap, "MADV_RANDOM"):
            self._mapping.madvise(mmap.MADV_RANDOM)  # the next rows in the file are not the next to be read

    def count(self) -> None:
        """Call after each reading."""
        self._calls += 1
        if self._mapping is not None and self._calls % self._every == 0 and hasattr(mmap, "MADV_DONTNEED"):
            self._mapping.madvise(mmap.MADV_DONTNEED)


def _mapping_of(rows: object) -> mmap.mmap | None:
    """Return the mapping that an array is a view of, or None."""
    while isinstance(rows, np.ndarray):
        rows = rows.base
    return rows if isinstance(rows, mmap.mmap) else None


def _map(path: Path, values: Mapping[str, Any], data_start: int, file_size: int) -> NDArray[Any]:
    kind, shape = _TYPES[values["dtype"]], tuple(int(number) for number in values["shape"])
    start, stop = (int(number) for number in values["data_offsets"])
    if min((*shape, start)) < 0 or stop - start != kind.itemsize * int(np.prod(shape, dtype=object)):
        raise InvalidInput(f"its header gives {stop - start} bytes to an array of shape {shape}")
    if data_start + stop > file_size:
        raise InvalidInput(f"is truncated: {file_size} bytes, its header names {data_start + stop}")
    if start == stop:
        return np.empty(shape, dtype=kind)
    return np.memmap(path, dtype=kind, mode="r", offset=data_start + start, shape=shape)
