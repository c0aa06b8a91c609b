"""One search over rows that lie in several places: a trained index, and what was added since."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinn_training.bank.index import Index, Nearest, RowFilter, check_k
from vinn_training.contracts import FloatArray


class JoinedIndex:
    """Asks every part and keeps the nearest of all answers.

    Args:
        parts: Indices whose rows follow each other.
    """

    def __init__(self, parts: Sequence[Index]) -> None:
        self._parts = tuple(parts)
        self._starts = np.cumsum([0, *(len(part) for part in parts)]).tolist()

    def __len__(self) -> int:
        return int(self._starts[-1])

    def query(self, embedding: FloatArray, k: int, keep: RowFilter | None = None) -> Nearest:
        """Return the nearest rows; arguments and errors are those of `Index.query`."""
        k = check_k(k, len(self), keep)
        rows, distances = [], []
        for part, start, stop in zip(self._parts, self._starts[:-1], self._starts[1:], strict=True):
            kept = keep.part(start, stop) if keep is not None else None
            if keep is not None and kept is None:
                continue
            found = part.query(embedding, k, kept)
            rows.append(found.rows + start)
            distances.append(found.distances)
        all_rows, all_distances = np.concatenate(rows), np.concatenate(distances)
        order = np.lexsort((all_rows, all_distances))[:k]
        return Nearest(all_rows[order], all_distances[order])
