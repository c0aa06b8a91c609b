"""A replay in numbers: the content of replay.json."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np

from vinn_training.replay.agreement import TOLERANCE
from vinn_training.replay.real_motion import summarise_truth
from vinn_training.replay.result import ReplayResult

#: Images that are listed one by one at most; the table of images has all.
_LISTED = 50


def summarise(result: ReplayResult) -> dict[str, Any]:
    """Return the summary as plain JSON types."""
    session = result.session
    return {
        "bag": str(session.path),
        "bundle": str(result.bundle),
        "bank_id": result.bank_id,
        "encoder_id": result.encoder_id,
        "image_topic": session.image_topic,
        "images": len(result.frames),
        "duration_s": round(result.time_s(len(result.frames) - 1), 6),
        "online": _online(result),
        "replay": _replay(result),
        "settings": _settings(result),
        "parameter_changes": [
            {
                "time_s": round(result.received_s(change.time_ns), 6),
                "node": change.node,
                "name": change.name,
                "value": _plain(change.value),
            }
            for change in session.parameter_changes
        ],
        "real_motion": {
            **summarise_truth(result.frames, result.truths),
            "problem": session.demonstration_problem,
            "poses_from": session.demonstration_meaning.get("poses", ""),
            "gripper_from": session.demonstration_meaning.get("gripper", ""),
        },
        "latency_ms": result.latency.summary,
        "latency_problem": result.latency.problem,
        "commands": _commands(result),
        "out_of_distribution": _out_of_distribution(result),
        "notes": list(session.notes),
    }


def _online(result: ReplayResult) -> dict[str, Any]:
    """Return how the replayed answers agree with the recorded ones."""
    frames = result.frames
    compared = [item.agreement for item in frames if item.agreement is not None]
    different = [
        {"image": index, "time_s": round(result.time_s(index), 6), "what": item.agreement.describe()}
        for index, item in enumerate(frames)
        if item.agreement is not None and not item.agreement.equal
    ]
    embedded = [item.embedding_difference for item in frames if item.embedding_difference is not None]
    stamps = {item.frame.stamp_ns for item in frames}
    return {
        "answered": sum(item.action is not None for item in frames),
        "without_embedding": sum(item.embedding is None and item.action is None for item in frames),
        "without_action": sum(item.embedding is not None and item.action is None for item in frames),
        "actions_without_image": sum(item.stamp_ns not in stamps for item in result.session.actions),
        "held": sum(item.action is not None and item.action.hold for item in frames),
        "compared": len(compared),
        "equal": sum(item.equal for item in compared),
        "same_neighbors": sum(item.same_neighbors for item in compared),
        "tolerance": TOLERANCE,
        "largest_action_difference": max((item.action_difference for item in compared), default=None),
        "largest_embedding_difference": max(embedded, default=None),
        "different": different[:_LISTED],
        "not_compared": dict(Counter(item.not_compared for item in frames if item.not_compared)),
    }


def _replay(result: ReplayResult) -> dict[str, Any]:
    problems = [
        {"image": index, "time_s": round(result.time_s(index), 6), "problem": item.problem}
        for index, item in enumerate(result.frames)
        if item.problem
    ]
    answered = [item.decision for item in result.frames if item.decision is not None]
    return {
        "answered": len(answered),
        "held": sum(decision.hold for decision in answered),
        "not_answered": len(problems),
        "problems": problems[:_LISTED],
    }


def _settings(result: ReplayResult) -> list[dict[str, Any]]:
    """Return each change of the settings with the first image it holds for."""
    changes: list[dict[str, Any]] = []
    before = None
    for index, item in enumerate(result.frames):
        if item.settings != before:
            before = item.settings
            changes.append({"image": index, "time_s": round(result.time_s(index), 6), **before.to_dict()})
    return changes


def _plain(value: Any) -> Any:
    """Return a parameter's value as JSON has it: numbers that are not finite become words."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _commands(result: ReplayResult) -> dict[str, Any]:
    commands = result.session.commands
    return {
        "moving": sum(not command.stopped for command in commands),
        "clipped": sum(bool(command.clipped) for command in commands),
        "stops": dict(Counter(command.reason for command in commands if command.stopped)),
    }


def _out_of_distribution(result: ReplayResult) -> dict[str, Any]:
    """Return where the robot holds because the image is like no demonstration, as spans of images."""
    held = [index for index, item in enumerate(result.frames) if item.decision is not None and item.decision.hold]
    quantiles = [item.decision.distance_quantile for item in result.frames if item.decision is not None]
    breaks = [index for index, (one, other) in enumerate(pairwise(held)) if other > one + 1]
    starts, ends = [0, *(index + 1 for index in breaks)], [*breaks, len(held) - 1]
    spans = [(held[start], held[end]) for start, end in zip(starts, ends, strict=True)] if held else []
    shares = np.percentile(quantiles, (50, 90, 99)).tolist() if quantiles else []
    return {
        "images": len(held),
        "distance_quantile": {
            name: round(float(value), 6) for name, value in zip(("p50", "p90", "p99"), shares, strict=False)
        },
        "spans": [
            {
                "image": first,
                "images": last - first + 1,
                "from_s": round(result.time_s(first), 6),
                "to_s": round(result.time_s(last), 6),
            }
            for first, last in spans[:_LISTED]
        ],
    }
