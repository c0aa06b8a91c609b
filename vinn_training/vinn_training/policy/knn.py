"""Locally weighted regression over the k nearest neighbours (VINN, section III.C), in NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput


def softmin_weights(distances: NDArray[np.float64], temperature: float = 1.0) -> NDArray[np.float64]:
    """Return exp(-d_i / temperature) / sum_j exp(-d_j / temperature); the paper's weights at temperature 1.

    The smallest distance is taken off first, which changes nothing but keeps far queries from dividing 0 by 0.

    Args:
        distances: (k,) float64, not negative.
        temperature: Positive; in the unit of the distances.

    Returns:
        (k,) float64, positive or zero, with sum 1.

    Raises:
        InvalidInput: If there is no distance, one is negative or not finite, or the temperature is not positive.
    """
    values = np.asarray(distances, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise InvalidInput(f"distances have shape {values.shape}; expected (k,) with k at least 1")
    if not np.isfinite(values).all() or (values < 0.0).any():
        raise InvalidInput("distances hold a negative number, NaN or infinity; expected finite numbers, 0 or more")
    if not (np.isfinite(temperature) and temperature > 0.0):
        raise InvalidInput(f"temperature is {temperature}; expected a positive number")
    weights = np.exp(-(values - values.min()) / temperature)
    return np.asarray(weights / weights.sum())


def regress(values: NDArray[np.floating], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sum_i w_i v_i: of (k, m) values (m,), of (k,) values a scalar array; in float64.

    Raises:
        InvalidInput: If there is not one weight a value.
    """
    if len(values) != len(weights):
        raise InvalidInput(f"{len(values)} values and {len(weights)} weights; expected as many")
    return np.asarray(weights @ np.asarray(values, dtype=np.float64))


def regress_every_k(
    distances: NDArray[np.float64], values: NDArray[np.floating], temperature: float = 1.0
) -> NDArray[np.float64]:
    """Return for many queries what `softmin_weights` and `regress` give with the nearest 1, 2, ..., K neighbours.

    Running sums over the neighbours replace K regressions by one.

    Args:
        distances: (Q, K), nearest first, not negative.
        values: (Q, K, m), of the same neighbours.
        temperature: Positive; in the unit of the distances.

    Returns:
        (Q, K, m) float64; [:, k - 1] is the answer of the k nearest.

    Raises:
        InvalidInput: If shapes differ, a distance is negative, not finite or out of order, or the temperature is not
            positive.
    """
    near = np.asarray(distances, dtype=np.float64)
    actions = np.asarray(values, dtype=np.float64)
    if near.ndim != 2 or near.shape[1] == 0 or actions.ndim != 3 or actions.shape[:2] != near.shape:
        raise InvalidInput(f"distances have shape {near.shape} and values {actions.shape}; expected (Q, K), (Q, K, m)")
    if not np.isfinite(near).all() or (near < 0.0).any() or (np.diff(near, axis=1) < 0.0).any():
        raise InvalidInput("distances hold a negative number, NaN or infinity, or are not nearest first")
    if not (np.isfinite(temperature) and temperature > 0.0):
        raise InvalidInput(f"temperature is {temperature}; expected a positive number")
    weights = np.exp(-(near - near[:, :1]) / temperature)
    sums = np.cumsum(weights[:, :, None] * actions, axis=1)
    return np.asarray(sums / np.cumsum(weights, axis=1)[:, :, None])
