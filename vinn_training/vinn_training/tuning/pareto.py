"""Settings that no other one beats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput


def pareto_front(costs: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the rows that no other row beats: as low in every column and lower in one.

    Of rows that are all equal, the first stands for them.

    Args:
        costs: (N, M), lower is better.

    Returns:
        Row numbers, rising.

    Raises:
        InvalidInput: If there is no row, or a cost is NaN.
    """
    if costs.ndim != 2 or 0 in costs.shape or np.isnan(costs).any():
        raise InvalidInput(f"costs have shape {costs.shape}; expected (N, M) without NaN, neither zero")
    values, first = np.unique(costs, axis=0, return_index=True)
    # In order of the sum, a row can be beaten only by earlier ones.
    order = np.argsort(values.sum(axis=1), kind="stable")
    left = values[order]
    rows = first[order]
    place = 0
    while place < len(left):
        stays = (left < left[place]).any(axis=1)
        stays[place] = True
        left, rows = left[stays], rows[stays]
        place = int(stays[: place + 1].sum())
    return np.sort(rows)
