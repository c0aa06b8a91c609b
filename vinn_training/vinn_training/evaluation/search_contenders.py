"""Neighbours and regression over the paper's bank: our search, the paper's loop, and what libraries offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.index import ExactIndex
from vinn_training.contracts import FloatArray
from vinn_training.evaluation.benchmark_rows import K, paper_loop
from vinn_training.policy.knn import regress, softmin_weights

#: From a (D,) query to a_hat, (3,).
Regression = Callable[[FloatArray], NDArray[np.float64]]


def exact_search(embeddings: FloatArray, directions: FloatArray) -> Regression:
    """Return our own: the exact index of the policy."""
    index = ExactIndex(embeddings)

    def ask(query: FloatArray) -> NDArray[np.float64]:
        nearest = index.query(query, K)
        return regress(directions[nearest.rows], softmin_weights(nearest.distances, 1.0))

    return ask


def by_paper_loop(embeddings: FloatArray, directions: FloatArray) -> Regression:
    """Return the paper's pseudocode."""
    return lambda query: paper_loop(query, embeddings, directions, K)


def by_torch(embeddings: FloatArray, directions: FloatArray) -> Regression:
    """Return `torch.cdist`, with our regression behind it.

    Raises:
        ImportError: If torch is not installed.
    """
    import torch

    rows = torch.from_numpy(embeddings)

    def ask(query: FloatArray) -> NDArray[np.float64]:
        near = torch.cdist(torch.from_numpy(query[None]), rows)[0].topk(K, largest=False)
        return regress(directions[near.indices.numpy()], softmin_weights(near.values.numpy().astype(np.float64)))

    return ask


def by_faiss(embeddings: FloatArray, directions: FloatArray) -> Regression:
    """Return FAISS's flat index, with our regression behind it.

    Raises:
        ImportError: If FAISS is not installed.
    """
    import faiss

    flat = faiss.IndexFlatL2(embeddings.shape[1])
    flat.add(embeddings)

    def ask(query: FloatArray) -> NDArray[np.float64]:
        squares, found = flat.search(query[None], K)
        return regress(directions[found[0]], softmin_weights(np.sqrt(np.maximum(squares[0], 0.0, dtype=np.float64))))

    return ask


#: The first is the one that a bar is set against; those whose module is missing are left out.
PEERS: Mapping[str, tuple[str, Callable[[FloatArray, FloatArray], Regression]]] = {
    "the paper's pseudocode, a loop over rows": ("numpy", by_paper_loop),
    "torch.cdist": ("torch", by_torch),
    "FAISS flat": ("faiss", by_faiss),
}

_FILES = ("embeddings.npy", "directions.npy", "queries.npy")


def write_problem(folder: Path, embeddings: FloatArray, queries: FloatArray) -> None:
    """Write a bank with random directions and the queries, for `next_answer`."""
    directions = np.random.default_rng(1).standard_normal((len(embeddings), 3), dtype=np.float32)
    for name, values in zip(_FILES, (embeddings, directions, queries), strict=True):
        np.save(folder / name, values)


def next_answer(
    folder: Path, contender: Callable[[FloatArray, FloatArray], Regression]
) -> Callable[[], NDArray[np.float64]]:
    """Return what answers the next query with every call, from the first again after the last."""
    embeddings, directions, queries = (np.load(folder / name) for name in _FILES)
    answer, asked = contender(embeddings, directions), 0

    def ask() -> NDArray[np.float64]:
        nonlocal asked
        asked += 1
        return answer(queries[(asked - 1) % len(queries)])

    return ask
