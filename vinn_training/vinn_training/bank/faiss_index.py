"""Approximate search with FAISS, whose candidates are re-ranked by their exact distances."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.index import Nearest, RowFilter, check_k, check_query
from vinn_training.bank.mapped_file import PageKeeper
from vinn_training.bank.row_blocks import BankArray, as_rows, nearest_among
from vinn_training.bank.trained_search import SearchSettings, TrainedSearch, import_faiss
from vinn_training.contracts import FloatArray
from vinn_training.exceptions import InvalidInput

#: Queries whose rows of a mapped bank stay in this process's memory.
_KEPT_QUERIES = 64


class FaissIndex:
    """A trained FAISS index over a bank's rows.

    The index proposes `fetch` rows, or more where more neighbours are asked for; their distances are taken from the
    rows themselves, so that distances are exact and only membership is approximate. Where too few rows are found,
    because a filter hides what is near, the effort is doubled until there are enough.

    Args:
        trained: With one vector a row.
        embeddings: (N, D) float32 or float16, in memory or mapped; kept by reference.

    Raises:
        InvalidInput: If index and rows differ in number or size.
        MissingDependency: If FAISS is not installed.
    """

    def __init__(self, trained: TrainedSearch, embeddings: BankArray) -> None:
        self._faiss = import_faiss()
        searcher = trained.searcher
        if (searcher.ntotal, searcher.d) != embeddings.shape:
            raise InvalidInput(
                f"the index is of {searcher.ntotal} rows of {searcher.d} numbers, the bank has "
                f"{embeddings.shape[0]} of {embeddings.shape[1]}; build the index again"
            )
        self.trained = trained
        self._embeddings = as_rows(embeddings)
        self._pages = PageKeeper(self._embeddings, _KEPT_QUERIES)

    def __len__(self) -> int:
        return len(self._embeddings)

    def query(self, embedding: FloatArray, k: int, keep: RowFilter | None = None) -> Nearest:
        """Return the nearest rows; arguments and errors are those of `Index.query`."""
        query = check_query(embedding, self._embeddings.shape[1])
        k = check_k(k, len(self), keep)
        effort = self.trained.settings.effort
        rows = self._propose(query, k, keep, effort)
        while len(rows) < k and effort < len(self):
            effort *= 2
            rows = self._propose(query, k, keep, effort)
        if len(rows) < k:  # a graph may leave rows that no path leads to
            rows = np.flatnonzero(keep.mask) if keep else np.arange(len(self))
        nearest = Nearest(*nearest_among(self._embeddings, rows, query, k))
        self._pages.count()
        return nearest

    def _propose(self, query: FloatArray, k: int, keep: RowFilter | None, effort: int) -> NDArray[np.int64]:
        """Return candidates in rising order."""
        searcher, settings = self.trained.searcher, replace(self.trained.settings, effort=effort)
        fetch = min(max(settings.fetch, 2 * k), len(self))
        parameters = search_parameters(self._faiss, searcher, settings, fetch, keep)
        _, rows = searcher.search(query[None], fetch, params=parameters)
        return np.sort(rows[0][rows[0] >= 0]).astype(np.int64)


def search_parameters(
    faiss: ModuleType, searcher: Any, settings: SearchSettings, fetch: int, keep: RowFilter | None
) -> Any:
    """Return what one FAISS search is to be told.

    Args:
        faiss: The package.
        searcher: The index.
        settings: Its kind and effort.
        fetch: Rows that will be asked for.
        keep: Rows that may be answered; must live until the search has ended.
    """
    options: dict[str, Any] = {}
    if keep is not None:
        bitmap = keep.bitmap
        options["sel"] = faiss.IDSelectorBitmap(len(keep.mask), faiss.swig_ptr(bitmap))
    if settings.kind == "ivfpq":
        inner = faiss.SearchParametersIVF(nprobe=settings.effort, **options)
    elif settings.kind == "hnsw":
        inner = faiss.SearchParametersHNSW(efSearch=max(settings.effort, fetch), **options)
    else:
        return faiss.SearchParameters(**options) if options else None
    if isinstance(searcher, faiss.IndexPreTransform):
        return faiss.SearchParametersPreTransform(index_params=inner)
    return inner
