"""How wrong predicted directions are, frame by frame.

The paper's MSE (Table III, Figures 4 and 6) is the mean over the three components, then over the frames, of the
prediction as the method gives it: a weighted mean of unit vectors is shorter than one and is not made unit length. By
that definition random unit vectors score 2/3.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.unit_sphere import to_unit_sphere


class ActionErrors(NamedTuple):
    """Errors of T frames.

    Attributes:
        squared: (T,) mean over the three components of the squared error; their mean is the MSE.
        squared_unit: (T,) the same after the prediction was made unit length.
        angle_rad: (T,) angle between prediction and label; NaN where the label is at rest; a prediction without
            direction counts as a right angle.
    """

    squared: NDArray[np.float64]
    squared_unit: NDArray[np.float64]
    angle_rad: NDArray[np.float64]


def action_errors(predicted: NDArray[Any], labels: NDArray[Any]) -> ActionErrors:
    """Return the errors of predictions.

    Args:
        predicted: (T, 3), camera optical frame, any length.
        labels: (T, 3), unit length, or zero at rest.

    Raises:
        InvalidInput: If shapes differ or a prediction is not finite.
    """
    answers, truth = np.asarray(predicted, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    if answers.shape != truth.shape or answers.ndim != 2 or answers.shape[1] != 3 or not len(answers):
        raise InvalidInput(f"predictions have shape {answers.shape} and labels {truth.shape}; expected (T, 3) both")
    if not np.isfinite(answers).all():
        frame = int(np.argwhere(~np.isfinite(answers))[0][0])
        raise InvalidInput(f"prediction of frame {frame} is {answers[frame].tolist()}; expected finite numbers")
    unit = to_unit_sphere(answers)
    # atan2 of cross and dot keeps its digits near 0 and 180 degrees, where arccos loses them.
    crossed = np.linalg.norm(np.cross(unit, truth), axis=1)
    angles = np.arctan2(crossed, (unit * truth).sum(axis=1))
    angles[~unit.any(axis=1)] = np.pi / 2
    angles[np.linalg.norm(truth, axis=1) <= REST_NORM] = np.nan
    return ActionErrors(
        squared=((answers - truth) ** 2).mean(axis=1),
        squared_unit=((unit - truth) ** 2).mean(axis=1),
        angle_rad=angles,
    )
