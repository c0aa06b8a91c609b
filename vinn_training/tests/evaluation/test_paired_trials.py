import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.evaluation.paired_trials import compare, mcnemar_exact, paired_rates
from vinn_training.exceptions import InvalidInput

counts = st.integers(0, 40)


def _trials(successes: dict[int, bool], **changes) -> dict:
    trials = [
        {"seed": seed, "scene": f"oak/{seed}", "door_opened": success, "handle_grasped": True}
        for seed, success in successes.items()
    ]
    content = {"policy": "p", "scenes": "training", "hinge": "right", "condition": "none", "starts": "wide"}
    return content | {"trials": trials} | changes


def _outcomes(both: int, first_only: int, second_only: int, neither: int) -> tuple[list[bool], list[bool]]:
    pairs = [(True, True)] * both + [(True, False)] * first_only
    pairs += [(False, True)] * second_only + [(False, False)] * neither
    return [first for first, _ in pairs], [second for _, second in pairs]


@pytest.mark.parametrize(
    ("first_only", "second_only", "p"),
    [
        (0, 0, 1.0),
        (3, 3, 1.0),
        (5, 0, 0.0625),  # 2 / 2^5
        (6, 0, 0.03125),
        (1, 9, 22 / 1024),  # 2 (1 + 10) / 2^10
        (10, 2, 158 / 4096),  # 2 (1 + 12 + 66) / 2^12
    ],
)
def test_mcnemar_by_hand(first_only: int, second_only: int, p: float) -> None:
    assert mcnemar_exact(first_only, second_only) == pytest.approx(p, abs=1e-12)
    assert mcnemar_exact(second_only, first_only) == mcnemar_exact(first_only, second_only)


def test_mcnemar_is_the_binomial_test_of_the_pairs_that_differ() -> None:
    stats = pytest.importorskip("scipy.stats")
    for first_only, second_only in itertools.product(range(0, 41, 3), range(1, 41, 3)):
        expected = stats.binomtest(first_only, first_only + second_only, 0.5).pvalue
        assert mcnemar_exact(first_only, second_only) == pytest.approx(expected, rel=1e-9)


def test_counts_and_difference() -> None:
    found = paired_rates(*_outcomes(4, 7, 1, 3))
    assert (found.both, found.first_only, found.second_only, found.neither) == (4, 7, 1, 3)
    assert found.difference == pytest.approx(6 / 15)
    assert found.p == pytest.approx(mcnemar_exact(7, 1))
    assert found.verdict == "not separated"
    assert paired_rates(*_outcomes(0, 9, 0, 1)).verdict == "first better"
    assert paired_rates(*_outcomes(0, 0, 9, 1)).verdict == "second better"


def test_the_interval_by_hand() -> None:
    """20 pairs, 12 both, 6 only the first, 2 neither: Wilson's (0.69897, 0.97213) and (0.38658, 0.78119)."""
    found = paired_rates(*_outcomes(12, 6, 0, 2))
    phi = (12 * 2 - 20 / 2) / math.sqrt(18 * 2 * 12 * 8)
    down, up = (0.9 - 0.6989664, 0.7811935 - 0.6), (0.9721335 - 0.9, 0.6 - 0.3865815)
    low = 0.3 - math.sqrt(down[0] ** 2 - 2 * phi * down[0] * down[1] + down[1] ** 2)
    high = 0.3 + math.sqrt(up[0] ** 2 - 2 * phi * up[0] * up[1] + up[1] ** 2)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-5), pytest.approx(high, abs=1e-5))


@settings(deadline=None)
@given(counts, counts, counts, st.integers(1, 40))
def test_the_interval_holds_the_difference_and_turns_with_the_sides(a: int, b: int, c: int, d: int) -> None:
    found, turned = paired_rates(*_outcomes(a, b, c, d)), paired_rates(*_outcomes(a, c, b, d))
    assert -1.0 <= found.low <= found.difference <= found.high <= 1.0
    assert (turned.low, turned.high) == (pytest.approx(-found.high), pytest.approx(-found.low))


@pytest.mark.parametrize("truth", [(0.4, 0.3, 0.1, 0.2), (0.7, 0.2, 0.05, 0.05), (0.25, 0.25, 0.25, 0.25)])
def test_95_percent_of_experiments_have_the_truth_in_their_interval(truth: tuple[float, ...]) -> None:
    """All experiments of 14 pairs, each with its probability: what the words "95 % interval" promise."""
    covered = 0.0
    for both, first, second in itertools.product(range(15), repeat=3):
        neither = 14 - both - first - second
        if neither < 0:
            continue
        cells = (both, first, second, neither)
        ways = math.factorial(14) / np.prod([math.factorial(cell) for cell in cells])
        found = paired_rates(*_outcomes(*cells))
        if found.low <= truth[1] - truth[2] <= found.high:
            covered += ways * np.prod([p**cell for p, cell in zip(truth, cells, strict=True)])
    assert 0.93 <= covered <= 0.995


def test_trials_are_paired_by_seed_and_not_by_place() -> None:
    first = _trials({0: True, 1: False, 2: True})
    second = _trials({2: False, 1: False, 0: True})
    found = compare(first, second)
    assert (found.both, found.first_only, found.second_only, found.neither) == (1, 1, 0, 1)
    assert compare(first, second, "handle_grasped").both == 3


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (_trials({0: True, 2: True}), r"seeds differ: \[1, 2\]"),
        (_trials({0: True, 1: True}, hinge="left"), "hinge is 'right' in one and 'left'"),
        (_trials({0: True, 1: True}, condition="signs"), "condition is 'none'"),
        (_trials({0: True, 1: True}, starts="paper"), "starts is 'wide'"),
        ({"policy": "p"}, "lacks 'scenes'"),
    ],
)
def test_other_trials_are_refused(second: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        compare(_trials({0: True, 1: True}), second)


def test_the_same_seed_in_another_scene_is_refused() -> None:
    second = _trials({0: True})
    second["trials"][0]["scene"] = "navy/0"
    with pytest.raises(InvalidInput, match="--cabinets"):
        compare(_trials({0: True}), second)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InvalidInput, match="criterion is 'speed'"):
        compare(_trials({0: True}), _trials({0: True}), "speed")
    with pytest.raises(InvalidInput, match="0 and 0 trials"):
        paired_rates([], [])
    with pytest.raises(InvalidInput, match="-1"):
        mcnemar_exact(-1, 2)
