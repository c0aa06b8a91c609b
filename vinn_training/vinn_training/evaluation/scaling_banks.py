"""How search time and memory grow with the bank: every kind of index at every size, each in a process of its own."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray
from vinn_training.evaluation.episode_embeddings import EMBEDDING_SIZE, episode_embeddings, query_embeddings
from vinn_training.evaluation.fresh_process import in_fresh_process, private_mib, resident_mib
from vinn_training.evaluation.scaling_kinds import INDEX_KINDS
from vinn_training.exceptions import InvalidInput, VinnError

#: Rows of 2048 numbers.
BANK_SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
K = 10

_QUERIES = 50
_WARM_UP = 3
_BLOCK = 8192
_GIB = 2**30


@dataclass(frozen=True)
class BankPoint:
    """One kind of index at one size.

    Attributes:
        kind: Of INDEX_KINDS.
        rows: Of the bank, each of 2048 numbers in float32, mapped from a file.
        train_s: Time to train and write the index; 0 where there is nothing to train.
        open_s: From the files to the first answer.
        p50_ms: Median time of a query for 10 neighbours.
        p90_ms: Its 90th percentile.
        resident_mib: What the index has in memory, pages of mapped files included, which the system may drop.
        private_mib: The part of it that cannot be dropped.
        recall_at_10: Share of the true 10 nearest that are found.
        queries: Timed.
    """

    kind: str
    rows: int
    train_s: float
    open_s: float
    p50_ms: float
    p90_ms: float
    resident_mib: float
    private_mib: float
    recall_at_10: float
    queries: int


def planned(sizes: Sequence[int], kinds: Sequence[str]) -> list[tuple[int, str]]:
    """Return (rows, kind) of every point, the smallest first; each kind only at sizes that it is for.

    Raises:
        InvalidInput: If there is no size, one is below 10, or a kind is unknown.
    """
    ordered = sorted(set(sizes))
    if not ordered or ordered[0] < K:
        raise InvalidInput(f"bank sizes are {ordered}; expected one or more of at least {K} rows")
    for kind in kinds:
        if kind not in INDEX_KINDS:
            raise InvalidInput(f"unknown index {kind!r}; expected some of: {', '.join(INDEX_KINDS)}")
    return [
        (rows, kind)
        for rows in ordered
        for kind in kinds
        if INDEX_KINDS[kind].least_rows <= rows <= INDEX_KINDS[kind].most_rows
    ]


def bank_points(sizes: Sequence[int], kinds: Sequence[str], tell: Callable[[str], object]) -> Iterator[BankPoint]:
    """Yield every kind at every size, the smallest first; what cannot be measured is told and left out.

    The embeddings are those of `episode_embeddings`, written to a file once and mapped by every process; each size
    takes the first rows of it.

    Args:
        sizes: Rows.
        kinds: Of INDEX_KINDS.
        tell: Called with what is measured next, and with what went wrong.

    Raises:
        InvalidInput: If there is no size, one is below 10, a kind is unknown, or the temporary folder has no room.
    """
    points = planned(sizes, kinds)
    largest = max(sizes)
    with tempfile.TemporaryDirectory() as folder:
        _check_room(Path(folder), largest)
        path = Path(folder) / "embeddings.npy"
        tell(f"making {largest:,} embeddings")
        write_embeddings(path, largest)
        queries = query_embeddings(_QUERIES)
        truth: dict[int, NDArray[np.int64]] = {}
        for rows, kind in points:
            if rows not in truth:
                truth[rows] = true_neighbours(np.load(path, mmap_mode="r")[:rows], queries, K)
            tell(f"searching {rows:,} rows: {kind}")
            try:
                settings, train_s = in_fresh_process(train_kind, kind, path, rows)
                yield in_fresh_process(measure_kind, kind, path, rows, queries, truth[rows], settings, train_s)
            except VinnError as error:
                tell(f"{kind} at {rows:,} rows was not measured: {error}")


def _check_room(folder: Path, rows: int) -> None:
    # The float32 rows, and at most another half for an index beside them.
    needed, free = 6 * rows * EMBEDDING_SIZE, shutil.disk_usage(folder).free
    if needed > free:
        raise InvalidInput(
            f"{rows:,} rows and an index take {needed / _GIB:.1f} GiB in {folder}, which has {free / _GIB:.1f} GiB "
            "free; choose smaller --sizes, or set TMPDIR to a folder on a larger disk"
        )


def write_embeddings(path: Path, rows: int) -> None:
    """Write (rows, 2048) float32 as a .npy file, a block at a time."""
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(rows, EMBEDDING_SIZE))
    start = 0
    for block in episode_embeddings(rows):
        array[start : start + len(block)] = block
        start += len(block)
    array.flush()


def true_neighbours(embeddings: FloatArray, queries: FloatArray, k: int) -> NDArray[np.int64]:
    """Return the (Q, k) rows nearest to each query, in no order; in float64, a block of rows at a time."""
    near: NDArray[np.float64] = np.empty((len(queries), 0))
    rows: NDArray[np.int64] = np.empty((len(queries), 0), dtype=np.int64)
    wide = queries.astype(np.float64)
    for start in range(0, len(embeddings), _BLOCK):
        block = embeddings[start : start + _BLOCK].astype(np.float64)
        squares = np.einsum("nd,nd->n", block, block)[None] - 2.0 * (wide @ block.T)
        near = np.hstack([near, squares])
        rows = np.hstack([rows, np.tile(np.arange(start, start + len(block)), (len(queries), 1))])
        kept = np.argpartition(near, min(k, near.shape[1]) - 1, axis=1)[:, :k]
        near, rows = np.take_along_axis(near, kept, axis=1), np.take_along_axis(rows, kept, axis=1)
    return rows


def train_kind(kind: str, path: Path, rows: int) -> tuple[Any, float]:
    """Train an index over the first rows of a file and write it beside the file; return its settings and the seconds.

    Args:
        kind: Of INDEX_KINDS.
        path: (N, 2048) float32, .npy.
        rows: Of the bank.

    Raises:
        VinnError: If it cannot be trained, for example because a package is missing.
    """
    train = INDEX_KINDS[kind].train
    if train is None:
        return None, 0.0
    began_s = time.perf_counter()
    settings = train(np.load(path, mmap_mode="r")[:rows], path.parent)
    return settings, time.perf_counter() - began_s


def measure_kind(
    kind: str, path: Path, rows: int, queries: FloatArray, truth: NDArray[np.int64], settings: Any, train_s: float
) -> BankPoint:
    """Open one index over the first rows of a file and time queries; for a process of its own.

    Args:
        kind: Of INDEX_KINDS.
        path: (N, 2048) float32, .npy; what `train_kind` wrote is beside it.
        rows: Of the bank.
        queries: (Q, 2048).
        truth: (Q, 10), the true neighbours' rows.
        settings: What `train_kind` returned.
        train_s: The same.

    Raises:
        VinnError: If the index cannot be opened.
    """
    count = min(INDEX_KINDS[kind].queries, len(queries))
    before_mib, private_before_mib = resident_mib(), private_mib()
    began_s = time.perf_counter()
    search = INDEX_KINDS[kind].open(np.load(path, mmap_mode="r")[:rows], path.parent, settings)
    search(queries[0], K)
    open_s = time.perf_counter() - began_s
    for query in queries[:_WARM_UP]:
        search(query, K)
    times_ms, found = [], 0
    for query, expected in zip(queries[:count], truth, strict=False):
        began_s = time.perf_counter()
        answer = search(query, K)
        times_ms.append(1e3 * (time.perf_counter() - began_s))
        found += len(set(answer.tolist()) & set(expected.tolist()))
    p50, p90 = np.percentile(times_ms, [50, 90])
    return BankPoint(
        kind, rows, round(train_s, 2), round(open_s, 3), round(float(p50), 4), round(float(p90), 4),
        round(resident_mib() - before_mib, 1), round(private_mib() - private_before_mib, 1),
        round(found / (count * truth.shape[1]), 4), count,
    )  # fmt: skip
