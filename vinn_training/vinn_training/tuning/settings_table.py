"""Settings with their errors, as rows for people, spreadsheets and programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from vinn_training.policy.config import PolicyConfig
from vinn_training.tuning.grid import Place, Scale, TuningGrid
from vinn_training.tuning.objective import Criteria, Scores
from vinn_training.tuning.pareto import pareto_front


def setting_row(
    role: str, config: PolicyConfig, place: Place, scores: Scores, criteria: Criteria, step_length_m: float
) -> dict[str, Any]:
    """Return a setting and its errors as plain types; None where the bags do not tell.

    Args:
        role: What the row is: "best", "start", "front", or a bag's name.
        config: The setting.
        place: Of it in the grid, but for c.
        scores: Over the bags that it is looked at on.
        criteria: What counts.
        step_length_m: Motion of the bridge for an action of length 1.
    """
    regression, _, thresholds, quantile = place
    spot = (regression, thresholds, quantile)
    gripper, moved = scores.gripper, scores.direction.frames > 0
    found = gripper.events - int(gripper.missed[spot])
    error = float(scores.step_error(config.action_scale)[regression])
    return {
        "role": role,
        **config.to_dict(),
        "cost": float(scores.cost(criteria)[spot]),
        "mse": float(scores.mse[regression]) if moved else None,
        "mse_acted": float(scores.acted_mse[regression, quantile]) if moved else None,
        "angle_deg": float(scores.angle_deg[regression]) if scores.direction.moving_frames else None,
        "step_error": error if scores.step.frames else None,
        "step_off_mm": 1e3 * step_length_m * math.sqrt(3.0 * error) if scores.step.frames else None,
        "gripper_wrong": float(scores.wrong_share[spot]) if gripper.frames else None,
        "events": gripper.events,
        "missed": int(gripper.missed[spot]),
        "spurious": int(gripper.spurious[spot]),
        "early": int(gripper.early[spot]),
        "late": int(gripper.late[spot]),
        "off_frames": int(gripper.off_frames[spot]) / found if found else None,
        "changes": int(gripper.changes[spot]),
        "held": float(scores.held_share[quantile]),
    }


def front_places(scores: Scores, scales: Sequence[Scale], near: Place) -> list[tuple[Place, float]]:
    """Return the settings that no other one beats in MSE of acted frames, step error, gripper error and held share.

    Of settings with the same errors one stands for all. c is the best of each k and temperature.

    Args:
        scores: Over all bags.
        scales: Values of c.
        near: Of settings with the same errors, the one nearest to this stands for them.

    Returns:
        Places with their gripper errors, lowest MSE first.
    """
    errors = np.stack([scores.step_error(scale) for scale in scales])
    best = errors.argmin(axis=0)
    shape = scores.gripper_error.shape
    columns = [
        np.broadcast_to(scores.acted_mse[:, None, :], shape),
        np.broadcast_to(errors.min(axis=0)[:, None, None], shape),
        scores.gripper_error,
        np.broadcast_to(scores.held_share[None, None, :], shape),
    ]
    costs = np.stack([column.reshape(-1) for column in columns], axis=1)
    away = [np.abs(np.arange(count) - at) for count, at in zip(shape, (near[0], near[2], near[3]), strict=True)]
    order = np.argsort((away[0][:, None, None] + away[1][:, None] + away[2]).reshape(-1), kind="stable")
    rows = order[pareto_front(np.round(costs[order], 12))]
    rows = rows[np.argsort(costs[rows, 0], kind="stable")]
    places = []
    for row in rows:
        regression, thresholds, quantile = (int(part) for part in np.unravel_index(row, shape))
        place = Place(regression, int(best[regression]), thresholds, quantile)
        places.append((place, float(scores.gripper_error[regression, thresholds, quantile])))
    return places


def front_rows(
    scores: Scores, grid: TuningGrid, criteria: Criteria, step_length_m: float, near: Place
) -> list[dict[str, Any]]:
    """Return the rows of `front_places`."""
    return [
        setting_row("front", grid.config(place), place, scores, criteria, step_length_m)
        for place, _ in front_places(scores, grid.action_scale, near)
    ]


def csv_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with c as three columns."""
    parts: dict[str, Any] = {}
    for name, value in row.items():
        if name == "action_scale":
            parts |= {f"action_scale_{axis}": number for axis, number in zip("xyz", value, strict=True)}
        else:
            parts[name] = value
    return parts
