"""The table of stop times, as JSON for programs and as Markdown for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vinn_ros.stretch_standin.trials.kinds import KINDS
from vinn_ros.stretch_standin.trials.verdict import Verdict


def summary(verdicts: Sequence[Verdict], limit_s: float) -> dict[str, Any]:
    """Return counts and percentiles, over all trials and by kind.

    Args:
        verdicts: Of the trials.
        limit_s: A stop may take this long.
    """
    kinds = [name for name in KINDS if any(verdict.kind == name for verdict in verdicts)]
    return {
        "all": _row(verdicts, limit_s),
        "by_kind": {name: _row([v for v in verdicts if v.kind == name], limit_s) for name in kinds},
    }


def _row(verdicts: Sequence[Verdict], limit_s: float) -> dict[str, Any]:
    stops_ms = [1e3 * verdict.stop_s for verdict in verdicts if verdict.stop_s is not None]
    recoveries_s = [verdict.recovery_s for verdict in verdicts if verdict.recovery_s is not None]
    p50, p99, largest = (_percentile(stops_ms, q) for q in (50, 99, 100))
    return {
        "trials": len(verdicts),
        "timed_stops": len(stops_ms),
        "stop_ms_p50": p50,
        "stop_ms_p99": p99,
        "stop_ms_max": largest,
        "over_limit": sum(value > 1e3 * limit_s for value in stops_ms),
        "commands_after_stop": sum(verdict.commands_after_stop for verdict in verdicts),
        "crossed_m_max": max((v.crossed_m for v in verdicts if v.crossed_m is not None), default=None),
        "recovery_s_max": max(recoveries_s, default=None),
        "pause_ms_max": max((round(1e3 * verdict.pause_s, 1) for verdict in verdicts), default=None),
        "failed": sum(bool(verdict.problems) for verdict in verdicts),
    }


def _percentile(values: Sequence[float], q: float) -> float | None:
    return round(float(np.percentile(values, q)), 1) if values else None


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def markdown(content: Mapping[str, Any]) -> str:
    """Return the report of a run as Markdown.

    Args:
        content: Of a run: config, machine, load, unexplained_stops, summary, trials.
    """
    config, load = content["config"], content["load"]
    limit_ms = 1e3 * config["limit_s"]
    deadlines = ", ".join(f"`{name}` {value:g}" for name, value in config["deadlines"].items())
    lines = [
        "# Stop times under injected faults",
        "",
        f"{content['summary']['all']['trials']} trials, seed {config['seed']}, mode {config['mode']}, "
        f"on {content['machine']}, whose load average (1 min) had median {load['median']:g} "
        f"and maximum {load['max']:g}. "
        f"The bridge{' with perception and policy' if config['bundle'] else ''} runs as a process over DDS "
        "against the stand-in Stretch. A stop is timed from the last good "
        "input (of an image, from when it was taken) to the last change of a joint's position, for every fault that "
        f"met a moving robot. Limit {limit_ms:.0f} ms. Deadlines of the bridge in seconds: {deadlines}.",
        "The pause is the longest time for which the machine did not run the stand-in, which wakes every 5 ms.",
        f"Stops before any fault, for deadlines that the machine missed: {content['unexplained_stops']}.",
        "",
        "| fault | expected | trials | timed | p50 ms | p99 ms | max ms | over limit | commands after stop "
        "| farthest m | slowest resumption s | longest pause ms | failed |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    rows = [(name, KINDS[name].expects, row) for name, row in content["summary"]["by_kind"].items()]
    for name, expects, row in [*rows, ("**all**", "", content["summary"]["all"])]:
        cells = [
            name, expects, row["trials"], row["timed_stops"], row["stop_ms_p50"], row["stop_ms_p99"],
            row["stop_ms_max"], row["over_limit"], row["commands_after_stop"], _rounded(row["crossed_m_max"], 3),
            _rounded(row["recovery_s_max"], 2), row["pause_ms_max"], row["failed"],
        ]  # fmt: skip
        lines.append("| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |")
    failed = [trial for trial in content["trials"] if trial["problems"]]
    if failed:
        lines += ["", "## Trials that failed", ""]
        lines += [
            f"- {trial['kind']} {trial['faults'] or ''}: {'; '.join(trial['problems'])}"
            + f" (the machine paused for {1e3 * trial['pause_s']:.0f} ms)"
            for trial in failed
        ]
    return "\n".join(lines) + "\n"
