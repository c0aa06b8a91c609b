"""Distances between one query and many rows, a block of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray
from vinn_training.exceptions import InvalidInput

#: Rows of a bank: float32, or float16 where memory counts more than the last digits.
BankArray: TypeAlias = NDArray[np.floating[Any]]

EPSILON = float(np.finfo(np.float32).eps)
_TINY = float(np.finfo(np.float32).tiny)
#: Numbers in a block: 1 MiB of float32, which stays in a core's cache.
_BLOCK_NUMBERS = 1 << 18
#: Fewer rows than k plus this go to float64 at once.
_FEW_ROWS = 16


def as_rows(embeddings: BankArray) -> BankArray:
    """Return a plain contiguous (N, D) array of float32 or float16, without a copy where it is one."""
    kind = np.float16 if embeddings.dtype == np.float16 else np.float32
    rows: BankArray = np.ascontiguousarray(np.asarray(embeddings), dtype=kind)
    return rows


def row_blocks(rows: BankArray) -> Iterator[tuple[int, BankArray]]:
    """Yield the first row's number and a view of each block."""
    step = max(1, _BLOCK_NUMBERS // rows.shape[1])
    for start in range(0, len(rows), step):
        yield start, rows[start : start + step]


def rounding_margin(size: int, largest_square: float) -> float:
    """Return how far a float32 ||p||^2 - 2 p.q + ||q||^2 of `size` numbers can be off, at most.

    Args:
        size: Numbers in p and q.
        largest_square: (||p|| + ||q||)^2, at most.
    """
    return (size + 16) * (EPSILON * largest_square + 4.0 * _TINY)


def nearest_among(
    embeddings: BankArray, rows: NDArray[np.int64], query: FloatArray, k: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the k nearest of the named rows with their distances, nearest first, equal ones in order of the rows.

    Args:
        embeddings: (N, D).
        rows: Candidates, all different.
        query: (D,) float32.
        k: All rows where there are fewer.

    Raises:
        InvalidInput: If a candidate holds NaN or infinity.
    """
    if len(rows) > k + _FEW_ROWS:
        rows = _screened(embeddings, rows, query, k)
    wide = query.astype(np.float64)
    squares = np.empty(len(rows))
    for start, chosen in _index_blocks(rows, embeddings.shape[1]):
        differences = embeddings[chosen] - wide
        squares[start : start + len(chosen)] = np.einsum("nd,nd->n", differences, differences)
    distances = np.sqrt(squares)
    if not np.isfinite(distances).all():
        row = int(rows[~np.isfinite(distances)][0])
        raise InvalidInput(f"row {row} of the bank holds NaN or infinity; check the bundle, or build it again")
    order = np.lexsort((rows, distances))[:k]
    return rows[order], distances[order]


def _screened(embeddings: BankArray, rows: NDArray[np.int64], query: FloatArray, k: int) -> NDArray[np.int64]:
    """Return the rows that can be among the k nearest, by float32 differences.

    A sum of D squared differences has a relative error of at most (D + 3) eps / 2: nothing cancels.
    """
    size = embeddings.shape[1]
    error = (size + 4) * EPSILON
    if error > 0.1:
        return rows
    squares = np.empty(len(rows), dtype=np.float32)
    with np.errstate(over="ignore"):  # an infinite square only keeps a row
        for start, chosen in _index_blocks(rows, size):
            differences = embeddings[chosen] - query
            squares[start : start + len(chosen)] = np.einsum("nd,nd->n", differences, differences)
        limit = float(np.partition(squares, k - 1)[k - 1]) * (1.0 + 3.0 * error) + 8.0 * (size + 4) * _TINY
    return rows[~(squares > limit)]


def _index_blocks(rows: NDArray[np.int64], size: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    step = max(1, _BLOCK_NUMBERS // size)
    for start in range(0, len(rows), step):
        yield start, rows[start : start + step]
