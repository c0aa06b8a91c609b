"""The replayed answers against what the robot or the demonstrator really did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM, Demonstration, GripperState
from vinn_training.demonstrations.bag_gripper import knows_gripper
from vinn_training.evaluation.action_errors import action_errors
from vinn_training.evaluation.gripper_events import WINDOW_FRAMES, events_of, gripper_open, match_events
from vinn_training.replay.replaying import ReplayedFrame

#: A gripper event may be early or late by this and still count as found, or by WINDOW_FRAMES where that is longer.
_WINDOW_S = 1.0


@dataclass(frozen=True)
class FrameTruth:
    """What really happened at one image, and how far the answer was from it.

    Attributes:
        direction: (3,) float32, unit, or zeros at rest, camera optical frame.
        gripper: Opening, 0 closed to 1 open; None where the bag has nothing but the policy's word.
        squared: Mean over the components of the squared error of a_hat.
        angle_rad: Angle between a_hat and what happened; None at rest.
    """

    direction: NDArray[np.float32]
    gripper: float | None
    squared: float
    angle_rad: float | None


def truth_of_frames(
    replayed: Sequence[ReplayedFrame], demonstration: Demonstration | None, gripper_from: str = ""
) -> tuple[FrameTruth | None, ...]:
    """Return for every image what really happened, or None where the bag does not tell or there is no answer.

    Args:
        replayed: With the answers.
        demonstration: Of the same bag, or None where it does not tell.
        gripper_from: Where its gripper comes from, as the conversion of bags tells it.
    """
    is_known = knows_gripper(gripper_from)
    truths: list[FrameTruth | None] = [None] * len(replayed)
    pairs = [] if demonstration is None else _pairs(replayed, demonstration)
    if demonstration is None or not pairs:
        return tuple(truths)
    frames, rows = zip(*pairs, strict=True)
    predicted = np.array([replayed[index].decision.action.direction for index in frames])
    labels = demonstration.directions[list(rows)]
    errors = action_errors(predicted, labels)
    for place, (frame, row) in enumerate(pairs):
        angle = float(errors.angle_rad[place])
        truths[frame] = FrameTruth(
            direction=labels[place],
            gripper=float(demonstration.gripper[row]) if is_known else None,
            squared=float(errors.squared[place]),
            angle_rad=None if np.isnan(angle) else angle,
        )
    return tuple(truths)


def summarise_truth(replayed: Sequence[ReplayedFrame], truths: Sequence[FrameTruth | None]) -> dict[str, Any]:
    """Return the errors as plain JSON types; `frames` is 0 where nothing could be compared."""
    pairs = [(item, truth) for item, truth in zip(replayed, truths, strict=True) if truth is not None]
    if not pairs:
        return {"frames": 0}
    squared = [truth.squared for _, truth in pairs]
    moving = [truth for _, truth in pairs if float(np.linalg.norm(truth.direction)) > REST_NORM]
    angles = np.degrees([truth.angle_rad for truth in moving if truth.angle_rad is not None])
    return {
        "frames": len(pairs),
        "moving_frames": len(moving),
        "translation_mse": round(float(np.mean(squared)), 6),
        "translation_mse_moving": round(float(np.mean([truth.squared for truth in moving])), 6) if moving else None,
        "angle_deg": _angles(angles) if len(angles) else None,
        "gripper": _gripper(pairs),
    }


def _pairs(replayed: Sequence[ReplayedFrame], demonstration: Demonstration) -> list[tuple[int, int]]:
    """Return (image, frame of the demonstration) of the same moment, for images with an answer."""
    if demonstration.times_s is None:
        return []
    # The conversion has the images' stamps as float seconds, or their times of receipt.
    for name in ("stamp_ns", "received_ns"):
        rows = {float(time_s): row for row, time_s in enumerate(demonstration.times_s)}
        times = [float(np.int64(getattr(item.frame, name)) * 1e-9) for item in replayed]
        pairs = [
            (index, rows[time_s])
            for index, time_s in enumerate(times)
            if time_s in rows and replayed[index].decision is not None
        ]
        if pairs:
            return pairs
    return []


def _angles(angles_deg: NDArray[np.float64]) -> dict[str, float]:
    p50, p90 = np.percentile(angles_deg, (50, 90))
    found = {"mean": angles_deg.mean(), "p50": p50, "p90": p90, "max": angles_deg.max()}
    return {name: round(float(value), 3) for name, value in found.items()}


def _gripper(pairs: Sequence[tuple[ReplayedFrame, FrameTruth]]) -> dict[str, Any] | None:
    openings = [truth.gripper for _, truth in pairs if truth.gripper is not None]
    if len(openings) < len(pairs):
        return None
    times_s = np.array([item.frame.stamp_ns for item, _ in pairs], dtype=np.int64) * 1e-9
    period_s = float(np.median(np.diff(times_s))) if len(pairs) > 1 else 0.0
    real = gripper_open(np.array(openings))
    states = [item.decision.gripper for item, _ in pairs if item.decision is not None]
    # Before the first decision the gripper is left as it is.
    said = np.array(
        [bool(real[0]) if state is GripperState.UNKNOWN else state is GripperState.OPEN for state in states]
    )
    window = WINDOW_FRAMES if period_s <= 0.0 else max(WINDOW_FRAMES, round(_WINDOW_S / period_s))
    timing = match_events(events_of(said), events_of(real), window)
    return {
        "same_share": round(float((said == real).mean()), 6),
        "real_events": len(events_of(real)),
        "late_frames": list(timing.late_frames),
        "late_s": [round(frames * period_s, 4) for frames in timing.late_frames],
        "missed": timing.missed,
        "spurious": timing.spurious,
    }
