"""Runs the stages of a table that is made from nothing, keeps results of two settings apart, writes the page."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vinn_training.cli.console import CONSOLE, progress_bar
from vinn_training.evaluation.jobs import JobRunner
from vinn_training.evaluation.report_page import build_page
from vinn_training.evaluation.result_files import read_json, write_bytes, write_json
from vinn_training.evaluation.table_stages import Stage
from vinn_training.exceptions import InvalidInput

STAGES_FILE, PAGE_FILE = "stages.json", "report.html"


def check_settings(path: Path, now: Mapping[str, Any]) -> None:
    """Keep what decides about data and encoders beside the results, so that those of two settings are not mixed.

    Args:
        path: File that holds the settings.
        now: Plain JSON types.

    Raises:
        InvalidInput: If the file holds other settings, or cannot be written.
    """
    before = read_json(path) if path.exists() else now
    if before != now:
        changed = [
            f"{name} was {before.get(name)!r}, is {now.get(name)!r}"
            for name in {**before, **now}
            if before.get(name) != now.get(name)
        ]
        raise InvalidInput(
            f"{path.parent}: holds a table of other settings: {'; '.join(changed)}; expected the same: "
            "choose another --output"
        )
    write_json(path, now)


def run_stages(folder: Path, stages: Sequence[Stage], workers: int) -> list[dict[str, Any]]:
    """Run all jobs that are not done, stage after stage, and write `stages.json` after each.

    Args:
        folder: Of the results.
        stages: In order.
        workers: Processes at a time.

    Returns:
        What each stage took: name, number of jobs, wall time and processor time in seconds. Jobs done before count
        with the time that they took then.

    Raises:
        InvalidInput: If a job fails.
        KeyboardInterrupt: On Ctrl-C or SIGTERM; the next call goes on.
    """
    runner = JobRunner(folder, {"OMP_NUM_THREADS": "1", "COLUMNS": "160"})
    times: list[dict[str, Any]] = []
    for number, stage in enumerate(stages, start=1):
        times.append(_run_stage(runner, stage, f"stage {number} of {len(stages)}", workers))
        write_json(folder / STAGES_FILE, {"workers": workers, "cores": os.cpu_count(), "stages": times})
    return times


def finish(folder: Path, title: str, times: Sequence[Mapping[str, Any]], files: Sequence[str]) -> None:
    """Write the page of the results, and say what all took and where it is.

    Args:
        folder: Of the results.
        title: Of the page.
        times: What `run_stages` returned.
        files: Of the results.

    Raises:
        InvalidInput: If a result cannot be read, or the page cannot be written.
    """
    write_bytes(folder / PAGE_FILE, build_page(folder, title).encode())
    wall_s, cpu_s = (sum(item[key] for item in times) for key in ("wall_s", "cpu_s"))
    print(f"all stages: {wall_s / 60.0:.1f} minutes, {cpu_s / 60.0:.1f} of processor time")
    print(f"{folder}: {', '.join((*files, STAGES_FILE, PAGE_FILE))}")


def _run_stage(runner: JobRunner, stage: Stage, place: str, workers: int) -> dict[str, Any]:
    together = min(stage.together or workers, workers)
    before = [done for job in stage.jobs if (done := runner.finished(job)) is not None]
    kept = f", {len(before)} done before" if before else ""
    CONSOLE.print(f"{place}: {stage.name}, {len(stage.jobs)} jobs{kept}; first: {stage.jobs[0].command}")
    started = time.monotonic()
    with progress_bar(stage.name) as report:
        took = runner.run(stage.jobs, together, report)
    # Jobs done before count with the time that they took then, so many side by side.
    wall_s = round(time.monotonic() - started + sum(done.wall_s for done in before) / together, 1)
    cpu_s = sum(item.cpu_s for item in took)
    CONSOLE.print(f"{stage.name}: {wall_s:.0f} s, {cpu_s:.0f} s of processor time")
    return {"stage": stage.name, "jobs": len(stage.jobs), "wall_s": wall_s, "cpu_s": round(cpu_s, 1)}
