import pytest

from vinn_training.evaluation.paired_trials import paired_rates
from vinn_training.evaluation.table1_words import comparison_words, note, place, pooled_words

NAMES = {"bc-rep": "BC-rep"}
WHERE = {"table": "II", "scenes": "held-out", "hinge": "left", "condition": "signs-one-bin", "starts": "wide"}


def _item(first: list[bool], second: list[bool], criterion: str = "door_opened") -> dict:
    found = paired_rates(first, second)
    return {**WHERE, "second": "bc-rep", "criterion": criterion, **found._asdict(), "verdict": found.verdict}


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([True] * 8, [False] * 8, "VINN opens more doors than BC-rep: 8 against 0 of 8; difference +100 points"),
        ([False] * 8, [True] * 8, "VINN opens fewer doors than BC-rep: 0 against 8 of 8; difference -100 points"),
        (
            [True, False],
            [False, True],
            "VINN opens doors not separably more or less often than BC-rep: 1 against 1 of 2",
        ),
    ],
)
def test_a_comparison_is_said_whichever_way_it_falls(first: list[bool], second: list[bool], words: str) -> None:
    said = comparison_words(_item(first, second), NAMES)
    assert said.startswith("held-out cabinets, hinge on the left, signs, handle and one bin covered: ")
    assert words in said


def test_the_handle_has_its_own_words() -> None:
    assert "VINN grasps the handle of more doors than BC-rep" in comparison_words(
        _item([True] * 8, [False] * 8, "handle_grasped"), NAMES
    )


@pytest.mark.parametrize(("low", "verdict"), [(-0.1, "not separated"), (0.1, "separated")])
def test_all_conditions_together(low: float, verdict: str) -> None:
    rate = {"k": 3, "n": 4, "low": 0.3, "high": 0.9}
    item = {"scenes": "training", "first_rate": rate, "second_rate": {**rate, "k": 2}, "difference": 0.25, "low": low,
            "high": 0.5}  # fmt: skip
    said = pooled_words(item, NAMES)
    assert "VINN opens 3 of 4 doors, BC-rep 2: difference +25 points" in said
    assert said.endswith(f": {verdict}")


def test_places_and_what_the_numbers_are() -> None:
    assert place({**WHERE, "condition": "none"}) == "held-out cabinets, hinge on the left"
    assert "Wilson" in note()
    assert "McNemar" in note()
