"""The setting to take: a hold that the bags allow, the lowest cost, and then the c that fits best."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vinn_training.policy.config import PolicyConfig
from vinn_training.tuning.grid import Place, Scale, TuningGrid
from vinn_training.tuning.objective import Criteria, Scores

#: Costs that differ by less are equal.
_EQUAL = 1e-9
#: Thresholds whose gripper errors differ by less are as good: two frames in a hundred may be chance.
_AS_GOOD = 0.02
#: An axis with less than this part of the motion says nothing about its c.
_LEAST_PART = 0.01
#: c is rounded to this.
_SCALE_DIGITS = 2


@dataclass(frozen=True)
class Choice:
    """The chosen setting.

    Attributes:
        config: The setting; its c may lie between the grid's values.
        place: In the grid; its c is the grid's best.
        notes: What people should know about the choice.
    """

    config: PolicyConfig
    place: Place
    notes: tuple[str, ...] = ()


def choose(scores: Scores, grid: TuningGrid, criteria: Criteria, start: PolicyConfig, per_axis: bool = True) -> Choice:
    """Choose a setting.

    1. The starting point's hold_distance_quantile, if under it the robot holds on no more frames than allowed. Else
       the strictest that is allowed, by the bags and by its own meaning: of frames like the demonstrations', one in
       ten is farther than quantile 0.9.
    2. k and temperature of lowest cost. Of thresholds that are about as good, those of the starting point, or else
       those in the middle: at the edge, a little noise would open or close the gripper.
    3. The c of lowest error of c (.) a_hat.

    Args:
        scores: Over all bags that may be looked at.
        grid: The settings; it holds the start's values.
        criteria: What counts.
        start: The starting point.
        per_axis: Fit c axis by axis; else it is the best of the grid.
    """
    notes: list[str] = []
    home = grid.place_of(start)
    quantile = _hold(scores, grid, criteria, home, notes)
    tolerance = _AS_GOOD * criteria.gripper_weight
    regression, thresholds = _cheapest(scores.cost(criteria)[:, :, quantile], tolerance, grid, home)
    errors = np.array([scores.step_error(scale)[regression] for scale in grid.action_scale])
    best = int(errors.argmin())
    scale = home.scale if errors[home.scale] <= errors[best] + _EQUAL else best
    place = Place(regression, scale, thresholds, quantile)
    config = grid.config(place)
    if per_axis and scores.step.frames and len(grid.action_scale) > 1:
        config = replace(config, action_scale=_fitted_scale(scores, regression, config.action_scale, notes))
    return Choice(config, place, tuple(notes))


def _hold(scores: Scores, grid: TuningGrid, criteria: Criteria, home: Place, notes: list[str]) -> int:
    few = scores.held_share <= criteria.max_held_share
    if few[home.quantile] or len(few) == 1:
        return home.quantile
    by_meaning = 1.0 - np.array(grid.hold_distance_quantile) <= criteria.max_held_share + _EQUAL
    allowed = np.flatnonzero(few & by_meaning)
    if len(allowed):
        return int(allowed[0])
    last = len(grid.hold_distance_quantile) - 1
    notes.append(
        f"even hold_distance_quantile {grid.hold_distance_quantile[last]:g} holds on "
        f"{scores.held_share[last]:.1%} of the frames, more than {criteria.max_held_share:.1%}: the bags show what no "
        "demonstration shows"
    )
    return last


def _cheapest(costs: NDArray[np.float64], tolerance: float, grid: TuningGrid, home: Place) -> tuple[int, int]:
    """Return regression and pair; `costs` is (R, P), `tolerance` for pairs."""
    lowest = costs.min(axis=1)
    rows = np.flatnonzero(lowest <= costs.min() + _EQUAL)
    regression = home.regression if home.regression in rows else int(rows[0])
    pairs = np.flatnonzero(costs[regression] <= lowest[regression] + tolerance + _EQUAL)
    if home.thresholds in pairs:
        return regression, home.thresholds
    values = np.array([(grid.thresholds[pair].close_below, grid.thresholds[pair].open_above) for pair in pairs])
    return regression, int(pairs[((values - values.mean(axis=0)) ** 2).sum(axis=1).argmin()])


def _fitted_scale(scores: Scores, regression: int, best: Scale, notes: list[str]) -> Scale:
    """Return the least squares c of each axis, and the grid's best where an axis says nothing."""
    step = scores.step
    fitted = list(best)
    for axis, name in enumerate(("right", "down", "forward")):
        if step.dd[axis] < _LEAST_PART * step.dd.sum() or step.aa[regression, axis] <= 0.0:
            continue
        value = float(step.ad[regression, axis] / step.aa[regression, axis])
        if value <= 0.0:
            notes.append(
                f"along {name} the robot went against what the neighbours say: check the camera's mount; its c is "
                f"{best[axis]:g}, unfitted"
            )
            continue
        if value > 1.0:
            notes.append(
                f"along {name} the steps in the bags are {value:.2f} times what c 1 gives: a larger step length of the "
                "bridge would repeat them"
            )
        fitted[axis] = round(min(max(value, 10.0**-_SCALE_DIGITS), 1.0), _SCALE_DIGITS)
    right, down, forward = fitted
    return right, down, forward
