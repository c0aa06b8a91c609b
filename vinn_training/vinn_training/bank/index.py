"""Exact search of the k nearest rows by Euclidean distance."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray
from vinn_training.exceptions import InvalidInput

_EPSILON = float(np.finfo(np.float32).eps)
#: Squared norms from here on may overflow float32 on the way; all rows are compared exactly then.
_LARGEST_SQUARE = 1e36


class Nearest(NamedTuple):
    """Rows and distances, nearest first; equal distances in order of the rows.

    Attributes:
        rows: (k,) int64.
        distances: (k,) float64.
    """

    rows: NDArray[np.int64]
    distances: NDArray[np.float64]


class Index(Protocol):
    """What the policy asks of a search, exact or approximate."""

    def query(self, embedding: FloatArray, k: int) -> Nearest:
        """Return the k rows nearest to a (D,) embedding; all rows where there are fewer than k.

        Raises:
            InvalidInput: If the embedding has another length or is not finite, or k is below 1.
        """


class ExactIndex:
    """Exact k nearest rows: one float32 matrix-vector product, then exact distances for what can be among the k.

    ||e - q||^2 = ||e||^2 - 2 e.q + ||q||^2 loses digits in float32 where distances are small against the norms. So
    rows and query are centred first (distances do not change, norms shrink), the product only proposes candidates
    within its proven rounding error, and their distances are taken from the differences in float64.

    Args:
        embeddings: (N, D) float32, finite; kept by reference where contiguous, a centred copy is made.

    Raises:
        InvalidInput: If the array is not (N, D) or is empty.
    """

    def __init__(self, embeddings: FloatArray) -> None:
        if embeddings.ndim != 2 or 0 in embeddings.shape:
            raise InvalidInput(f"embeddings have shape {embeddings.shape}; expected (N, D), neither zero")
        self._embeddings = np.ascontiguousarray(embeddings, dtype=np.float32)
        self._mean = self._embeddings.mean(axis=0, dtype=np.float64).astype(np.float32)
        self._centred = self._embeddings - self._mean
        self._squared_norms = np.einsum("nd,nd->n", self._centred, self._centred)
        self._largest_norm = float(np.sqrt(self._squared_norms.max()))

    def __len__(self) -> int:
        return len(self._embeddings)

    def query(self, embedding: FloatArray, k: int) -> Nearest:
        """Return the k rows nearest to a (D,) embedding; all rows where there are fewer than k.

        Raises:
            InvalidInput: If the embedding has another length or is not finite, or k is below 1.
        """
        query = check_query(embedding, self._embeddings.shape[1])
        if k < 1:
            raise InvalidInput(f"k is {k}; expected at least 1")
        k = min(k, len(self._embeddings))
        rows = self._candidates(query, k)
        differences = self._embeddings[rows].astype(np.float64) - query.astype(np.float64)
        distances = np.sqrt(np.einsum("nd,nd->n", differences, differences))
        order = np.lexsort((rows, distances))[:k]
        return Nearest(rows[order], distances[order])

    def _candidates(self, query: FloatArray, k: int) -> NDArray[np.int64]:
        """Return the rows that can be among the k nearest, given the rounding of the product."""
        count, size = self._embeddings.shape
        if k == count:
            return np.arange(count)
        centred = query - self._mean
        scores = self._squared_norms - 2.0 * (self._centred @ centred)  # ||q||^2 is the same for all rows
        # A float32 sum of D products is off by at most about D eps ||e|| ||q||; the other terms by less.
        norm = float(np.linalg.norm(centred.astype(np.float64)))
        largest_square = (self._largest_norm + norm) ** 2
        if not largest_square < _LARGEST_SQUARE:
            return np.arange(count)
        kth = float(np.partition(scores, k - 1)[k - 1])
        limit = np.float32(kth + 2.0 * (size + 8) * _EPSILON * largest_square)
        return np.flatnonzero(scores <= np.nextafter(limit, np.float32(np.inf)))


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
