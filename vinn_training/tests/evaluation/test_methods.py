import pytest

pytest.importorskip("torch")

from vinn_training.encoder.presets import PRESETS as ENCODERS
from vinn_training.evaluation.calibrated_neighbors import CalibratedNeighborsPolicy
from vinn_training.evaluation.method_titles import TITLES
from vinn_training.evaluation.methods import METHODS, PRESETS, chosen_methods
from vinn_training.evaluation.paper_table import TABLE_3
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.nearest_neighbors import NearestNeighborsPolicy
from vinn_training.policy.presets import PRESETS as REGRESSION
from vinn_training.policy.seven_numbers import SevenNumberPolicy


def test_every_column_of_the_paper_has_a_method() -> None:
    assert set(TABLE_3["door"]) <= set(METHODS)
    assert {name: method.title for name, method in METHODS.items()} == TITLES


@pytest.mark.parametrize("preset", PRESETS)
def test_every_method_can_be_made(preset) -> None:
    for method in METHODS.values():
        policy = method.make(PRESETS[preset], 0)
        assert callable(policy.fit)
        assert callable(policy.predict)


def test_a_preset_is_one_name_for_training_regression_and_methods() -> None:
    assert set(PRESETS) == set(ENCODERS) == set(REGRESSION)
    for name, config in PRESETS.items():
        assert config.regression == REGRESSION[name]


def test_neighbour_methods_average_what_the_preset_says() -> None:
    for name in ("vinn", "byol-scratch", "imagenet"):
        assert type(METHODS[name].make(PRESETS["dobbe"], 0)) is SevenNumberPolicy
        assert type(METHODS[name].make(PRESETS["vinn_code"], 0)) is NearestNeighborsPolicy


def test_only_the_small_preset_chooses_temperatures() -> None:
    assert [name for name, config in PRESETS.items() if config.calibrate_temperature] == ["small"]
    assert type(METHODS["vinn"].make(PRESETS["small"], 0)) is CalibratedNeighborsPolicy
    assert type(METHODS["vinn"].make(PRESETS["paper"], 0)) is NearestNeighborsPolicy


def test_names_are_checked() -> None:
    assert list(chosen_methods(())) == list(METHODS)
    assert list(chosen_methods(("vinn", "random"))) == ["vinn", "random"]
    with pytest.raises(InvalidInput, match="unknown method 'vin'; expected some of: random"):
        chosen_methods(("vin",))
    with pytest.raises(InvalidInput, match="twice"):
        chosen_methods(("vinn", "vinn"))
