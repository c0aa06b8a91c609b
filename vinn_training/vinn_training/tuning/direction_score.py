"""How well regressed directions do against what the robot really did, for every k and temperature at once."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM
from vinn_training.evaluation.action_errors import action_errors

Sums = NDArray[np.float64]


@dataclass(frozen=True)
class DirectionScores:
    """Sums over frames, by R regressions and Q hold quantiles.

    Attributes:
        frames: Frames whose real direction is known.
        moving_frames: Those of them that are not at rest.
        squared: (R,) of squared errors, each the mean over the three components.
        acted_squared: (R, Q) of the same, over the frames on which the robot does not hold.
        acted_frames: (Q,) float64, number of these frames.
        angle_rad: (R,) of angles between regressed and real directions of moving frames.
    """

    frames: int
    moving_frames: int
    squared: Sums
    acted_squared: Sums
    acted_frames: Sums
    angle_rad: Sums

    def __add__(self, other: DirectionScores) -> DirectionScores:
        return DirectionScores(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))


@dataclass(frozen=True)
class StepScores:
    """Sums over frames from which the error of c (.) a_hat follows for any c, by R regressions and three axes.

    The squared error along axis k is c_k^2 aa_k - 2 c_k ad_k + dd_k.

    Attributes:
        frames: Frames whose real displacement is known.
        aa: (R, 3) of a_hat squared.
        ad: (R, 3) of a_hat times the real displacement, in units of the step length.
        dd: (3,) of the displacement squared.
    """

    frames: int
    aa: Sums
    ad: Sums
    dd: Sums

    def __add__(self, other: StepScores) -> StepScores:
        return StepScores(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))


def no_direction_scores(regressions: int, quantiles: int) -> DirectionScores:
    """Return the scores of a bag that does not tell how the robot moved."""
    zeros = np.zeros
    return DirectionScores(
        0, 0, zeros(regressions), zeros((regressions, quantiles)), zeros(quantiles), zeros(regressions)
    )


def direction_scores(answers: Sums, labels: NDArray[np.floating], held: NDArray[np.bool_]) -> DirectionScores:
    """Compare one bag's directions with every regression's.

    Args:
        answers: (R, T, 3) a_hat.
        labels: (T, 3) unit, or zero at rest.
        held: (Q, T).

    Raises:
        InvalidInput: If shapes differ or an answer is not finite.
    """
    acted = (~held).astype(np.float64)
    squared, angles = [], []
    for answer in answers:
        errors = action_errors(answer, labels)
        squared.append(errors.squared)
        angles.append(np.nansum(errors.angle_rad))
    by_frame = np.stack(squared)
    moving = np.linalg.norm(np.asarray(labels, dtype=np.float64), axis=1) > REST_NORM
    return DirectionScores(
        frames=len(labels),
        moving_frames=int(moving.sum()),
        squared=by_frame.sum(axis=1),
        acted_squared=by_frame @ acted.T,
        acted_frames=acted.sum(axis=1),
        angle_rad=np.array(angles),
    )


def no_step_scores(regressions: int) -> StepScores:
    """Return the scores of a bag that does not tell how far the robot moved."""
    return StepScores(0, np.zeros((regressions, 3)), np.zeros((regressions, 3)), np.zeros(3))


def step_scores(answers: Sums, displacements: Sums) -> StepScores:
    """Compare one bag's displacements with every regression's.

    Args:
        answers: (R, T, 3) a_hat.
        displacements: (T, 3) real, in units of the step length.
    """
    return StepScores(
        frames=len(displacements),
        aa=(answers**2).sum(axis=1),
        ad=np.einsum("rtk,tk->rk", answers, displacements),
        dd=(displacements**2).sum(axis=0),
    )
