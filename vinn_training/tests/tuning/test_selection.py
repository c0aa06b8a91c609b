from dataclasses import replace

import numpy as np
import pytest

from vinn_training.policy.config import PolicyConfig
from vinn_training.tuning.direction_score import DirectionScores, StepScores
from vinn_training.tuning.grid import TuningGrid
from vinn_training.tuning.grid_options import GridOptions, make_grid
from vinn_training.tuning.gripper_score import GripperScores, no_gripper_scores
from vinn_training.tuning.objective import Criteria, Scores
from vinn_training.tuning.selection import choose

START = PolicyConfig(
    k=5, temperature=1.0, action_scale=(0.5, 0.5, 0.5), gripper_close_below=0.4, gripper_open_above=0.6,
    hold_distance_quantile=1.0,
)  # fmt: skip


def _grid() -> TuningGrid:
    options = GridOptions(
        k=(1, 5), temperature=(1.0, 2.0), action_scale=(0.5, 1.0), close_below=(0.2, 0.3, 0.4, 0.5),
        open_above=(0.6,), hold_quantile=(0.9, 0.99, 1.0),
    )  # fmt: skip
    return make_grid(options, 1.0)


def _scores(
    mse: list[float], wrong: list[int] | None = None, held: tuple[int, int, int] = (0, 0, 0),
    step: StepScores | None = None,
) -> Scores:  # fmt: skip
    """100 frames; `mse` by regression, `wrong` frames by pair of thresholds."""
    shape = (4, 4, 3)
    gripper = no_gripper_scores(shape)
    if wrong is not None:
        counts = np.broadcast_to(np.array(wrong)[None, :, None], shape).astype(np.int64)
        zeros = np.zeros(shape, dtype=np.int64)
        gripper = GripperScores(100, 1, counts, zeros, zeros, zeros, zeros, zeros, zeros)
    squared = 100.0 * np.array(mse)
    direction = DirectionScores(100, 100, squared, np.tile(squared[:, None], 3), np.full(3, 100.0), np.zeros(4))
    nothing = StepScores(0, np.zeros((4, 3)), np.zeros((4, 3)), np.zeros(3))
    return Scores(100, np.array(held), direction, step or nothing, gripper)


def test_the_lowest_cost_and_the_strictest_hold_that_is_allowed() -> None:
    strict = replace(START, hold_distance_quantile=0.9)
    choice = choose(_scores([0.3, 0.1, 0.2, 0.4], [5, 1, 4, 4], (30, 2, 0)), _grid(), Criteria(), strict)
    assert (choice.config.k, choice.config.temperature) == (1, 2.0)
    assert choice.config.gripper_close_below == 0.3
    assert choice.config.hold_distance_quantile == 0.99
    assert not choice.notes


def test_a_hold_that_the_bags_allow_stays() -> None:
    for quantile in (0.9, 0.99, 1.0):
        start = replace(START, hold_distance_quantile=quantile)
        choice = choose(_scores([0.1, 0.2, 0.3, 0.4], held=(2, 2, 0)), _grid(), Criteria(), start)
        assert choice.config.hold_distance_quantile == quantile


def test_a_few_easy_frames_make_no_hold_stricter_than_its_meaning_allows() -> None:
    grid = make_grid(GridOptions(k=(1,), temperature=(1.0,), hold_quantile=(0.5, 0.9, 0.95)), 1.0)
    start = replace(START, k=1, hold_distance_quantile=0.5)
    scores = _scores([0.1, 0.2, 0.3, 0.4], held=(50, 3, 0))
    scores = replace(scores, direction=replace(scores.direction, squared=scores.direction.squared[:1]))
    grid = grid.including(start).fixed(("gripper_open_above",), start)
    gripper = no_gripper_scores((1, 1, 3))
    chosen = choose(replace(scores, gripper=gripper), grid, Criteria(max_held_share=0.05), start)
    assert chosen.config.hold_distance_quantile == 0.95


def test_where_nothing_is_better_the_starting_point_stays() -> None:
    choice = choose(_scores([0.2, 0.2, 0.2, 0.2], [1, 1, 1, 1], (3, 3, 3)), _grid(), Criteria(), START)
    assert choice.config == START
    assert "more than 2.0%" in choice.notes[0]


def test_of_thresholds_as_good_the_middle_ones_are_taken() -> None:
    choice = choose(_scores([0.1, 0.2, 0.3, 0.4], [0, 0, 0, 9]), _grid(), Criteria(), PolicyConfig(
        k=5, temperature=1.0, action_scale=(0.5, 0.5, 0.5), gripper_close_below=0.5, gripper_open_above=0.6,
        hold_distance_quantile=1.0,
    ))  # fmt: skip
    assert (choice.config.k, choice.config.gripper_close_below) == (1, 0.3)


def _steps(aa: list[float], ad: list[float], dd: list[float]) -> StepScores:
    return StepScores(100, np.tile(aa, (4, 1)), np.tile(ad, (4, 1)), np.array(dd))


def test_c_is_fitted_axis_by_axis() -> None:
    step = _steps([10.0, 20.0, 40.0], [2.0, 15.0, 60.0], [2.0, 12.0, 95.0])
    choice = choose(_scores([0.1, 0.2, 0.3, 0.4], step=step), _grid(), Criteria(), START)
    assert choice.config.action_scale == (0.2, 0.75, 1.0)
    assert "along forward the steps in the bags are 1.50 times what c 1 gives" in choice.notes[0]
    same = choose(_scores([0.1, 0.2, 0.3, 0.4], step=step), _grid(), Criteria(), START, per_axis=False)
    assert same.config.action_scale == (1.0, 1.0, 1.0)


def test_an_axis_that_says_nothing_keeps_the_grids_best_and_one_that_opposes_is_told() -> None:
    step = _steps([0.001, 20.0, 40.0], [0.0005, -5.0, 20.0], [0.001, 3.0, 12.0])
    choice = choose(_scores([0.1, 0.2, 0.3, 0.4], step=step), _grid(), Criteria(), START)
    assert choice.config.action_scale == (0.5, 0.5, 0.5)
    assert len(choice.notes) == 1
    assert "along down the robot went against" in choice.notes[0]
    assert choice.config.action_scale[2] == pytest.approx(20.0 / 40.0)
