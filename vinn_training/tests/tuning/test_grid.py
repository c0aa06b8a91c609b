import itertools

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.gripper import GripperThresholds
from vinn_training.tuning.grid import Place, TuningGrid
from vinn_training.tuning.grid_options import GridOptions, make_grid


def _grid() -> TuningGrid:
    return make_grid(
        GridOptions(
            k=(5, 1, 5), temperature=(0.5, 2.0), action_scale=(0.5, 1.0), close_below=(0.2, 0.6), open_above=(0.4, 0.8),
            hold_quantile=(0.9, 1.0),
        ),
        1.0,
    )  # fmt: skip


def test_values_are_sorted_once_and_pairs_are_not_crossed() -> None:
    grid = _grid()
    assert grid.k == (1, 5)
    assert [(pair.close_below, pair.open_above) for pair in grid.thresholds] == [(0.2, 0.4), (0.2, 0.8), (0.6, 0.8)]
    assert grid.regressions == 4
    assert grid.size == 2 * 2 * 2 * 3 * 2


def test_every_place_is_a_different_setting_and_found_again() -> None:
    grid = _grid()
    places = [
        Place(*place)
        for place in itertools.product(
            range(grid.regressions), range(len(grid.action_scale)), range(len(grid.thresholds)),
            range(len(grid.hold_distance_quantile)),
        )
    ]  # fmt: skip
    settings = [grid.config(place) for place in places]
    assert len(set(settings)) == grid.size
    assert [grid.place_of(setting) for setting in settings] == places
    assert {(setting.k, setting.temperature) for setting in settings} == set(itertools.product((1, 5), (0.5, 2.0)))


def test_the_starting_point_is_added_and_can_be_kept() -> None:
    start = PolicyConfig(k=7, temperature=1.5, action_scale=(0.3, 0.4, 0.5))
    grid = _grid().including(start)
    assert grid.config(grid.place_of(start)) == start
    kept = grid.fixed(("k", "gripper_open_above"), start)
    assert (kept.k, kept.thresholds) == ((7,), (GripperThresholds(0.4, 0.6),))
    assert kept.temperature == grid.temperature
    with pytest.raises(InvalidInput, match="does not hold"):
        kept.place_of(PolicyConfig(k=5))
