"""The sweep against the original's way: for every k, for every query, a loop over the rows of the bank."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank
from vinn_training.contracts import FloatArray
from vinn_training.evaluation.neighbor_sweep import nearest_actions, sweep


def plain_neighbors_mse(
    embeddings: FloatArray, directions: FloatArray, queries: FloatArray, labels: NDArray[Any], k: int
) -> float:
    """Return the MSE at one k by the paper's pseudocode: distance to each row in turn, sort, weigh by exp(-distance).

    Args:
        embeddings: (N, D) of the bank.
        directions: (N, 3) of the bank.
        queries: (Q, D).
        labels: (Q, 3).
        k: Neighbours.
    """
    total = 0.0
    for query, label in zip(queries, labels, strict=True):
        distances = []
        for row in range(len(embeddings)):
            distances.append((float(np.linalg.norm(embeddings[row] - query)), row))
        distances.sort(key=lambda pair: pair[0])
        chosen = distances[:k]
        weights = [math.exp(-distance) for distance, _ in chosen]
        action = sum(weight * directions[row] for weight, (_, row) in zip(weights, chosen, strict=True)) / sum(weights)
        total += float(((np.asarray(action) - label) ** 2).mean())
    return total / len(queries)


def benchmark(
    rows: int = 4260, queries: int = 640, size: int = 2048, max_k: int = 50, plain_queries: int = 2, seed: int = 0
) -> dict[str, Any]:
    """Time both on random data of the door task's size.

    The original's way would take a quarter of an hour; it is run on the first `plain_queries` queries with every k and
    its time is scaled to all queries. Errors are compared on those queries.

    Args:
        rows: Of the bank.
        queries: Test frames.
        size: Of an embedding.
        max_k: k from 1 to this.
        plain_queries: On which the original's way is run.
        seed: Of the data.
    """
    random = np.random.default_rng(seed)
    # Distances around 1, so that the original's exp(-distance) does not vanish.
    embeddings = (random.normal(size=(rows, size)) / math.sqrt(2 * size)).astype(np.float32)
    tests = (random.normal(size=(queries, size)) / math.sqrt(2 * size)).astype(np.float32)
    actions = random.normal(size=(rows + queries, 3))
    actions /= np.linalg.norm(actions, axis=1, keepdims=True)
    directions, labels = actions[:rows].astype(np.float32), actions[rows:]
    bank = Bank(
        embeddings, directions, np.ones(rows, dtype=np.float32), np.zeros(rows, dtype=np.int32),
        np.arange(rows, dtype=np.int32), ("benchmark",), "benchmark",
    )  # fmt: skip
    start = time.perf_counter()
    sweep(nearest_actions(bank, tests, max_k), labels, (1.0,))
    ours_s = time.perf_counter() - start
    few = tests[:plain_queries]
    start = time.perf_counter()
    plain = [plain_neighbors_mse(embeddings, directions, few, labels[:plain_queries], k) for k in range(1, max_k + 1)]
    plain_s = (time.perf_counter() - start) * queries / plain_queries
    mine = sweep(nearest_actions(bank, few, max_k), labels[:plain_queries], (1.0,))
    return {
        "rows": rows, "queries": queries, "embedding_size": size, "max_k": max_k, "plain_queries_run": plain_queries,
        "ours_s": ours_s, "plain_s_scaled": plain_s, "speedup": plain_s / ours_s,
        "largest_mse_difference": float(max(abs(p - point.mse) for p, point in zip(plain, mine, strict=True))),
    }  # fmt: skip
