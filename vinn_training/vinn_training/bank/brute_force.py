"""The true nearest rows of other demonstrations, for many frames at once: what searches and distances are judged by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.row_blocks import BankArray
from vinn_training.contracts import FloatArray

_BLOCK = 4096
#: Where products in float32 choose the nearest, this many more are kept and compared in float64.
_SPARE = 8


class NearestElsewhere(NamedTuple):
    """For Q frames their k nearest frames of other demonstrations, nearest first.

    Attributes:
        rows: (Q, k) int64; -1 where other demonstrations have fewer than k frames.
        distances: (Q, k) float64; infinite there.
    """

    rows: NDArray[np.int64]
    distances: NDArray[np.float64]


def nearest_elsewhere(
    embeddings: BankArray, demonstration: NDArray[np.int32], queries: NDArray[np.int64], k: int
) -> NearestElsewhere:
    """Compare frames with all rows of other demonstrations, a block of rows at a time.

    Args:
        embeddings: (N, D).
        demonstration: (N,); rows with a negative number belong to none and are never answered.
        queries: (Q,) rows whose neighbours are asked for.
        k: At least 1.
    """
    asked = np.asarray(embeddings[queries], dtype=np.float32)
    centre = asked.mean(axis=0)
    centred = asked - centre
    kept_scores: NDArray[np.float32] = np.full((len(queries), k + _SPARE), np.inf, dtype=np.float32)
    kept_rows: NDArray[np.int64] = np.full((len(queries), k + _SPARE), -1, dtype=np.int64)
    for start in range(0, len(embeddings), _BLOCK):
        block = np.asarray(embeddings[start : start + _BLOCK], dtype=np.float32) - centre
        scores = np.einsum("nd,nd->n", block, block)[None, :] - 2.0 * (centred @ block.T)
        owners = demonstration[start : start + _BLOCK]
        scores[(demonstration[queries][:, None] == owners[None, :]) | (owners < 0)[None, :]] = np.inf
        scores = np.concatenate([kept_scores, scores], axis=1)
        best = np.argpartition(scores, k + _SPARE - 1, axis=1)[:, : k + _SPARE]
        places = np.concatenate([kept_rows, np.tile(np.arange(start, start + len(block)), (len(queries), 1))], axis=1)
        kept_scores, kept_rows = np.take_along_axis(scores, best, axis=1), np.take_along_axis(places, best, axis=1)
    kept_rows[np.isinf(kept_scores)] = -1
    distances = np.stack([_distances(embeddings, rows, query) for rows, query in zip(kept_rows, asked, strict=True)])
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return NearestElsewhere(np.take_along_axis(kept_rows, order, axis=1), np.take_along_axis(distances, order, axis=1))


def _distances(embeddings: BankArray, rows: NDArray[np.int64], query: FloatArray) -> NDArray[np.float64]:
    """Return the exact distances, infinite for row -1."""
    differences = embeddings[rows] - query.astype(np.float64)
    return np.where(rows < 0, np.inf, np.sqrt(np.einsum("nd,nd->n", differences, differences)))
