import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.tuning.grid_options import GridOptions, make_grid, usual_temperatures


def test_usual_temperatures_follow_the_distances_within_what_the_node_takes() -> None:
    assert usual_temperatures(10.0)[0] == pytest.approx(0.1)
    assert usual_temperatures(10.0)[-1] == pytest.approx(50.0)
    assert usual_temperatures(0.0) == usual_temperatures(1.0)
    assert min(usual_temperatures(1e-6)) == 1e-3
    assert max(usual_temperatures(1e6)) == 1e3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (GridOptions(k=(0,)), "k is 0"),
        (GridOptions(temperature=(float("nan"),)), "temperature is nan"),
        (GridOptions(temperature=(1e-4,)), "the policy node takes 0.001 to 1000"),
        (GridOptions(action_scale=(1.5,)), "action_scale"),
        (GridOptions(close_below=(0.9,), open_above=(0.1,)), "crossed in every pair"),
        (GridOptions(close_below=(-0.1,)), "close_below=-0.1"),
        (GridOptions(hold_quantile=(1.1,)), "hold_distance_quantile is 1.1"),
    ],
)
def test_values_that_the_policy_does_not_take_are_named(options: GridOptions, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        make_grid(options, 1.0)
