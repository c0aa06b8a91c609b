"""Figure 6: the error of neighbour regression against k and temperature, from one search a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank
from vinn_training.bank.index import ExactIndex
from vinn_training.contracts import FloatArray
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.knn import regress_every_k


@dataclass(frozen=True)
class SweepPoint:
    """The error at one k and temperature.

    Attributes:
        k: Neighbours.
        temperature: Of the softmin.
        mse: The paper's MSE: mean over components, then over test frames.
    """

    k: int
    temperature: float
    mse: float

    def to_row(self) -> dict[str, Any]:
        """Return a row of a table."""
        return asdict(self)


class NearestActions(NamedTuple):
    """The K nearest rows of Q queries.

    Attributes:
        distances: (Q, K) float64, nearest first.
        directions: (Q, K, 3) float32.
    """

    distances: NDArray[np.float64]
    directions: FloatArray


def nearest_actions(bank: Bank, queries: FloatArray, k: int) -> NearestActions:
    """Search each query once.

    Args:
        bank: Training frames.
        queries: (Q, D) embeddings of test frames.
        k: Neighbours; all rows where the bank has fewer.

    Raises:
        InvalidInput: If there is no query, or it does not fit the bank.
    """
    if not len(queries):
        raise InvalidInput("no test frames to sweep over; expected at least one")
    index = ExactIndex(bank.embeddings)
    found = [index.query(query, k) for query in queries]
    return NearestActions(
        np.stack([item.distances for item in found]), bank.directions[np.stack([item.rows for item in found])]
    )


def sweep(nearest: NearestActions, labels: NDArray[Any], temperatures: Sequence[float]) -> list[SweepPoint]:
    """Return the error for every k from 1 to K and every temperature.

    Args:
        nearest: Of the test frames.
        labels: (Q, 3) their directions.
        temperatures: Positive.

    Raises:
        InvalidInput: If shapes differ or a temperature is not positive.
    """
    truth = np.asarray(labels, dtype=np.float64)
    if truth.shape != (len(nearest.distances), 3):
        raise InvalidInput(f"labels have shape {truth.shape}; expected ({len(nearest.distances)}, 3)")
    points = []
    for temperature in temperatures:
        answers = regress_every_k(nearest.distances, nearest.directions, temperature)
        errors = ((answers - truth[:, None, :]) ** 2).mean(axis=(0, 2))
        points += [SweepPoint(k + 1, float(temperature), float(error)) for k, error in enumerate(errors)]
    return points


def best(points: Sequence[SweepPoint]) -> SweepPoint:
    """Return the point of lowest error, the smallest k among equals.

    Raises:
        InvalidInput: If there is no point.
    """
    if not points:
        raise InvalidInput("no points to choose from; expected at least one")
    return min(points, key=lambda point: (point.mse, point.k))
