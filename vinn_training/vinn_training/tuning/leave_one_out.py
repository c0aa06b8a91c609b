"""Whether a setting is fitted to the very bags: each bag is judged by the setting that the others choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vinn_training.policy.config import PolicyConfig
from vinn_training.tuning.grid import Place, TuningGrid
from vinn_training.tuning.objective import Criteria, Scores, total
from vinn_training.tuning.selection import Choice, choose
from vinn_training.tuning.settings_table import setting_row


def leave_one_out(
    scores: Mapping[str, Scores],
    grid: TuningGrid,
    criteria: Criteria,
    start: PolicyConfig,
    chosen: Choice,
    step_length_m: float,
    per_axis: bool,
) -> list[dict[str, Any]]:
    """Return for every bag its errors by the setting that the other bags choose, by that of all bags, and before.

    Args:
        scores: Of every bag, by name.
        grid: The settings.
        criteria: What counts.
        start: The starting point.
        chosen: What all bags choose.
        step_length_m: Motion of the bridge for an action of length 1.
        per_axis: As for `choose`.

    Returns:
        Rows of `setting_row` with the bag's name as role, `fitted_cost` of the setting that all bags choose and
        `start_cost` of the starting point; none where there is a single bag.
    """
    if len(scores) < 2:
        return []
    rows = []
    for name, mine in scores.items():
        others = total([item for other, item in scores.items() if other != name])
        choice = choose(others, grid, criteria, start, per_axis)
        row = setting_row(name, choice.config, choice.place, mine, criteria, step_length_m)
        rows.append({
            **row, "fitted_cost": cost_at(mine, chosen.place, criteria),
            "start_cost": cost_at(mine, grid.place_of(start), criteria),
        })  # fmt: skip
    return rows


def cost_at(scores: Scores, place: Place, criteria: Criteria) -> float:
    """Return the cost of one setting."""
    return float(scores.cost(criteria)[place.regression, place.thresholds, place.quantile])
