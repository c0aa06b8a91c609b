import pytest

pytest.importorskip("torch")

from vinn_training.evaluation.method_titles import TITLES
from vinn_training.evaluation.methods import METHODS, PRESETS, chosen_methods
from vinn_training.evaluation.paper_table import TABLE_3
from vinn_training.exceptions import InvalidInput


def test_every_column_of_the_paper_has_a_method() -> None:
    assert set(TABLE_3["door"]) <= set(METHODS)
    assert {name: method.title for name, method in METHODS.items()} == TITLES


@pytest.mark.parametrize("preset", PRESETS)
def test_every_method_can_be_made(preset) -> None:
    for method in METHODS.values():
        policy = method.make(PRESETS[preset], 0)
        assert callable(policy.fit)
        assert callable(policy.predict)


def test_names_are_checked() -> None:
    assert list(chosen_methods(())) == list(METHODS)
    assert list(chosen_methods(("vinn", "random"))) == ["vinn", "random"]
    with pytest.raises(InvalidInput, match="unknown method 'vin'; expected some of: random"):
        chosen_methods(("vin",))
    with pytest.raises(InvalidInput, match="twice"):
        chosen_methods(("vinn", "vinn"))
