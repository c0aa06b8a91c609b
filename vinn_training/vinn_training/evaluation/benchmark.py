"""Times ours beside a peer in one run: medians of many repetitions, and their spread."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Timing:
    """Times of one thing.

    Attributes:
        median_ms: Median of the repetitions.
        p10_ms: 10th percentile.
        p90_ms: 90th percentile.
        repetitions: Number of repetitions.
    """

    median_ms: float
    p10_ms: float
    p90_ms: float
    repetitions: int


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        row: Name of the measurement.
        ours: Our median, or {p50, p99, n} where the tail matters.
        peer: The peer's median, or None where there is no peer.
        peer_name: What the peer is.
        ratio: Peer over ours: above 1, we are faster. None without a peer.
        unit: Unit of ours and peer.
        repetitions: Repetitions of each.
        spread: {ours: [p10, p90], peer: [p10, p90]}.
    """

    row: str
    ours: float | dict[str, float]
    peer: float | None
    peer_name: str
    ratio: float | None
    unit: str
    repetitions: int
    spread: dict[str, list[float]]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


def time_in_turn(functions: Sequence[Callable[[], object]], repetitions: int, warm_up: int = 3) -> list[Timing]:
    """Time functions in turn (A B A B ...), so that a drift of the machine's speed meets all alike.

    Args:
        functions: What to time.
        repetitions: Timed calls of each.
        warm_up: Calls of each before, not timed.
    """
    for function in functions:
        for _ in range(warm_up):
            function()
    times = np.empty((len(functions), repetitions))
    for repetition in range(repetitions):
        for index, function in enumerate(functions):
            started = time.perf_counter()
            function()
            times[index, repetition] = 1e3 * (time.perf_counter() - started)
    low, middle, high = np.percentile(times, [10, 50, 90], axis=1)
    return [
        Timing(float(middle[index]), float(low[index]), float(high[index]), repetitions)
        for index in range(len(functions))
    ]


def compare(name: str, ours: Callable[[], object], peer: Callable[[], object], peer_name: str, repetitions: int) -> Row:
    """Time ours and a peer in turn and return the row."""
    mine, other = time_in_turn([ours, peer], repetitions)
    return Row(
        row=name,
        ours=round(mine.median_ms, 4),
        peer=round(other.median_ms, 4),
        peer_name=peer_name,
        ratio=round(other.median_ms / mine.median_ms, 2),
        unit="ms",
        repetitions=repetitions,
        spread={"ours": [mine.p10_ms, mine.p90_ms], "peer": [other.p10_ms, other.p90_ms]},
    )


def describe_machine() -> dict[str, Any]:
    """Return what a reader needs to judge the numbers."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else model
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def to_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| row | ours | peer | peer / ours | repetitions |", "|---|---|---|---|---|"]
    for row in rows:
        ours = row.ours
        mine = ", ".join(f"{key} {value:g}" for key, value in ours.items()) if isinstance(ours, dict) else f"{ours:g}"
        peer = f"{row.peer:g} {row.unit} ({row.peer_name})" if row.peer is not None else "-"
        ratio = f"{row.ratio:g}" if row.ratio is not None else "-"
        lines.append(f"| {row.row} | {mine} {row.unit} | {peer} | {ratio} | {row.repetitions} |")
    return "\n".join(lines) + "\n"
