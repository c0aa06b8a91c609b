"""Search of the k nearest rows by Euclidean distance: what a search answers, and the exact one."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.row_blocks import EPSILON, BankArray, as_rows, nearest_among, rounding_margin, row_blocks
from vinn_training.bank.sketch import Sketch
from vinn_training.contracts import FloatArray
from vinn_training.exceptions import InvalidInput

#: Squared norms from here on may overflow float32 on the way; all rows are compared exactly then.
_LARGEST_SQUARE = 1e36
#: Where more than this share of the rows is left by the sketch, one product with all rows costs less than gathering.
_GATHERED_SHARE = 1 / 8


class Nearest(NamedTuple):
    """Rows and distances, nearest first; equal distances in order of the rows.

    Attributes:
        rows: (k,) int64.
        distances: (k,) float64.
    """

    rows: NDArray[np.int64]
    distances: NDArray[np.float64]


class RowFilter:
    """Which rows of a bank may be answered.

    Args:
        mask: (N,) bool, True where a row may be answered; copied.

    Raises:
        InvalidInput: If it is not (N,) or keeps no row.
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self.mask = np.array(mask, dtype=bool)
        self.mask.setflags(write=False)
        self.count = int(self.mask.sum())
        self._parts: dict[tuple[int, int], RowFilter | None] = {}
        if self.mask.ndim != 1 or not self.count:
            raise InvalidInput(
                f"a filter of shape {self.mask.shape} keeps {self.count} rows; expected (N,), one or more"
            )

    @cached_property
    def bitmap(self) -> NDArray[np.uint8]:
        """The mask in bits, row 0 in the lowest of the first byte."""
        return np.packbits(self.mask, bitorder="little")

    def part(self, start: int, stop: int) -> RowFilter | None:
        """Return the filter of rows `start` to `stop`, made once; None where it keeps none of them."""
        if (start, stop) not in self._parts:
            mask = self.mask[start:stop]
            self._parts[start, stop] = RowFilter(mask) if mask.any() else None
        return self._parts[start, stop]


class Index(Protocol):
    """What the policy asks of a search, exact or approximate."""

    def __len__(self) -> int:
        """Return the number of rows that are searched."""

    def query(self, embedding: FloatArray, k: int, keep: RowFilter | None = None) -> Nearest:
        """Return the k rows nearest to a (D,) embedding; all rows where there are fewer than k.

        Args:
            embedding: What to look up.
            k: At least 1.
            keep: Rows that may be answered; all where None.

        Raises:
            InvalidInput: If the embedding has another length or is not finite, k is below 1, or the filter is of
                another number of rows.
        """


