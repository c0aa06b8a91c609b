"""What the demo prints and writes at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from vinn_ros.conversions import gripper_from_message, vector_from_message
from vinn_ros.demo.monitor import EpisodeLog, Step
from vinn_training.contracts import GripperState


def result(log: EpisodeLog, success: bool, seed: int, wall_s: float, bundle: Path, video: Path) -> dict[str, Any]:
    """Return the content of `result.json`."""
    counted = log.frames.get("lost", "").isdigit()
    received = int(log.frames.get("received", 0))
    return {
        "success": success,
        "door_angle_deg": round(log.door_angle_deg, 1),
        "handle_grasped": log.handle_grasped,
        "steps": len(log.steps),
        "seed": seed,
        "wall_s": round(wall_s, 1),
        "latency_ms": latency(log),
        "frames": {
            "published": received + int(log.frames["lost"]) if counted else None,
            "received": received,
            "encoded": int(log.frames.get("encoded", 0)),
        },
        "stops": log.stops,
        "episode": None if log.outcome is None else asdict(log.outcome),
        "bundle": str(bundle),
        "video": str(video),
    }


def latency(log: EpisodeLog) -> dict[str, float | int | None]:
    """Return percentiles of the time from an image's stamp to the command it led to, in milliseconds."""
    if not log.latency_ms:
        return {"p50": None, "p99": None, "n": 0}
    p50, p99 = (round(float(value), 1) for value in np.percentile(log.latency_ms, [50, 99]))
    return {"p50": p50, "p99": p99, "n": len(log.latency_ms)}


def decisive_steps(steps: list[Step]) -> list[tuple[str, Step]]:
    """Return the steps worth a look: the first, the one that closed the gripper, the first pull, the last."""
    if not steps:
        return []
    chosen = {0: "first step"}
    closed = [gripper_from_message(step.action.gripper) is GripperState.CLOSED for step in steps]
    if True in closed:
        chosen.setdefault(closed.index(True), "closes the gripper")
    pulling = [step.door_angle_deg > 3.0 for step in steps]
    if True in pulling:
        chosen.setdefault(pulling.index(True), "pulls the door")
    chosen.setdefault(len(steps) - 1, "last step")
    return [(why, steps[index]) for index, why in sorted(chosen.items())]


def print_report(console: Console, log: EpisodeLog, content: dict[str, Any]) -> None:
    """Say what happened."""
    table = Table(title="neighbours of the decisive steps", title_justify="left")
    for column in ("step", "direction (right, down, forward)", "gripper", "nearest demonstration frames (weight)"):
        table.add_column(column)
    for why, step in decisive_steps(log.steps):
        direction = vector_from_message(step.action.direction)
        nearest = ", ".join(f"{n.demonstration} {n.frame} ({n.weight:.2f})" for n in step.action.neighbors[:3])
        number = log.steps.index(step) + 1
        table.add_row(
            f"{number}: {why}",
            ", ".join(f"{value:+.2f}" for value in direction),
            gripper_from_message(step.action.gripper).name.lower(),
            nearest,
        )
    console.print(table)
    times = content["latency_ms"]
    if times["n"]:
        console.print(
            f"image stamp to command: p50 {times['p50']} ms, p99 {times['p99']} ms over {times['n']} commands"
        )
    frames = content["frames"]
    console.print(f"images: {frames['published']} published, {frames['received']} received by perception")
    for reason, count in Counter(log.stops).items():
        console.print(f"stopped on the way, {count}x: {reason}", markup=False)
    ending = "it never began" if log.outcome is None else f"{log.outcome.ending}: {log.outcome.reason}"
    console.print(f"episode {ending}", markup=False)
    grasp = "handle grasped" if log.handle_grasped else "handle never grasped"
    console.print(
        f"scene {log.scene}: door at {content['door_angle_deg']} degrees after {len(log.steps)} steps, {grasp}"
    )
