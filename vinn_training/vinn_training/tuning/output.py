"""The files that tuning leaves in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vinn_training.evaluation.plots import to_png
from vinn_training.evaluation.result_files import write_bytes, write_csv, write_json
from vinn_training.tuning.figures import figures_of
from vinn_training.tuning.page import CAPTIONS, build_page
from vinn_training.tuning.parameter_file import StartingPoint, render
from vinn_training.tuning.settings_table import csv_row
from vinn_training.tuning.tune import TuningResult

PARAMETER_FILE = "policy.yaml"
SETTINGS_FILE, TABLE_FILE, PAGE_FILE = "settings.json", "settings.csv", "report.html"
CACHE_FOLDER = "embeddings"


def write_output(folder: Path, result: TuningResult, start: StartingPoint, content: dict[str, Any]) -> None:
    """Write parameter file, tables, pictures and page; each file is whole, the parameter file last.

    Args:
        folder: Of the output.
        result: Of tuning.
        start: The starting point.
        content: What `summarise` made of the result.

    Raises:
        InvalidInput: If the disk refuses.
        MissingDependency: If matplotlib or ruamel.yaml is not installed.
    """
    parameters = render(start, result.choice.config, result.tuned, origin_lines(result, content))
    pictures = {name: to_png(figure) for name, figure in figures_of(result).items()}
    for name in CAPTIONS.keys() - pictures.keys():  # of an earlier run, on bags that told more
        (folder / f"{name}.png").unlink(missing_ok=True)
    for name, data in pictures.items():
        write_bytes(folder / f"{name}.png", data)
    write_csv(folder / TABLE_FILE, [csv_row(row) for row in (content["best"], content["start"], *content["front"])])
    write_json(folder / SETTINGS_FILE, content)
    write_bytes(folder / PAGE_FILE, build_page(content, pictures, parameters).encode())
    write_bytes(folder / PARAMETER_FILE, parameters.encode())


def origin_lines(result: TuningResult, content: dict[str, Any]) -> list[str]:
    """Return where the values come from, a line each."""
    bags = [f"bag {bag['path']} ({bag['frames']} frames)" for bag in content["bags"]]
    return [
        "parameters of the policy node, fitted to recorded bags",
        f"bundle {content['bundle']}, bank {content['bank_id']}, encoder {content['encoder_id']}",
        *bags,
        *untunable_lines(result),
    ]


def untunable_lines(result: TuningResult) -> list[str]:
    """Return what is not tuned and why, a line each reason."""
    names: dict[str, list[str]] = {}
    for name, reason in result.untunable.items():
        names.setdefault(" ".join(reason.split()), []).append(name)
    return [f"not tuned: {', '.join(group)}: {reason}" for reason, group in names.items()]