class ExactIndex:
    """Exact k nearest rows: cheap lower bounds first, exact distances for what can be among the k.

    1. A sketch (`Sketch`) bounds every row's distance from below with 64 numbers a row. The exact distances of the k
       rows that look nearest bound the answer from above; only rows whose lower bound is not above that are left.
    2. Where too many are left, because the data has no low-dimensional structure, one float32 product with all rows
       proposes candidates within its proven rounding error.
    3. Their distances are taken from differences, in float32 with a relative error that is known, and in the end in
       float64. So the answer is that of sorting all distances, however far from the origin the rows lie.

    Args:
        embeddings: (N, D) float32 or float16, finite; kept by reference where contiguous. Beside it the index holds
            65 numbers a row.

    Raises:
        InvalidInput: If the array is not (N, D) or is empty.
    """

    def __init__(self, embeddings: BankArray) -> None:
        if embeddings.ndim != 2 or 0 in embeddings.shape:
            raise InvalidInput(f"embeddings have shape {embeddings.shape}; expected (N, D), neither zero")
        self._embeddings = as_rows(embeddings)
        self._sketch = Sketch(self._embeddings)

    def __len__(self) -> int:
        return len(self._embeddings)

    def query(self, embedding: FloatArray, k: int, keep: RowFilter | None = None) -> Nearest:
        """Return the nearest rows; arguments and errors are those of `Index.query`."""
        query = check_query(embedding, self._embeddings.shape[1])
        k = check_k(k, len(self), keep)
        return Nearest(*nearest_among(self._embeddings, self._candidates(query, k, keep), query, k))

    def _candidates(self, query: FloatArray, k: int, keep: RowFilter | None) -> NDArray[np.int64]:
        """Return rows in rising order, the k nearest (and all as near as the last of them) among them."""
        sketch = self._sketch
        centred = query.astype(np.float64) - sketch.centre
        norm = float(np.sqrt(centred @ centred))
        largest = (sketch.largest_norm + norm) ** 2
        if k == (keep.count if keep else len(self)) or not largest < _LARGEST_SQUARE:
            return np.flatnonzero(keep.mask) if keep else np.arange(len(self))
        if sketch.points is not None:
            scores = sketch.scores(centred)
            if keep:
                scores[~keep.mask] = np.inf
            first = np.sort(np.argpartition(scores, k - 1)[:k])
            _, distances = nearest_among(self._embeddings, first, query, k)
            limit = distances[-1] ** 2 - norm**2 + rounding_margin(sketch.points.shape[1], largest)
            rows = _up_to(scores, limit)
            if len(rows) <= max(4 * k, _GATHERED_SHARE * len(self)):
                return rows
        return self._by_product(centred, norm, k, keep)

    def _by_product(
        self, centred: NDArray[np.float64], norm: float, k: int, keep: RowFilter | None
    ) -> NDArray[np.int64]:
        """Return candidates by ||e - c||^2 - 2 e.(q - c), which differs from the squared distance by a constant."""
        sketch, direction = self._sketch, centred.astype(np.float32)
        if self._embeddings.dtype == np.float32:
            scores = np.asarray(self._embeddings @ direction, dtype=np.float32)
        else:
            blocks = [block.astype(np.float32) @ direction for _, block in row_blocks(self._embeddings)]
            scores = np.concatenate(blocks)
        scores *= np.float32(-2.0)
        scores += sketch.squared_norms
        if keep:
            scores[~keep.mask] = np.inf
        # A float32 sum of D products is off by at most D eps / 2 ||e|| ||q - c||; everything else by a few roundings.
        size = self._embeddings.shape[1]
        error = EPSILON * ((size + 8) * sketch.largest_row * norm + 8.0 * (sketch.largest_norm + norm) ** 2)
        error += 4.0 * (size + 8) * float(np.finfo(np.float32).tiny)
        return _up_to(scores, float(np.partition(scores, k - 1)[k - 1]) + 2.0 * error)


def _up_to(scores: FloatArray, limit: float) -> NDArray[np.int64]:
    return np.flatnonzero(scores <= np.nextafter(np.float32(limit), np.float32(np.inf)))


def check_k(k: int, rows: int, keep: RowFilter | None) -> int:
    """Return how many rows to answer: k, or all that may be answered where those are fewer.

    Raises:
        InvalidInput: If k is below 1 or the filter is of another number of rows.
    """
    if k < 1:
        raise InvalidInput(f"k is {k}; expected at least 1")
    if keep is not None and len(keep.mask) != rows:
        raise InvalidInput(f"the filter is of {len(keep.mask)} rows; expected {rows}, one a row of the index")
    return min(k, keep.count if keep else rows)


def check_query(embedding: FloatArray, size: int) -> FloatArray:
    """Return a query as (size,) float32.

    Raises:
        InvalidInput: If it has another shape or is not finite.
    """
    query = np.asarray(embedding, dtype=np.float32)
    if query.shape != (size,):
        raise InvalidInput(f"embedding has shape {query.shape}; expected ({size},), the bank's embedding size")
    if not np.isfinite(query).all():
        raise InvalidInput(f"embedding holds {int((~np.isfinite(query)).sum())} numbers that are NaN or infinite")
    return query
