from types import SimpleNamespace

import pytest

from vinn_training.tuning.summary import generalisation


def _said(alone: float, fitted: float, before: float) -> str:
    rows = ({"cost": alone, "fitted_cost": fitted, "start_cost": before},) * 2
    return generalisation(SimpleNamespace(left_out=rows))


@pytest.mark.parametrize(
    ("alone", "fitted", "before", "words"),
    [
        (0.11, 0.10, 0.30, "hardly depends on any single bag"),
        (0.20, 0.10, 0.30, "fitted to these bags"),
        (0.30, 0.10, 0.30, "nothing is gained: keep the starting point"),
        (0.10, 0.10, 0.10, "hardly depends on any single bag"),
    ],
)
def test_what_bags_that_were_left_out_say(alone: float, fitted: float, before: float, words: str) -> None:
    assert words in _said(alone, fitted, before)


def test_a_single_bag_is_said_to_be_one() -> None:
    assert "A single bag" in generalisation(SimpleNamespace(left_out=()))
