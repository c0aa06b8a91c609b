"""`vinn data info`: what a data set holds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from vinn_training.cli.console import CONSOLE
from vinn_training.contracts import REST_NORM, Demonstration
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.reader import open_usable
from vinn_training.demonstrations.split_file import read_split, split_path
from vinn_training.exceptions import InvalidDemonstration

#: More gripper values than this are a measured opening, of which the range says more than a table.
_MAX_GRIPPER_VALUES = 10


@dataclass(frozen=True)
class InfoConfig:
    """What `vinn data info` takes.

    Attributes:
        dataset: Folder or file with demonstrations: VINN, Dobb-E, LeRobot, robomimic or ROS 2 bags.
        json: Print JSON, for programs.
        reader: Choices that some formats leave.
    """

    dataset: tyro.conf.Positional[Path]
    json: bool = False
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: InfoConfig) -> int:
    """Print what the data set holds and return the exit status.

    Raises:
        InvalidDemonstration: If there is no data set, or nothing in it can be used.
        MissingDependency: If its format needs a package that is not installed.
    """
    dataset = open_usable(config.dataset, config.reader)
    if not dataset.demonstrations:
        reasons = "; ".join(list(dataset.rejected.values())[:1])
        raise InvalidDemonstration(
            f"{dataset.root}: none of {len(dataset.rejected)} demonstrations is usable: {reasons}"
        )
    content = describe(dataset)
    if config.json:
        print(json.dumps(content, indent=2))
        return 0
    _print_rows(content)
    if dataset.rejected:
        CONSOLE.print(
            f"{len(dataset.rejected)} demonstrations cannot be used; `vinn data validate` says why", style="red"
        )
    return 0


def describe(dataset: Dataset) -> dict[str, Any]:
    """Return counts and statistics of a data set, as plain JSON types."""
    demonstrations = dataset.demonstrations
    lengths = [len(item) for item in demonstrations]
    directions = np.concatenate([item.directions for item in demonstrations])
    moving = np.linalg.norm(directions, axis=1) > REST_NORM
    return {
        "format": dataset.format,
        "source": dataset.source,
        "demonstrations": len(demonstrations),
        "frames": int(sum(lengths)),
        "frames_per_demonstration": {"min": min(lengths), "median": float(np.median(lengths)), "max": max(lengths)},
        "image_size": _image_size(demonstrations),
        "frames_at_rest": int((~moving).sum()),
        "mean_direction_right_down_forward": directions.mean(axis=0).astype(float).round(4).tolist(),
        "gripper_openings": _gripper(np.concatenate([item.gripper for item in demonstrations])),
        "rate_hz": _rate_hz(demonstrations),
        "duration_s": _duration_s(demonstrations),
        "with_rotations": sum(item.rotations_rad is not None for item in demonstrations),
        "lengths": _lengths(demonstrations),
        "splits": _splits(dataset),
        "rejected": dict(dataset.rejected),
        "meaning": dict(dataset.meaning),
    }


def _image_size(demonstrations: tuple[Demonstration, ...]) -> list[int] | None:
    """Return [width, height] of the first image that can be read."""
    for demonstration in demonstrations:
        try:
            height, width = demonstration.load_image(0).shape[:2]
        except InvalidDemonstration:
            continue
        return [width, height]
    return None


def _gripper(openings: np.ndarray) -> dict[str, Any]:
    values, counts = np.unique(openings, return_counts=True)
    if len(values) > _MAX_GRIPPER_VALUES:
        low, middle, high = np.quantile(openings, [0.0, 0.5, 1.0]).astype(float).round(4).tolist()
        return {"min": low, "median": middle, "max": high}
    return {f"{value:.4g}": int(count) for value, count in zip(values, counts, strict=True)}


def _rate_hz(demonstrations: tuple[Demonstration, ...]) -> float | None:
    """Return the median rate, where images have times."""
    steps = [np.diff(item.times_s) for item in demonstrations if item.times_s is not None and len(item) > 1]
    return round(1.0 / float(np.median(np.concatenate(steps))), 4) if steps else None


def _duration_s(demonstrations: tuple[Demonstration, ...]) -> float | None:
    times = [item.times_s for item in demonstrations]
    if any(item is None for item in times):
        return None
    return round(float(sum(item[-1] - item[0] for item in times if item is not None)), 3)


def _lengths(demonstrations: tuple[Demonstration, ...]) -> dict[str, float] | None:
    """Return the raw lengths of the motions, in the data set's unit, where they are known."""
    known = [item.lengths for item in demonstrations if item.lengths is not None]
    if not known:
        return None
    low, middle, high = np.quantile(np.concatenate(known), [0.0, 0.5, 1.0]).astype(float).round(6).tolist()
    return {"min": low, "median": middle, "max": high}


def _splits(dataset: Dataset) -> dict[str, int]:
    """Return how many demonstrations are on each side: of the split's file, or as the data came."""
    path = split_path(dataset.root)
    if path.exists():
        split = read_split(path)
        return {"training": len(split.training), "test": len(split.test)}
    return {str(name): len(names) for name, names in dataset.meaning.get("splits", {}).items()}


def _print_rows(content: dict[str, Any], indent: str = "") -> None:
    """Print one line a value; objects are indented, and what is not known is left out."""
    for name, value in content.items():
        label = f"{indent}{name.replace('_', ' ')}"
        if isinstance(value, dict) and value:
            print(label)
            _print_rows(value, indent + "  ")
        elif value not in (None, "", {}, []):
            print(f"{label:38s} {value}")
