"""Trains a FAISS index on a bank, and tunes its effort until it finds the true neighbours."""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank
from vinn_training.bank.brute_force import NearestElsewhere, nearest_elsewhere
from vinn_training.bank.faiss_index import FaissIndex
from vinn_training.bank.index import RowFilter
from vinn_training.bank.index_choice import choose_index
from vinn_training.bank.row_blocks import BankArray
from vinn_training.bank.sketch import principal_directions
from vinn_training.bank.trained_search import SearchSettings, TrainedSearch, import_faiss
from vinn_training.contracts import FloatArray
from vinn_training.exceptions import InvalidInput

_LOG = logging.getLogger(__name__)

#: Numbers of an embedding from which principal components can be taken.
_FEWEST_NUMBERS = 32
RECALL_K = 10

_COMPONENTS = 128
_PCA_ROWS = 4096
_ROWS_A_CLUSTER = 48
#: More make the candidates hardly better: they are re-ranked.
_PQ_ITERATIONS = 10
_TUNING_QUERIES = 200
_BLOCK = 8192
#: Tried in this order, cheapest first, until the recall is reached: (effort, candidates).
_EFFORTS = {
    "flat": ((1, 16),),
    "sq8": ((1, 16), (1, 32), (1, 64), (1, 128)),
    "hnsw": ((64, 32), (64, 64), (128, 128), (256, 256), (512, 512)),
    "ivfpq": (
        (4, 32), (8, 32), (8, 64), (16, 64), (16, 128), (32, 128), (32, 256), (64, 256), (128, 512), (256, 1024),
    ),
}  # fmt: skip


def train_index(bank: Bank, kind: str, recall: float = 0.99, seed: int = 0) -> FaissIndex:
    """Train a FAISS index on a bank and tune its effort until it finds the true neighbours.

    Recall is measured on frames of the bank whose own demonstration is left out, as a new episode would be: the share
    of their 10 nearest that is found, less its standard error over the frames.

    Args:
        bank: All its rows are indexed, disabled ones too.
        kind: A key of `faiss_index.KINDS`.
        recall: To be reached.
        seed: Of the draws of rows.

    Raises:
        InvalidInput: If the bank is too small for the kind, or no effort reaches the recall.
        MissingDependency: If FAISS is not installed.
    """
    choose_index(len(bank), recall, kind)
    faiss = import_faiss()
    rng = np.random.default_rng(seed)
    searcher = _train(faiss, bank.embeddings, kind, rng)
    for start in range(0, len(bank), _BLOCK):
        searcher.add(as_float32(bank.embeddings[start : start + _BLOCK]))
    queries = np.sort(rng.choice(len(bank), min(_TUNING_QUERIES, len(bank)), replace=False))
    single = len(set(bank.demonstration.tolist())) < 2
    # A single demonstration has no other: every frame is then a demonstration of its own.
    owners = np.arange(len(bank), dtype=np.int32) if single else bank.demonstration
    truth = nearest_elsewhere(bank.embeddings, owners, queries, RECALL_K)
    found = 0.0
    for effort, fetch in _EFFORTS[kind]:
        settings = SearchSettings(kind, fetch, effort, recall_target=recall)
        index = FaissIndex(TrainedSearch(searcher, settings), bank.embeddings)
        found, error = measured_recall(index, bank, owners, queries, truth)
        _LOG.info("index %s, effort %d, %d candidates: recall %.4f", kind, effort, fetch, found)
        if found - error >= recall:
            return FaissIndex(TrainedSearch(searcher, replace(settings, recall=found)), bank.embeddings)
    raise InvalidInput(
        f"{kind} finds {found:.4f} of the true neighbours at most, asked for are {recall}; choose a lower --recall, "
        "another --index, or exact"
    )


def measured_recall(
    index: FaissIndex, bank: Bank, owners: NDArray[np.int32], queries: NDArray[np.int64], truth: NearestElsewhere
) -> tuple[float, float]:
    """Return the share of true neighbours found and its standard error over the queries.

    A row as near as the farthest true neighbour counts, whichever of equals was named.

    Args:
        index: To be judged.
        bank: Its rows.
        owners: (N,) whose rows a query must not find.
        queries: (Q,) rows.
        truth: Their neighbours of other owners.
    """
    shares = []
    for query, rows, distances in zip(queries, truth.rows, truth.distances, strict=True):
        count = int((rows >= 0).sum())
        if not count:
            continue
        found = index.query(as_float32(bank.embeddings[query]), count, RowFilter(owners != owners[query]))
        shares.append(float((found.distances <= distances[count - 1] * (1.0 + 1e-9)).sum()) / count)
    return float(np.mean(shares)), float(np.std(shares) / math.sqrt(len(shares)))


def as_float32(rows: BankArray) -> FloatArray:
    """Return rows as FAISS wants them: contiguous float32."""
    return np.ascontiguousarray(rows, dtype=np.float32)


def _train(faiss: ModuleType, embeddings: BankArray, kind: str, rng: np.random.Generator) -> Any:
    """Return a trained index without rows."""
    count, size = embeddings.shape
    if kind == "flat":
        return faiss.IndexFlatL2(size)
    sample = as_float32(embeddings[_sample(rng, count, _PCA_ROWS)])
    if kind == "sq8":
        searcher = faiss.IndexScalarQuantizer(size, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_L2)
        searcher.train(sample)
        return searcher
    if size < _FEWEST_NUMBERS:
        raise InvalidInput(
            f"{kind} needs embeddings of {_FEWEST_NUMBERS} numbers or more, these have {size}; use exact"
        )
    components = min(_COMPONENTS, size // 2 // 4 * 4)
    projection = _projection(faiss, sample, components)
    if kind == "hnsw":
        inner = faiss.IndexHNSWSQ(components, faiss.ScalarQuantizer.QT_8bit, 32)
        inner.train(projection.apply(sample))
    else:
        clusters = 2 ** round(math.log2(2.0 * math.sqrt(count)))
        rows = _sample(rng, count, _ROWS_A_CLUSTER * clusters)
        blocks = [rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK)]
        learned = np.concatenate([projection.apply(as_float32(embeddings[block])) for block in blocks])
        inner = faiss.index_factory(components, f"IVF{min(clusters, len(rows) // 40)},PQ{components // 2}")
        inner.cp.min_points_per_centroid = inner.pq.cp.min_points_per_centroid = 1  # else it prints a warning
        inner.pq.cp.niter = _PQ_ITERATIONS
        inner.do_polysemous_training = False  # slow, and for a search that is not made here
        inner.train(learned)
    searcher = faiss.IndexPreTransform(projection, inner)
    searcher.is_trained = True
    return searcher


def _projection(faiss: ModuleType, sample: FloatArray, components: int) -> Any:
    """Return the map to principal components, as FAISS applies it."""
    centre = sample.mean(axis=0, dtype=np.float64)
    basis = principal_directions(sample - centre, components)
    projection = faiss.LinearTransform(sample.shape[1], components, True)
    faiss.copy_array_to_vector(basis.astype(np.float32).ravel(), projection.A)
    faiss.copy_array_to_vector((-basis @ centre).astype(np.float32), projection.b)
    projection.is_trained = True
    return projection


def _sample(rng: np.random.Generator, count: int, wanted: int) -> NDArray[np.int64]:
    if wanted >= count:
        return np.arange(count)
    return np.sort(rng.choice(count, wanted, replace=False))
