"""`vinn bench`: the measurements that need no ROS. `make bench` adds image to command over DDS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from vinn_training.cli.console import CONSOLE
from vinn_training.evaluation.benchmark import Row, describe_machine, to_markdown
from vinn_training.evaluation.benchmark_rows import encode_row, search_row
from vinn_training.evaluation.reading_benchmark import reading_rows


@dataclass(frozen=True)
class BenchConfig:
    """What `vinn bench` takes.

    Attributes:
        output: Folder for bench.json and bench.md.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("runs/bench")


def measure() -> list[Row]:
    """Measure and return the rows.

    Raises:
        MissingDependency: If torch, torchvision, PyAV or pyarrow is not installed.
    """
    rows = []
    for name, row in (("encode", encode_row), ("search", search_row)):
        CONSOLE.print(f"measuring {name}")
        rows.append(row())
    CONSOLE.print("measuring read_mp4 and read_png")
    return rows + reading_rows()


def write(rows: list[Row], output: Path) -> None:
    """Write bench.json and bench.md, and print the table."""
    output.mkdir(parents=True, exist_ok=True)
    content = {"machine": describe_machine(), "rows": [row.to_dict() for row in rows]}
    (output / "bench.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (output / "bench.md").write_text(to_markdown(rows), encoding="utf-8")
    print(to_markdown(rows), end="")


def run(config: BenchConfig) -> int:
    """Measure, write and print; return the exit status.

    Raises:
        MissingDependency: If torch, torchvision, PyAV or pyarrow is not installed.
    """
    write(measure(), config.output)
    return 0
