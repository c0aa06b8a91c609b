import numpy as np

from vinn_training.policy.config import PolicyConfig
from vinn_training.tuning.direction_score import DirectionScores, no_step_scores
from vinn_training.tuning.grid_options import GridOptions, make_grid
from vinn_training.tuning.gripper_score import no_gripper_scores
from vinn_training.tuning.leave_one_out import leave_one_out
from vinn_training.tuning.objective import Criteria, Scores, total
from vinn_training.tuning.selection import choose

START = PolicyConfig(k=5, temperature=1.0, action_scale=(1.0, 1.0, 1.0), hold_distance_quantile=1.0)
GRID = make_grid(
    GridOptions(k=(1, 5), temperature=(1.0,), action_scale=(1.0,), close_below=(0.4,), open_above=(0.6,),
                hold_quantile=(1.0,)),
    1.0,
)  # fmt: skip


def _bag(mse: tuple[float, float]) -> Scores:
    squared = 10.0 * np.array(mse)
    direction = DirectionScores(10, 10, squared, squared[:, None], np.array([10.0]), np.zeros(2))
    return Scores(10, np.array([0]), direction, no_step_scores(2), no_gripper_scores((2, 1, 1)))


def test_each_bag_is_judged_by_the_choice_of_the_others() -> None:
    # One bag likes k 1 so much that all together choose it; without that bag, the others choose k 5.
    scores = {"odd": _bag((0.0, 0.9)), "b": _bag((0.3, 0.2)), "c": _bag((0.3, 0.2))}
    chosen = choose(total(list(scores.values())), GRID, Criteria(), START)
    assert chosen.config.k == 1
    rows = leave_one_out(scores, GRID, Criteria(), START, chosen, 0.05, per_axis=True)
    assert [(row["role"], row["k"], row["cost"], row["fitted_cost"]) for row in rows] == [
        ("odd", 5, 0.9, 0.0), ("b", 1, 0.3, 0.3), ("c", 1, 0.3, 0.3),
    ]  # fmt: skip
    assert [row["start_cost"] for row in rows] == [0.9, 0.2, 0.2]  # k 5


def test_a_single_bag_cannot_be_left_out() -> None:
    chosen = choose(_bag((0.1, 0.2)), GRID, Criteria(), START)
    assert leave_one_out({"a": _bag((0.1, 0.2))}, GRID, Criteria(), START, chosen, 0.05, per_axis=True) == []
