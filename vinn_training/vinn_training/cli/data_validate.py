"""`vinn data validate`: reads everything and lists what is bad, and where."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import tyro

from vinn_training.cli.console import CONSOLE, progress_bar
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.findings import CHECKS
from vinn_training.demonstrations.reader import open_usable
from vinn_training.demonstrations.split_file import SplitNames, read_split, split_path
from vinn_training.demonstrations.validation import ValidationReport, validate_dataset

_COLOURS = {"error": "red", "warning": "yellow"}


@dataclass(frozen=True)
class ValidateConfig:
    """What `vinn data validate` takes. The exit status is 1 where there are errors; warnings alone give 0.

    Attributes:
        dataset: Folder or file with demonstrations, in any format that `vinn data info` reads. Every image is read.
        json: Print JSON, for programs.
        split: File with the split across which recordings must not stand on both sides; by default the one that
            `vinn data split` wrote, where there is one.
        places: How many places to print of each kind of finding.
        reader: Choices that some formats leave.
    """

    dataset: tyro.conf.Positional[Path]
    json: bool = False
    split: Path | None = None
    places: int = 5
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: ValidateConfig) -> int:
    """Print what was found and return the exit status: 1 where there are errors.

    Raises:
        InvalidDemonstration: If there is no data set at all, or the split's file cannot be used.
        MissingDependency: If the format needs a package that is not installed.
    """
    dataset = open_usable(config.dataset, config.reader)
    split = _split(config)
    with progress_bar("validating") as report:
        result = validate_dataset(dataset, split, report)
    if config.json:
        print(json.dumps({**result.to_dict(), "split": split is not None}, indent=2))
    else:
        _print(result, split, config.places)
    return 1 if result.errors else 0


def _split(config: ValidateConfig) -> SplitNames | None:
    if config.split is not None:
        return read_split(config.split)
    path = split_path(config.dataset)
    # One side of the split alone does not match all of it, and has nothing on the other side.
    return read_split(path) if path.exists() and config.reader.split == "all" else None


def _print(result: ValidationReport, split: SplitNames | None, places: int) -> None:
    for name, check in CHECKS.items():
        if name not in result.findings.counts:
            continue
        count = result.findings.counts[name]
        title = f"{check.severity}: {name}: {count} {check.unit}: {check.meaning}"
        CONSOLE.print(title, style=_COLOURS[check.severity], markup=False, highlight=False, soft_wrap=True)
        shown = result.findings.places[name][:places]
        for place in shown:
            CONSOLE.print(f"  {place}", markup=False, highlight=False, soft_wrap=True)
        if count > len(shown):
            CONSOLE.print(f"  ... and {count - len(shown)} more", highlight=False)
    if result.similar_pairs:
        opposed = result.findings.counts.get("contradiction", 0)
        print(
            f"{result.similar_pairs} pairs of frames cannot be told apart (image distance below "
            f"{result.similar_distance:.3f}); {opposed} of them have opposed actions"
        )
    checked = "no split to check" if split is None else f"split {len(split.training)}/{len(split.test)} checked"
    print(
        f"{result.demonstrations} demonstrations, {result.frames} frames read, {checked}: "
        f"{result.errors} errors, {result.warnings} warnings"
    )
