"""What a set of bags can say about, and what not and why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.evaluation.gripper_events import events_of, gripper_open
from vinn_training.tuning.recording import Recording
from vinn_training.tuning.sweep import Truth

#: Where motions between frames are shorter than this part of the step length, frames are no steps.
_LEAST_STEP = 0.25


def untunable(
    recordings: Sequence[Recording],
    truths: Sequence[Truth],
    calibration: DistanceCalibration,
    step_length_m: float,
) -> dict[str, str]:
    """Return the parameters, as PolicyConfig names them, that the bags say nothing about, with the reason.

    Args:
        recordings: The bags.
        truths: What really happened in their frames that have an embedding.
        calibration: The bundle's yardstick for distances.
        step_length_m: Motion of the bridge for an action of length 1.
    """
    reasons: dict[str, str] = {}
    motion = _motion_problem(truths)
    if motion:
        reasons |= dict.fromkeys(("k", "temperature", "action_scale"), motion)
    elif problem := _step_problem(truths, step_length_m):
        reasons["action_scale"] = problem
    if problem := _gripper_problem(recordings, truths):
        reasons |= dict.fromkeys(("gripper_close_below", "gripper_open_above"), problem)
    if not calibration.distances:
        reasons["hold_distance_quantile"] = (
            "the bundle has no distances between demonstrations (it has a single one): nothing holds"
        )
    return reasons


def _motion_problem(truths: Sequence[Truth]) -> str:
    known = [truth.directions for truth in truths if truth.directions is not None]
    if not known:
        return "no demonstrated motion: the bags do not tell where the camera was"
    if not any(directions.any() for directions in known):
        return "no demonstrated motion: the camera is at rest throughout"
    return ""


def _step_problem(truths: Sequence[Truth], step_length_m: float) -> str:
    lengths = [np.linalg.norm(truth.displacements, axis=1) for truth in truths if truth.displacements is not None]
    if not lengths:
        return "the bags do not tell how far the robot moved"
    every = np.concatenate(lengths)
    typical = float(np.median(every[every > 0.0])) if (every > 0.0).any() else 0.0
    if typical >= _LEAST_STEP:
        return ""
    return (
        f"the typical motion between frames is {1e3 * typical * step_length_m:.1f} mm, the step length "
        f"{1e3 * step_length_m:.0f} mm: frames come faster than steps; choose --session.rate-hz so that a frame is a "
        "step, or give the bridge's own --step-length-m"
    )


def _gripper_problem(recordings: Sequence[Recording], truths: Sequence[Truth]) -> str:
    known = [truth.gripper for truth in truths if truth.gripper is not None]
    if not known:
        return next((item.gripper_problem for item in recordings if item.gripper_problem), "not recorded")
    if not any(events_of(gripper_open(openings)) for openings in known):
        return "the gripper neither opens nor closes in these bags"
    return ""
