import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinn_training.evaluation.wilson import Z_95, rate, wilson
from vinn_training.exceptions import InvalidInput


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (8, 10, 0.4901625, 0.9433178),
        (18, 20, 0.6989664, 0.9721335),
        (0, 10, 0.0, 0.2775328),
        (24, 30, 0.6269430, 0.9049489),  # VINN, table I: 80 %
    ],
)
def test_known_answers(k: int, n: int, low: float, high: float) -> None:
    rate = wilson(k, n)

    assert (rate.k, rate.n) == (k, n)
    assert rate.low == pytest.approx(low, abs=1e-6)
    assert rate.high == pytest.approx(high, abs=1e-6)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_ends_are_the_rates_that_the_score_test_just_accepts(trials: tuple[int, int]) -> None:
    """The interval's definition, found by bisection instead of the formula."""
    k, n = trials
    observed = k / n

    def accepted(rate: float) -> bool:
        return abs(observed - rate) <= Z_95 * math.sqrt(rate * (1 - rate) / n)

    def boundary(inside: float, outside: float) -> float:
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if accepted(middle) else (inside, middle)
        return inside

    rate = wilson(k, n)
    assert rate.low == pytest.approx(boundary(observed, 0.0) if k else 0.0, abs=1e-9)
    assert rate.high == pytest.approx(boundary(observed, 1.0) if k < n else 1.0, abs=1e-9)
    assert rate.low <= observed <= rate.high


@pytest.mark.parametrize(("k", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_counts_that_cannot_be_are_refused(k: int, n: int) -> None:
    with pytest.raises(InvalidInput, match=str(n)):
        wilson(k, n)


def test_a_rate_of_no_trial_may_be_anything() -> None:
    assert rate([]) == {"k": 0, "n": 0, "low": 0.0, "high": 1.0}
    assert rate([True] * 8 + [False] * 2) == {"k": 8, "n": 10, "low": 0.4902, "high": 0.9433}
