"""What a replay found, in sentences for the terminal and the report."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

#: More values than these are told by median and range.
_LISTED = 5


def online_sentence(summary: Mapping[str, Any]) -> str:
    """Return how many images were answered online, and why the others were not."""
    online = summary["online"]
    parts = [f"{online['answered']} of {summary['images']} images"]
    if online["held"]:
        parts.append(f"held on {online['held']}")
    if online["without_embedding"]:
        parts.append(f"{online['without_embedding']} without an embedding (skipped, refused or lost)")
    if online["without_action"]:
        parts.append(f"{online['without_action']} with an embedding and no action")
    if online["actions_without_image"]:
        parts.append(f"{online['actions_without_image']} actions to images that are not in the bag")
    return ", ".join(parts)


def agreement_sentence(summary: Mapping[str, Any]) -> str:
    """Return whether the replay gives the recorded answers."""
    online = summary["online"]
    if not online["compared"]:
        reasons = "; ".join(f"{count} images: {reason}" for reason, count in online["not_compared"].items())
        return f"No image's answers can be compared ({reasons})."
    text = (
        f"{online['equal']} of {online['compared']} compared answers are equal (to {online['tolerance']:g}), "
        f"{online['same_neighbors']} have the same neighbours; largest difference of an action "
        f"{online['largest_action_difference']:.2g}"
    )
    if online["largest_embedding_difference"] is not None:
        text += f", of an embedding {online['largest_embedding_difference']:.2g}"
    return text + "."


def truth_sentences(summary: Mapping[str, Any]) -> list[str]:
    """Return how far the replayed answers are from what really happened."""
    real = summary["real_motion"]
    if real["problem"]:
        return [f"The bag does not tell what really happened: {real['problem']}."]
    if not real["frames"]:
        return ["No image has both an answer and a known motion."]
    moving = "" if real["translation_mse_moving"] is None else f", {real['translation_mse_moving']:.4f} where it moved"
    angle = real["angle_deg"]
    angles = "" if angle is None else f" Angle: median {angle['p50']:.1f} degrees, 90 % below {angle['p90']:.1f}."
    return [
        f"Translation MSE {real['translation_mse']:.4f} over {real['frames']} images{moving} (random unit vectors: "
        f"0.6667).{angles}",
        gripper_sentence(real["gripper"]),
        f"Motion from {real['poses_from']}; gripper from {real['gripper_from']}.",
    ]


def _spread(late_s: list[float]) -> str:
    """Return the values where there are a few, else their median and range."""
    if len(late_s) <= _LISTED:
        return ", ".join(f"{value:+.2f} s" for value in late_s) or "none"
    return f"{median(late_s):+.2f} s in the median, {min(late_s):+.2f} to {max(late_s):+.2f}"


def gripper_sentence(gripper: Mapping[str, Any] | None) -> str:
    """Return how the gripper's answers and events are to the real ones; None where those are not known."""
    if gripper is None:
        return "The bag does not tell what the gripper really did."
    late = _spread([float(value) for value in gripper["late_s"]])
    return (
        f"Gripper: same state in {100 * gripper['same_share']:.1f} % of the images; of {gripper['real_events']} real "
        f"events {gripper['missed']} missed, {gripper['spurious']} spurious; found ones late by: {late}."
    )
