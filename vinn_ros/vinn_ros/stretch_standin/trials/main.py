"""`python -m vinn_ros.stretch_standin.trials`: the table of stop times."""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape

from vinn_ros.stretch_standin.trials.report import markdown, summary
from vinn_ros.stretch_standin.trials.runner import RunnerConfig, TrialRunner, choose_kinds
from vinn_ros.stretch_standin.trials.verdict import Verdict
from vinn_training.durable_files import replace_file
from vinn_training.exceptions import VinnError

EXIT_TRIAL_FAILED = 1
EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class TrialsConfig:
    """Inject faults into a moving stand-in under the real bridge, and measure how soon it stops.

    Runs on this machine alone, in the ROS domain of ROS_DOMAIN_ID, and refuses one in which a robot listens.

    Attributes:
        output: Folder for stop_times.json, stop_times.md and the nodes' output.
        count: Number of trials; each kind of fault comes as often as any other.
        kinds: Only these kinds of fault, by name; all by default.
        run: How the trials are run.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("runs/stop_times")
    count: int = 200
    kinds: tuple[str, ...] = ()
    run: Annotated[RunnerConfig, tyro.conf.arg(name="")] = field(default_factory=RunnerConfig)


def run(config: TrialsConfig, console: Console, stop_requested: threading.Event) -> int:
    """Run the trials, write the table, and return the exit status: 0 if every trial was good.

    Raises:
        VinnError: If the trials cannot be run.
    """
    kinds = choose_kinds(config.count, config.run.seed, config.kinds, is_played=config.run.bundle is None)
    verdicts: list[Verdict] = []
    loads: list[float] = []
    config.output.mkdir(parents=True, exist_ok=True)
    with TrialRunner(config.run, config.output / "logs", stop_requested) as runner:
        try:
            for verdict in runner.run(kinds):
                verdicts.append(verdict)
                loads.append(os.getloadavg()[0])
                console.print(f"{len(verdicts)}/{len(kinds)} {escape(_line(verdict))}", soft_wrap=True, highlight=False)
        finally:
            if verdicts:
                _write(config, verdicts, loads, runner.unexplained_stops)
    failed = sum(bool(verdict.problems) for verdict in verdicts)
    console.print(f"{len(verdicts)} trials, {failed} failed; table {config.output / 'stop_times.md'}", soft_wrap=True)
    return EXIT_TRIAL_FAILED if failed else 0


def _line(verdict: Verdict) -> str:
    stop = "at rest" if not verdict.was_moving else "" if verdict.stop_s is None else f"{1e3 * verdict.stop_s:.0f} ms"
    return f"{verdict.kind}: {'; '.join(verdict.problems) or 'good'} {stop}".rstrip()


def _write(config: TrialsConfig, verdicts: list[Verdict], loads: list[float], unexplained_stops: int) -> None:
    content = {
        "config": {**asdict(config.run), "bundle": str(config.run.bundle) if config.run.bundle else None},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "load": {"median": round(median(loads), 1), "max": round(max(loads), 1)},
        "unexplained_stops": unexplained_stops,
        "summary": summary(verdicts, config.run.limit_s),
        "trials": [verdict.content() for verdict in verdicts],
    }
    replace_file(config.output / "stop_times.json", (json.dumps(content, indent=2) + "\n").encode())
    replace_file(config.output / "stop_times.md", markdown(content).encode())


def main() -> int:
    """Entry point of the trials."""
    console = Console()
    stop_requested = threading.Event()
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    try:
        config = tyro.cli(TrialsConfig, prog="python -m vinn_ros.stretch_standin.trials")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop_requested.set())
        return run(config, console, stop_requested)
    except VinnError as error:
        console.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        console.print("interrupted; the table holds the trials so far")
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
