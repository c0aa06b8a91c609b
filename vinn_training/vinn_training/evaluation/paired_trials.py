"""Two policies on the same trials: exact McNemar test, and an interval of the difference of their success rates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vinn_training.evaluation.wilson import Z_95, wilson
from vinn_training.exceptions import InvalidInput

#: What a success may mean, as in `trials.json`.
CRITERIA = ("handle_grasped", "door_opened")
#: What both must have in common, else their seeds do not mean the same scenes.
_SAME = ("scenes", "hinge", "condition", "starts")
#: A difference is called separated below this probability.
LEVEL = 0.05


class PairedRates(NamedTuple):
    """Outcomes of n pairs of trials, and what follows.

    Attributes:
        both: Pairs in which both succeeded.
        first_only: In which the first alone did.
        second_only: In which the second alone did.
        neither: In which none did.
        difference: Success rate of the first less that of the second.
        low: Lower end of the difference's 95 % interval.
        high: Upper end.
        p: Two-sided, of the exact McNemar test.
    """

    both: int
    first_only: int
    second_only: int
    neither: int
    difference: float
    low: float
    high: float
    p: float

    @property
    def verdict(self) -> str:
        """One of "first better", "second better" and "not separated", by the test."""
        if self.p >= LEVEL:
            return "not separated"
        return "first better" if self.difference > 0 else "second better"


def paired_rates(first: Sequence[bool], second: Sequence[bool]) -> PairedRates:
    """Compare successes trial by trial.

    Args:
        first: Of one policy.
        second: Of the other, in the same order.

    Raises:
        InvalidInput: If there is none, or they are not as many.
    """
    if len(first) != len(second) or not first:
        raise InvalidInput(f"{len(first)} and {len(second)} trials to compare; expected as many of both, one or more")
    pairs = list(zip(first, second, strict=True))
    both, first_only = pairs.count((True, True)), pairs.count((True, False))
    second_only, neither = pairs.count((False, True)), pairs.count((False, False))
    low, high = _difference_interval(both, first_only, second_only, neither)
    return PairedRates(
        both, first_only, second_only, neither, (first_only - second_only) / len(pairs), low, high,
        mcnemar_exact(first_only, second_only),
    )  # fmt: skip


def mcnemar_exact(first_only: int, second_only: int) -> float:
    """Return the two-sided p of the exact McNemar test (Q. McNemar, Psychometrika 12, 1947).

    Were both policies equally good, each pair that differs would favour either with probability 1/2: p is twice the
    tail of the binomial distribution of n = `first_only` + `second_only` and 1/2, at most 1.

    Args:
        first_only: Pairs in which the first alone succeeded.
        second_only: Pairs in which the second alone succeeded.

    Raises:
        InvalidInput: If a count is negative.
    """
    if first_only < 0 or second_only < 0:
        raise InvalidInput(f"{first_only} and {second_only} pairs that differ; expected zero or more")
    count, fewer = first_only + second_only, min(first_only, second_only)
    tail = sum(math.comb(count, index) for index in range(fewer + 1))
    return min(1.0, 2.0 * tail / 2**count)


def compare(first: Mapping[str, Any], second: Mapping[str, Any], criterion: str = "door_opened") -> PairedRates:
    """Compare two contents of `trials.json`.

    Args:
        first: Of one policy.
        second: Of another, on the same seeds.
        criterion: One of CRITERIA.

    Raises:
        InvalidInput: If the criterion is unknown, the trials are of other scenes, conditions or seeds, or one is not
            what this version writes.
    """
    if criterion not in CRITERIA:
        raise InvalidInput(f"criterion is '{criterion}'; expected one of: {', '.join(CRITERIA)}")
    try:
        for name in _SAME:
            if first[name] != second[name]:
                raise InvalidInput(
                    f"{name} is '{first[name]}' in one and '{second[name]}' in the other; expected trials of the same "
                    "scenes: run both with the same options"
                )
        trials = [{trial["seed"]: trial for trial in content["trials"]} for content in (first, second)]
        if trials[0].keys() != trials[1].keys():
            odd = sorted(trials[0].keys() ^ trials[1].keys())
            raise InvalidInput(
                f"seeds differ: {odd[:10]} are in one of them only; expected the same seeds: run both with the same "
                "--seed and --episodes"
            )
        for seed, trial in trials[0].items():
            if trial["scene"] != trials[1][seed]["scene"]:
                raise InvalidInput(
                    f"seed {seed} is scene {trial['scene']} in one and {trials[1][seed]['scene']} in the other; "
                    "expected the same scenes: run both with the same --cabinets"
                )
        columns = [[bool(side[seed][criterion]) for seed in sorted(trials[0])] for side in trials]
    except (KeyError, TypeError) as error:
        raise InvalidInput(
            f"one of the two trials.json lacks {error}; expected what this version of `vinn trials` writes"
        ) from error
    return paired_rates(columns[0], columns[1])


def _difference_interval(both: int, first_only: int, second_only: int, neither: int) -> tuple[float, float]:
    """Return Newcombe's interval of a paired difference (R. G. Newcombe, Statist. Med. 17, 1998, method 10).

    Wilson's intervals of the two rates, put together with the correlation of the pairs.
    """
    count = both + first_only + second_only + neither
    one, two = wilson(both + first_only, count, Z_95), wilson(both + second_only, count, Z_95)
    rates = one.k / count, two.k / count
    margins = (both + first_only) * (second_only + neither) * (both + second_only) * (first_only + neither)
    product = both * neither - first_only * second_only
    corrected = max(product - count / 2, 0.0) if product > 0 else float(product)
    phi = corrected / math.sqrt(margins) if margins else 0.0
    down = (rates[0] - one.low, two.high - rates[1])
    up = (one.high - rates[0], rates[1] - two.low)
    difference = rates[0] - rates[1]
    ends = [math.sqrt(max(0.0, a * a - 2.0 * phi * a * b + b * b)) for a, b in (down, up)]
    return max(-1.0, difference - ends[0]), min(1.0, difference + ends[1])
