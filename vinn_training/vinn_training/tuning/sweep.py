"""Scores of every setting of a grid on one bag, from its cached neighbours.

Nothing is computed twice: the direction depends on k and temperature alone, c and the thresholds are applied to what
comes of it, and a hold quantile says which frames count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.tuning.direction_score import (
    direction_scores,
    no_direction_scores,
    no_step_scores,
    step_scores,
)
from vinn_training.tuning.grid import TuningGrid
from vinn_training.tuning.gripper_score import gripper_scores, no_gripper_scores
from vinn_training.tuning.neighbors_cache import CachedNeighbors, regressions
from vinn_training.tuning.objective import Scores


@dataclass(frozen=True, eq=False)
class Truth:
    """What really happened in T frames; None where it is not known.

    Attributes:
        directions: (T, 3) float64, unit or zero, camera optical frame.
        displacements: (T, 3) float64, camera optical frame, in units of the step length.
        gripper: (T,) openings, 0 closed to 1 open.
        waiting: (T,) bool, frames at rest that are no part of the direction's error; none where None.
    """

    directions: NDArray[np.float64] | None
    displacements: NDArray[np.float64] | None
    gripper: NDArray[np.floating] | None
    waiting: NDArray[np.bool_] | None = None


def sweep(neighbors: CachedNeighbors, truth: Truth, grid: TuningGrid, window_frames: int) -> Scores:
    """Return the scores of all settings on one bag.

    Args:
        neighbors: Of the bag's T frames, as many as the grid's largest k.
        truth: Of the same frames.
        grid: The settings.
        window_frames: How far a gripper event may be off and still count as found.

    Raises:
        InvalidInput: If shapes do not fit.
    """
    answers = regressions(neighbors, grid.k, grid.temperature)
    held = neighbors.held(grid.hold_distance_quantile)
    directions, openings = answers[..., :3], answers[..., 3]
    shape = (len(answers), len(grid.thresholds), len(held))
    judged = slice(None) if truth.waiting is None else ~truth.waiting
    # A robot at rest says nothing about the size of its steps.
    moving = slice(None) if truth.directions is None else truth.directions.any(axis=1)
    return Scores(
        frames=len(neighbors),
        held=held.sum(axis=1),
        direction=(
            no_direction_scores(len(answers), len(held))
            if truth.directions is None
            else direction_scores(directions[:, judged], truth.directions[judged], held[:, judged])
        ),
        step=(
            no_step_scores(len(answers))
            if truth.displacements is None
            else step_scores(directions[:, moving], truth.displacements[moving])
        ),
        gripper=(
            no_gripper_scores(shape)
            if truth.gripper is None
            else gripper_scores(openings, grid.thresholds, held, truth.gripper, window_frames)
        ),
    )
