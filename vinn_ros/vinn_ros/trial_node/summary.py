"""`trials.json` of trials on a robot: the keys of `vinn trials`, and some more. No ROS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from vinn_ros.trial_node.record import TrialRecord
from vinn_training.evaluation.wilson import rate

SUMMARY_FILE = "trials.json"


def summarise(records: Sequence[TrialRecord], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of `trials.json`.

    The rates are of trials with a verdict. Aborted ones stand beside them, counted and with their reasons.

    Args:
        records: Trials of one policy under one condition that took place, in order, at least one.
        more: Further entries.
    """
    first = records[0]
    judged = [record for record in records if record.is_judged]
    aborted = [record for record in records if record.state == "aborted"]
    aborted_by_seed = Counter(record.seed for record in aborted)
    tried = Counter(record.cabinet for record in judged if record.cabinet)
    opened = Counter(record.cabinet for record in judged if record.door_opened)
    return {
        "policy": first.policy,
        "condition": first.condition,
        "seed": first.seed,
        "hinge": first.hinge,
        **more,
        "judge": first.judge,
        "bank_id": first.bank_id,
        "encoder_id": first.encoder_id,
        "trials": [_judged(record) | {"aborted": aborted_by_seed[record.seed]} for record in judged],
        "handle_grasped": rate([record.handle_grasped for record in judged]),
        "door_opened": rate([record.door_opened for record in judged]),
        "door_opened_by_cabinet": {name: {"k": opened[name], "n": count} for name, count in sorted(tried.items())},
        "aborted": len(aborted),
        "aborted_trials": [_common(record) for record in aborted],
    }


def _judged(record: TrialRecord) -> dict[str, Any]:
    return _common(record) | {
        "handle_grasped": record.handle_grasped,
        "door_opened": record.door_opened,
        "door_angle_deg": _rounded(record.door_angle_deg, 2),
        "scene": record.scene,
        "cabinet": record.cabinet,
        "lateral_offset_m": round(record.start_offset_m, 4),
        "start_distance_m": _rounded(record.start_distance_m, 4),
    }


def _common(record: TrialRecord) -> dict[str, Any]:
    return {
        "seed": record.seed,
        "number": record.number,
        "started": record.started,
        "duration_s": round(record.duration_s, 1),
        "steps": record.steps,
        "reason": record.reason,
        "bag": record.bag,
        "note": record.note,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
