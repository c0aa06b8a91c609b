"""`vinn bench`: the measurements that need no ROS. `make bench` adds image to command over DDS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.markup import escape

from vinn_training.cli.console import CONSOLE
from vinn_training.evaluation import bench_suite
from vinn_training.evaluation.benchmark import Row, to_columns, to_markdown
from vinn_training.evaluation.machine import describe_machine, load_average
from vinn_training.evaluation.plots import to_png
from vinn_training.evaluation.result_files import write_bytes, write_csv, write_json
from vinn_training.evaluation.scaling_banks import BANK_SIZES, BankPoint, bank_points, planned
from vinn_training.evaluation.scaling_demonstrations import (
    DEMONSTRATION_COUNTS,
    DemonstrationPoint,
    demonstration_points,
)
from vinn_training.evaluation.scaling_kinds import INDEX_KINDS
from vinn_training.evaluation.scaling_plot import scaling_figure, scaling_markdown

#: The exit status where a row could not be measured; the others are written all the same.
EXIT_INCOMPLETE = 1

#: With --scaling --quick.
QUICK_SIZES, QUICK_COUNTS = (1_000,), (1,)


@dataclass(frozen=True)
class BenchConfig:
    """What `vinn bench` takes.

    Attributes:
        output: Folder for bench.json, bench.csv and bench.md; with --scaling for scaling.json, .png and two .csv.
        rows: Which measurements to make, for example: --rows encode search. All where none is named.
        quick: Small sizes and few repetitions: shows that everything runs, and measures nothing worth telling.
        scaling: Measure how time and memory grow with the bank, instead of the rows.
        sizes: With --scaling: bank sizes in rows of 2048 numbers.
        indexes: With --scaling: kinds of search, see docs/speed.md; all but small banks for those that must learn.
        demonstrations: With --scaling: numbers of demonstrations of 60 frames.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("runs/bench")
    rows: tuple[str, ...] = ()
    quick: bool = False
    scaling: bool = False
    sizes: tuple[int, ...] = BANK_SIZES
    indexes: tuple[str, ...] = tuple(INDEX_KINDS)
    demonstrations: tuple[int, ...] = DEMONSTRATION_COUNTS


def measure(names: Sequence[str] = (), quick: bool = False) -> list[Row]:
    """Measure and return the rows; what cannot be measured is a row with an `error`.

    Args:
        names: Measurements; all where empty.
        quick: With small sizes and few repetitions.

    Raises:
        InvalidInput: If a name is unknown.
    """
    return bench_suite.measure(list(names) or list(bench_suite.MEASUREMENTS), quick, _tell)


def write(rows: list[Row], output: Path) -> None:
    """Write bench.json, bench.csv and bench.md, and print the table.

    Raises:
        InvalidInput: If there is no row or a file cannot be written.
    """
    machine = {**describe_machine(), "load_at_end": load_average()}
    loads = [row.load[0] for row in rows if row.load]
    if loads:
        machine["load_at_start"] = loads[0]
    write_csv(output / "bench.csv", to_columns(rows))
    write_json(output / "bench.json", {"machine": machine, "rows": [row.to_dict() for row in rows]})
    write_bytes(output / "bench.md", to_markdown(rows).encode())
    print(to_markdown(rows), end="")


def run(config: BenchConfig) -> int:
    """Measure, write and print; return the exit status: 0, or 1 where a row could not be measured.

    Raises:
        InvalidInput: If a row is unknown, a size cannot be used, or the output folder cannot be written.
        MissingDependency: If --scaling is asked for and matplotlib is not installed.
    """
    if config.scaling:
        return _run_scaling(config)
    rows = measure(config.rows, config.quick)
    write(rows, config.output)
    return EXIT_INCOMPLETE if any(row.error for row in rows) else 0


def _run_scaling(config: BenchConfig) -> int:
    scaling_figure([], [])  # a missing matplotlib is told now, not after an hour
    sizes, counts = (QUICK_SIZES, QUICK_COUNTS) if config.quick else (config.sizes, config.demonstrations)
    banks: list[BankPoint] = []
    loads: list[DemonstrationPoint] = []
    for bank in bank_points(sizes, config.indexes, _tell):
        banks.append(bank)
        _write_scaling(config.output, banks, loads)
    for load in demonstration_points(counts, _tell):
        loads.append(load)
        _write_scaling(config.output, banks, loads)
    points = [asdict(point) for point in banks], [asdict(point) for point in loads]
    write_bytes(config.output / "scaling.png", to_png(scaling_figure(*points)))
    print(scaling_markdown(*points), end="")
    return EXIT_INCOMPLETE if len(banks) < len(planned(sizes, config.indexes)) else 0


def _write_scaling(output: Path, banks: list[BankPoint], loads: list[DemonstrationPoint]) -> None:
    """Write what there is so far, so that an interrupted run keeps its points."""
    points = {"banks": [asdict(point) for point in banks], "demonstrations": [asdict(point) for point in loads]}
    for name, rows in points.items():
        if rows:
            write_csv(output / f"scaling_{name}.csv", rows)
    machine = {**describe_machine(), "load_at_end": load_average()}
    write_json(output / "scaling.json", {"machine": machine, **points})


def _tell(text: str) -> None:
    CONSOLE.print(escape(text))
