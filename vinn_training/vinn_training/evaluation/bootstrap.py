"""Confidence intervals of a mean over frames, by drawing whole demonstrations.

Frames of one demonstration look alike, so intervals that treat frames as independent are too narrow: the bootstrap
draws demonstrations with replacement (Efron's percentile interval).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

DRAWS = 2000


class Interval(NamedTuple):
    """A 95 % interval.

    Attributes:
        low: 2.5 % quantile.
        high: 97.5 % quantile.
    """

    low: float
    high: float


def bootstrap_mean(sums: NDArray[Any], counts: NDArray[Any], seed: int = 0, draws: int = DRAWS) -> Interval:
    """Return the interval of sum(sums) / sum(counts) over demonstrations.

    Args:
        sums: (N,) error summed over the frames of each demonstration; a difference of two methods' errors where they
            are compared.
        counts: (N,) frames of each, positive.
        seed: Of the draws.
        draws: How many.

    Raises:
        InvalidInput: If shapes differ or there is no demonstration.
    """
    totals, frames = np.asarray(sums, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    if totals.shape != frames.shape or totals.ndim != 1 or not len(totals) or (frames <= 0).any():
        raise InvalidInput(
            f"sums have shape {totals.shape}, counts {frames.shape}; expected (N,) both, counts positive"
        )
    chosen = np.random.default_rng(seed).integers(0, len(totals), (draws, len(totals)))
    means = totals[chosen].sum(axis=1) / frames[chosen].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(low), float(high))
