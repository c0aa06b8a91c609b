"""A replay image by image: the rows of replay.csv."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vinn_training.replay.result import ReplayResult


def image_rows(result: ReplayResult) -> list[dict[str, Any]]:
    """Return one row an image, all with the same columns; None where something is missing."""
    return [_row(result, index) for index in range(len(result.frames))]


def _row(result: ReplayResult, index: int) -> dict[str, Any]:
    item, truth = result.frames[index], result.truths[index]
    settings, agreement = item.settings, item.agreement
    row: dict[str, Any] = {
        "image": index,
        "time_s": round(result.time_s(index), 6),
        "stamp_ns": item.frame.stamp_ns,
        "problem": item.problem,
        **_answers(result, index),
        "compared": agreement is not None,
        "equal": None if agreement is None else agreement.equal,
        "same_neighbors": None if agreement is None else agreement.same_neighbors,
        "action_difference": None if agreement is None else agreement.action_difference,
        "embedding_difference": item.embedding_difference,
        "why": item.not_compared or (agreement.describe() if agreement is not None else ""),
        **_vector("real", None if truth is None else truth.direction.tolist()),
        "real_gripper": None if truth is None else truth.gripper,
        "squared_error": None if truth is None else truth.squared,
        "angle_deg": None if truth is None or truth.angle_rad is None else math.degrees(truth.angle_rad),
        **{f"{hop}_ms": value for hop, value in result.latency.frames[index]._asdict().items()},
        "k": settings.k,
        "temperature": settings.temperature,
        **_vector("c", list(settings.action_scale)),
        "gripper_close_below": settings.gripper_close_below,
        "gripper_open_above": settings.gripper_open_above,
        "hold_distance_quantile": settings.hold_distance_quantile,
    }
    return row


def _answers(result: ReplayResult, index: int) -> dict[str, Any]:
    """Return the replayed and the recorded answer."""
    item = result.frames[index]
    decision, action = item.decision, item.action
    nearest = decision.action.neighbors[0] if decision is not None else None
    return {
        **_vector("direction", None if decision is None else decision.action.direction.tolist()),
        **_vector("translation", None if decision is None else decision.translation.tolist()),
        "gripper_opening": None if decision is None else decision.action.gripper_opening,
        "gripper": None if decision is None else decision.gripper.name,
        "distance_quantile": None if decision is None else decision.distance_quantile,
        "hold": None if decision is None else decision.hold,
        "nearest_demonstration": None if nearest is None else nearest.demonstration,
        "nearest_frame": None if nearest is None else nearest.frame,
        "nearest_distance": None if nearest is None else nearest.distance,
        "answered_online": action is not None,
        **_vector("online_direction", None if action is None else action.direction.tolist()),
        "online_gripper_opening": None if action is None else action.gripper_opening,
        "online_gripper": None if action is None else action.gripper.name,
        "online_hold": None if action is None else action.hold,
        "online_bank_id": None if action is None else action.bank_id,
        "online_bank_version": None if action is None else action.bank_version,
    }


def _vector(name: str, values: Sequence[float] | None) -> dict[str, float | None]:
    return {f"{name}_{axis}": None if values is None else values[place] for place, axis in enumerate("xyz")}
