"""What tuning found, in plain JSON types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vinn_training.evaluation.gripper_events import events_of, gripper_open
from vinn_training.tuning.settings_table import front_rows, setting_row
from vinn_training.tuning.tune import TuningOptions, TuningResult
from vinn_training.tuning.tuned_bag import TunedBag

#: Where a bag costs this much more when it had no part in the choice, the choice is fitted to it.
_FITTED = 1.25


def summarise(
    result: TuningResult,
    options: TuningOptions,
    bundle: str,
    bank_id: str,
    encoder_id: str,
    rejected: Mapping[str, str],
    notes: Sequence[str],
) -> dict[str, Any]:
    """Return the content of settings.json.

    Args:
        result: Of tuning.
        options: That it was done with.
        bundle: Its folder.
        bank_id: Fingerprint of its bank.
        encoder_id: Fingerprint of its encoder.
        rejected: Bags that could not be used, with the reason.
        notes: More that people should know, one line each.
    """
    grid, choice, criteria, step = result.grid, result.choice, options.criteria, options.step_length_m
    row = setting_row("best", choice.config, choice.place, result.scores, criteria, step)
    start = setting_row("start", result.start, grid.place_of(result.start), result.scores, criteria, step)
    return {
        "bundle": bundle,
        "bank_id": bank_id,
        "encoder_id": encoder_id,
        "bags": [_bag(bag) for bag in result.bags],
        "rejected": dict(rejected),
        "notes": [*notes, *choice.notes],
        "untunable": dict(result.untunable),
        "settings": grid.size,
        "frames": result.scores.frames,
        "sweep_s": round(result.sweep_s, 4),
        "step_length_m": step,
        "gripper_weight": criteria.gripper_weight,
        "max_held_share": criteria.max_held_share,
        "window_s": criteria.window_s,
        "grid": {
            "k": list(grid.k),
            "temperature": list(grid.temperature),
            "action_scale": [list(scale) for scale in grid.action_scale],
            "thresholds": [[pair.close_below, pair.open_above] for pair in grid.thresholds],
            "hold_distance_quantile": list(grid.hold_distance_quantile),
        },
        "best": row,
        "start": start,
        "changed": _changed(result),
        "front": front_rows(result.scores, grid, criteria, step, choice.place),
        "leave_one_out": list(result.left_out),
        "generalisation": generalisation(result),
    }


def generalisation(result: TuningResult) -> str:
    """Return a sentence on whether the setting is fitted to the very bags."""
    rows = result.left_out
    if not rows:
        return (
            "A single bag: the setting is fitted to and judged on the same frames, so its errors say nothing about "
            "other bags. Give several to see that."
        )
    alone = float(np.mean([row["cost"] for row in rows]))
    fitted = float(np.mean([row["fitted_cost"] for row in rows]))
    before = float(np.mean([row["start_cost"] for row in rows]))
    text = (
        f"Cost of a bag by the setting that the other bags choose: {alone:.4f} on average; by the setting that all "
        f"choose, it among them: {fitted:.4f}; by the starting point: {before:.4f}."
    )
    if alone >= before > fitted:
        return (
            text + " On bags that had no part in the choice nothing is gained: keep the starting point, or record more."
        )
    if alone > _FITTED * fitted + 1e-9:
        return text + " The setting is fitted to these bags: expect the first number on others, or record more."
    return text + " The choice hardly depends on any single bag."


def _changed(result: TuningResult) -> dict[str, Any]:
    """Return the tuned parameters whose value is another than the starting point's: from and to."""
    before, after = result.start.to_dict(), result.choice.config.to_dict()
    return {name: [before[name], after[name]] for name in result.tuned if before[name] != after[name]}


def _bag(bag: TunedBag) -> dict[str, Any]:
    truth, recording = bag.truth, bag.recording
    return {
        "name": bag.name,
        "path": str(recording.path),
        "frames": len(bag.neighbors),
        "rate_hz": 1.0 / bag.period_s if bag.period_s > 0.0 else None,
        "are_steps": recording.are_steps,
        "at_rest": None if truth.directions is None else int((~truth.directions.any(axis=1)).sum()),
        "recorded": bag.embedded.recorded,
        "cached": bag.embedded.cached,
        "encoded": bag.embedded.encoded,
        "events": None if truth.gripper is None else len(events_of(gripper_open(truth.gripper))),
        "own_demonstrations": [item.name for item in bag.neighbors.own],
        "notes": bag.notes(),
    }
