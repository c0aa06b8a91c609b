"""The sweep against the original's way: for every k, for every query, a loop over the rows of the bank."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank
from vinn_training.contracts import FloatArray
from vinn_training.evaluation.benchmark import Row, time_in_turn
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


class _SweepData(NamedTuple):
    """A bank of random rows, and test frames with their labels."""

    bank: Bank
    queries: FloatArray
    labels: NDArray[np.float64]


def _random_data(rows: int, queries: int, size: int, seed: int) -> _SweepData:
    random = np.random.default_rng(seed)
    # Distances around 1, so that the original's exp(-distance) does not vanish.
    embeddings = (random.normal(size=(rows, size)) / math.sqrt(2 * size)).astype(np.float32)
    tests = (random.normal(size=(queries, size)) / math.sqrt(2 * size)).astype(np.float32)
    actions = random.normal(size=(rows + queries, 3))
    actions /= np.linalg.norm(actions, axis=1, keepdims=True)
    bank = Bank(
        embeddings, actions[:rows].astype(np.float32), np.ones(rows, dtype=np.float32), np.zeros(rows, dtype=np.int32),
        np.arange(rows, dtype=np.int32), ("benchmark",), "benchmark",
    )  # fmt: skip
    return _SweepData(bank, tests, actions[rows:])


def benchmark(
    rows: int = 4260,
    queries: int = 640,
    size: int = 2048,
    max_k: int = 50,
    plain_queries: int = 2,
    seed: int = 0,
    repetitions: int = 1,
) -> dict[str, Any]:
    """Time both on random data of the door task's size, in turn.

    The original's way would take a quarter of an hour; it is run on `plain_queries` queries with every k and its time
    is scaled to all queries. Errors are compared on those queries.

    Args:
        rows: Of the bank.
        queries: Test frames.
        size: Of an embedding.
        max_k: k from 1 to this.
        plain_queries: On which the original's way is run.
        seed: Of the data.
        repetitions: Of both; times are medians, and their 10 % and 90 % quantiles are given.
    """
    data = _random_data(rows, queries, size, seed)
    few, few_labels = data.queries[:plain_queries], data.labels[:plain_queries]
    plain: list[float] = []

    def ours() -> None:
        sweep(nearest_actions(data.bank, data.queries, max_k), data.labels, (1.0,))

    def original() -> None:
        plain[:] = [
            plain_neighbors_mse(data.bank.embeddings, data.bank.directions, few, few_labels, k)
            for k in range(1, max_k + 1)
        ]

    mine, other = time_in_turn([ours, original], repetitions, warm_up=0)
    scale = queries / plain_queries
    points = sweep(nearest_actions(data.bank, few, max_k), few_labels, (1.0,))
    return {
        "rows": rows, "queries": queries, "embedding_size": size, "max_k": max_k, "plain_queries_run": plain_queries,
        "ours_s": mine.median_ms / 1e3, "plain_s_scaled": scale * other.median_ms / 1e3,
        "speedup": scale * other.median_ms / mine.median_ms, "repetitions": repetitions,
        "ours_spread_s": [mine.p10_ms / 1e3, mine.p90_ms / 1e3],
        "plain_spread_s_scaled": [scale * other.p10_ms / 1e3, scale * other.p90_ms / 1e3],
        "largest_mse_difference": float(max(abs(p - point.mse) for p, point in zip(plain, points, strict=True))),
    }  # fmt: skip


def k_sweep_row(repetitions: int = 3, quick: bool = False) -> Row:
    """Time the sweep of k 1 to 50 over 640 queries and 4,260 rows against the original notebook's loops.

    Args:
        repetitions: Of both.
        quick: On a small bank and few queries.
    """
    found = (
        benchmark(rows=200, queries=8, size=64, max_k=5, repetitions=repetitions)
        if quick
        else benchmark(repetitions=repetitions)
    )
    return Row(
        row="k_sweep",
        ours=round(1e3 * found["ours_s"], 3),
        peer=round(1e3 * found["plain_s_scaled"], 1),
        peer_name=(
            f"the paper's pseudocode in loops for every k, run on {found['plain_queries_run']} of {found['queries']} "
            f"queries and scaled; MSEs differ by at most {found['largest_mse_difference']:.0e}"
        ),
        ratio=round(found["speedup"], 1),
        unit="ms",
        repetitions=repetitions,
        spread={
            "ours": [1e3 * value for value in found["ours_spread_s"]],
            "peer": [1e3 * value for value in found["plain_spread_s_scaled"]],
        },
    )
