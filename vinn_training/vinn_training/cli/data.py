"""`vinn data info` and `vinn data validate`: what a data set holds, and whether all of it can be used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro

from vinn_training.cli.console import CONSOLE, progress_bar
from vinn_training.contracts import REST_NORM, Demonstration
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_layout import dataset_info, demonstration_folders, load_demonstration
from vinn_training.exceptions import VinnError
from vinn_training.preprocessing import Preprocessing


@dataclass(frozen=True)
class InfoConfig:
    """What `vinn data info` takes.

    Attributes:
        dataset: Folder with one folder a demonstration (VINN layout).
        json: Print JSON, for programs.
    """

    dataset: tyro.conf.Positional[Path]
    json: bool = False


@dataclass(frozen=True)
class ValidateConfig:
    """What `vinn data validate` takes.

    Attributes:
        dataset: Folder with one folder a demonstration (VINN layout). Every image is read.
        json: Print JSON, for programs.
    """

    dataset: tyro.conf.Positional[Path]
    json: bool = False


DataConfig = (
    Annotated[InfoConfig, tyro.conf.subcommand("info", description="Say what a data set holds.")]
    | Annotated[ValidateConfig, tyro.conf.subcommand("validate", description="Read everything and list what is bad.")]
)


def run(config: DataConfig) -> int:
    """Print the answer and return the exit status: 1 where `validate` found something bad.

    Raises:
        InvalidDemonstration: If there is no data set, or (for `info`) it cannot be read.
    """
    return _validate(config) if isinstance(config, ValidateConfig) else _info(config)


def describe(demonstrations: tuple[Demonstration, ...]) -> dict[str, Any]:
    """Return counts and statistics of demonstrations, as plain JSON types."""
    lengths = [len(item) for item in demonstrations]
    directions = np.concatenate([item.directions for item in demonstrations])
    gripper = np.concatenate([item.gripper for item in demonstrations])
    moving = np.linalg.norm(directions, axis=1) > REST_NORM
    values, counts = np.unique(gripper, return_counts=True)
    height, width = demonstrations[0].load_image(0).shape[:2]
    return {
        "demonstrations": len(demonstrations),
        "frames": int(sum(lengths)),
        "frames_per_demonstration": {"min": min(lengths), "median": float(np.median(lengths)), "max": max(lengths)},
        "image_size": [width, height],
        "frames_at_rest": int((~moving).sum()),
        "mean_direction_right_down_forward": directions.mean(axis=0).astype(float).round(4).tolist(),
        "gripper_openings": {f"{value:.4g}": int(count) for value, count in zip(values, counts, strict=True)},
    }


def _info(config: InfoConfig) -> int:
    dataset = open_dataset(config.dataset)
    meaning = dataset.meaning
    content = describe(dataset.demonstrations)
    if config.json:
        print(json.dumps({"meaning": meaning, **content}, indent=2))
        return 0
    for name, value in {**content, **meaning}.items():
        print(f"{name.replace('_', ' '):36s} {value}")
    return 0


def _validate(config: ValidateConfig) -> int:
    info = dataset_info(config.dataset)
    preprocessing = Preprocessing(crop=info.crop)
    folders = demonstration_folders(config.dataset)
    problems: list[str] = []
    frames = 0
    with progress_bar("reading") as report:
        for done, folder in enumerate(folders, start=1):
            try:
                demonstration = load_demonstration(folder, info)
            except VinnError as error:
                problems.append(str(error))
                continue
            for index in range(len(demonstration)):
                frames += 1
                try:
                    preprocessing.resize(demonstration.load_image(index))
                except VinnError as error:
                    problems.append(f"{folder / info.images_folder / demonstration.frame_names[index]}: {error}")
            report(done, len(folders), f"{len(problems)} bad")
    if config.json:
        print(json.dumps({"demonstrations": len(folders), "frames": frames, "problems": problems}, indent=2))
    else:
        for problem in problems:
            CONSOLE.print(problem, style="red", markup=False, soft_wrap=True)
        print(f"{len(folders)} demonstrations, {frames} frames read, {len(problems)} problems")
    return 1 if problems else 0
