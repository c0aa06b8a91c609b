"""`make bench`: all of `vinn bench`, and camera to command over DDS on the stand-in Stretch, in one run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape

from vinn_ros.demo.stages import StageConfig, make_bundle
from vinn_ros.latency.path_measurement import PathMeasurement, PathRunConfig
from vinn_ros.latency.path_run import run_path
from vinn_ros.latency.path_table import path_markdown
from vinn_training.cli import bench
from vinn_training.cli.console import set_up_logging
from vinn_training.evaluation.benchmark import Row
from vinn_training.evaluation.machine import describe_machine, load_average
from vinn_training.evaluation.result_files import write_bytes, write_json
from vinn_training.exceptions import InvalidInput, VinnError

_CAMERA_TO_COMMAND = "camera to command"
#: One process a node, perception and policy in one, and images as JPEG: all in one run.
_WAYS = ("image_to_command", "image_to_command/composed", "image_to_command/compressed")
_QUICK_S = 5.0


@dataclass(frozen=True)
class BenchConfig:
    """Measure encoding, search, bank and training, and camera to command over DDS, on this machine.

    Attributes:
        output: Folder for bench.json, bench.csv, bench.md, path.json and path.md.
        stages: The bundle to run with; that of `make demo` by default, made if it is not there.
        bundle: Another bundle to run with, for example one of `vinn export` and `vinn bank`.
        duration_s: How long each way from camera to command is measured.
        only_path: Camera to command alone, without the rows of `vinn bench`.
        quick: Small sizes and few repetitions: shows that everything runs, and measures nothing worth telling.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("runs/bench")
    stages: StageConfig = field(default_factory=StageConfig)
    bundle: Path | None = None
    duration_s: float = 60.0
    only_path: bool = False
    quick: bool = False


def measure_paths(
    bundle: Path, output: Path, duration_s: float, announce: Callable[[str], None]
) -> dict[str, PathMeasurement]:
    """Run every way from camera to command, 640x480 at 30 Hz, and return the measurements by row name.

    Args:
        bundle: Encoder and bank.
        output: Folder for the nodes' parameters and logs.
        duration_s: Time to measure each.
        announce: Told what is measured next.

    Raises:
        VinnError: If a node cannot start, or the robot cannot be brought to move.
    """
    measured = {}
    for name in _WAYS:
        announce(f"measuring {name} for {duration_s:g} s")
        config = PathRunConfig(
            bundle=bundle,
            duration_s=duration_s,
            composed=name.endswith("/composed"),
            transport="compressed" if name.endswith("/compressed") else "raw",
        )
        measured[name] = run_path(config, output / name.replace("/", "_"))
    return measured


def path_rows(measured: dict[str, PathMeasurement]) -> list[Row]:
    """Return the rows of the table; the peer of every other way is the one with a process for each node."""
    rows = []
    reference: float | None = None
    for name, way in measured.items():
        total = next((hop for hop in way.report.hops if hop.name == _CAMERA_TO_COMMAND), None)
        if total is None:
            rows.append(Row.failed(name, "no command answered any frame"))
            continue
        is_reference = name == _WAYS[0]
        peer = None if is_reference else reference
        rows.append(
            Row(
                row=name,
                ours={"p50": round(total.p50_ms, 2), "p99": round(total.p99_ms, 2)},
                peer=peer,
                peer_name="p50 with a process for each node" if peer is not None else "",
                ratio=round(peer / total.p50_ms, 2) if peer is not None else None,
                unit="ms",
                repetitions=total.n,
                spread={"ours": [round(total.min_ms, 2), round(total.p90_ms, 2)]},
                busy_elsewhere=round(way.use.others_percent / 100.0, 2),
            )
        )
        if is_reference:
            reference = round(total.p50_ms, 2)
    return rows


def run(config: BenchConfig, announce: Callable[[str], None]) -> int:
    """Measure, write and print; return the exit status: 0, or 1 where a row could not be measured.

    Raises:
        VinnError: If a stage of the bundle, or a node, cannot do its work.
    """
    if config.bundle is not None and not config.bundle.is_dir():
        raise InvalidInput(f"--bundle is '{config.bundle}', no directory; expected one made by `vinn bank`")
    bundle = config.bundle or make_bundle(config.stages, announce)
    rows = [] if config.only_path else bench.measure(quick=config.quick)
    load = load_average()
    measured = measure_paths(bundle, config.output, _QUICK_S if config.quick else config.duration_s, announce)
    content = {
        "machine": {**describe_machine(), "load_at_start": load, "load_at_end": load_average()},
        "ways": {name: way.to_dict() for name, way in measured.items()},
    }
    write_json(config.output / "path.json", content)
    write_bytes(config.output / "path.md", path_markdown(measured).encode())
    rows += path_rows(measured)
    bench.write(rows, config.output)
    print(path_markdown(measured), end="")
    return bench.EXIT_INCOMPLETE if any(row.error for row in rows) else 0


def main() -> int:
    """Entry point of `make bench`."""
    console = Console(stderr=True)
    set_up_logging()
    config = tyro.cli(BenchConfig, prog="make bench")
    try:
        return run(config, lambda text: console.print(escape(text)))
    except VinnError as error:
        console.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
        return 2
    except KeyboardInterrupt:
        console.print("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
