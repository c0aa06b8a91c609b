"""Times ours beside peers in one run: medians of many repetitions, and their spread."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from vinn_training.exceptions import InvalidInput

#: What times functions, in turn: as `time_in_turn`, or `own_processes.time_in_own_processes`.
Timer = Callable[[Sequence[Callable[[], Any]], int, int], list["Timing"]]

_NO_PAIR: tuple[float | None, float | None] = (None, None)


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
        row: Name of the measurement; what else was compared in it follows a slash, as in "search/torch.cdist".
        ours: Our median, or {p50, p99, n} where the tail matters; None where nothing could be measured.
        peer: The peer's median, or None where there is no peer.
        peer_name: What the peer is.
        ratio: Peer over ours: above 1, we are faster. None without a peer.
        unit: Unit of ours and peer.
        repetitions: Repetitions of each.
        spread: {ours: [p10, p90], peer: [p10, p90]}.
        load: The machine's load average of one minute before and after; empty where it was not read.
        busy_elsewhere: Cores that other programs kept busy meanwhile; None where it was not read.
        error: Why nothing could be measured; empty where it could.
    """

    row: str
    ours: float | dict[str, float] | None
    peer: float | None
    peer_name: str
    ratio: float | None
    unit: str
    repetitions: int
    spread: dict[str, list[float]]
    load: list[float] = field(default_factory=list)
    busy_elsewhere: float | None = None
    error: str = ""

    @classmethod
    def failed(cls, row: str, error: str) -> Row:
        """Return the line of a measurement that could not be made."""
        return cls(row, None, None, "", None, "", 0, {}, error=error)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


def time_in_turn(functions: Sequence[Callable[[], object]], repetitions: int, warm_up: int = 3) -> list[Timing]:
    """Time functions in turn (A B A B ...), so that a drift of the machine's speed meets all alike.

    Args:
        functions: What to time.
        repetitions: Timed calls of each.
        warm_up: Calls of each before, not timed.

    Raises:
        InvalidInput: If there is nothing to time.
    """
    if not functions or repetitions < 1 or warm_up < 0:
        raise InvalidInput(
            f"{len(functions)} functions, {repetitions} repetitions, {warm_up} warm-up calls; expected at least 1, 1, 0"
        )
    for function in functions:
        for _ in range(warm_up):
            function()
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(repetitions):
        for function, own in zip(functions, times, strict=True):
            own += times_ms(function, 1)
    return [timing_of(own) for own in times]


def times_ms(function: Callable[[], object], calls: int) -> list[float]:
    """Return how long each of so many calls takes, milliseconds."""
    times = []
    for _ in range(calls):
        started = time.perf_counter()
        function()
        times.append(1e3 * (time.perf_counter() - started))
    return times


def timing_of(times: Sequence[float]) -> Timing:
    """Return median and spread of times in milliseconds."""
    low, middle, high = np.percentile(times, [10, 50, 90])
    return Timing(float(middle), float(low), float(high), len(times))


def compare(
    name: str, ours: Callable[[], object], peer: Callable[[], object], peer_name: str, repetitions: int,
    warm_up: int = 3,
) -> Row:  # fmt: skip
    """Time ours and a peer in turn and return the row; arguments as `time_in_turn` and `Row` have them."""
    mine, other = time_in_turn([ours, peer], repetitions, warm_up)
    return row_of(name, mine, other, peer_name)


def compare_all(
    name: str, ours: Mapping[str, Callable[[], Any]], peers: Mapping[str, Callable[[], Any]], repetitions: int,
    warm_up: int = 3, timer: Timer = time_in_turn,
) -> list[Row]:  # fmt: skip
    """Time several of ours and several peers, all in turn; a row for each of ours with each peer.

    Args:
        name: Of the measurement. The first of ours beside the first peer is the row of this name; the others' names
            follow a slash.
        ours: Name to function; the first is what the measurement is about.
        peers: Name to function; the first is the peer that a bar is set against.
        repetitions: Timed calls of each.
        warm_up: Calls of each before, not timed.
        timer: Of the functions.
    """
    timings = timer([*ours.values(), *peers.values()], repetitions, warm_up)
    mine, others = timings[: len(ours)], timings[len(ours) :]
    rows = []
    for own_index, own_name in enumerate(ours):
        for peer_index, peer_name in enumerate(peers):
            parts = [name, *([own_name] if own_index else []), *([peer_name] if peer_index else [])]
            rows.append(row_of("/".join(parts), mine[own_index], others[peer_index], peer_name))
    return rows


def row_of(name: str, mine: Timing, other: Timing, peer_name: str) -> Row:
    """Return the row of two timings."""
    return Row(
        row=name,
        ours=round(mine.median_ms, 4),
        peer=round(other.median_ms, 4),
        peer_name=peer_name,
        ratio=round(other.median_ms / mine.median_ms, 2),
        unit="ms",
        repetitions=mine.repetitions,
        spread={"ours": [mine.p10_ms, mine.p90_ms], "peer": [other.p10_ms, other.p90_ms]},
    )


def to_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| row | ours | peer | peer / ours | repetitions |", "|---|---|---|---|---|"]
    for row in rows:
        if row.error:
            lines.append(f"| {row.row} | not measured: {_cell(row.error)} | - | - | - |")
            continue
        peer = f"{row.peer:g} {row.unit} ({_cell(row.peer_name)})" if row.peer is not None else "-"
        ratio = f"{row.ratio:g}" if row.ratio is not None else "-"
        lines.append(f"| {row.row} | {_ours(row)} {row.unit} | {peer} | {ratio} | {row.repetitions} |")
    return "\n".join(lines) + "\n"


def to_columns(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows flat, for a spreadsheet: one number a column, None where there is none."""
    flat = []
    for row in rows:
        tail = row.ours if isinstance(row.ours, dict) else {}
        mine, other, (before, after) = (
            found or _NO_PAIR for found in (row.spread.get("ours"), row.spread.get("peer"), row.load)
        )
        flat.append(
            {
                "row": row.row, "ours": tail.get("p50") if tail else row.ours, "ours_p99": tail.get("p99"),
                "ours_p10": mine[0], "ours_p90": mine[1],
                "peer": row.peer, "peer_p10": other[0], "peer_p90": other[1], "peer_name": row.peer_name,
                "ratio": row.ratio, "unit": row.unit, "repetitions": row.repetitions,
                "load_before": before, "load_after": after, "busy_elsewhere": row.busy_elsewhere, "error": row.error,
            }
        )  # fmt: skip
    return flat


def _ours(row: Row) -> str:
    if isinstance(row.ours, dict):
        return ", ".join(f"{key} {value:g}" for key, value in row.ours.items())
    return "-" if row.ours is None else f"{row.ours:g}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
