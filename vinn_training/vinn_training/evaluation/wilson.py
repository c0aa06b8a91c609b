"""The Wilson score interval of a success rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from vinn_training.exceptions import InvalidInput

#: Standard normal quantile at 97.5 %, for an interval of 95 %.
Z_95 = 1.959963984540054


class SuccessRate(NamedTuple):
    """k successes in n trials, with the ends of the interval of the rate, each in [0, 1]."""

    k: int
    n: int
    low: float
    high: float


def wilson(successes: int, trials: int, z: float = Z_95) -> SuccessRate:
    """Return the Wilson score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).

    Args:
        successes: k, from 0 to `trials`.
        trials: n, one or more.
        z: Standard normal quantile of the wanted coverage.

    Raises:
        InvalidInput: If there is no trial, or more successes than trials or fewer than none.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise InvalidInput(f"{successes} successes in {trials} trials; expected 0 <= successes <= trials, trials >= 1")
    rate = successes / trials
    shrink = 1.0 + z**2 / trials
    center = (rate + z**2 / (2 * trials)) / shrink
    half = z / shrink * math.sqrt(rate * (1 - rate) / trials + z**2 / (4 * trials**2))
    # At k = 0 and k = n the ends are 0 and 1; rounding must not say otherwise.
    low = 0.0 if successes == 0 else max(0.0, center - half)
    high = 1.0 if successes == trials else min(1.0, center + half)
    return SuccessRate(successes, trials, low, high)


def rate(successes: Sequence[bool]) -> dict[str, float | int]:
    """Return successes, trials and the ends of the 95 % interval as plain JSON types; of no trial, from 0 to 1."""
    if not successes:
        return {"k": 0, "n": 0, "low": 0.0, "high": 1.0}
    found = wilson(sum(successes), len(successes))
    return {"k": found.k, "n": found.n, "low": round(found.low, 4), "high": round(found.high, 4)}
