"""`vinn data convert`: any readable data set in the VINN or LeRobot format."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import tyro

from vinn_training.cli.console import CONSOLE, progress_bar
from vinn_training.demonstrations.conversion import ImageSize, parse_size
from vinn_training.demonstrations.convert import EpisodeResult, check_output, convert_to_vinn
from vinn_training.demonstrations.convert_lerobot import convert_to_lerobot
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.reader import open_usable
from vinn_training.exceptions import InvalidDemonstration, MissingDependency


@dataclass(frozen=True)
class ConvertConfig:
    """What `vinn data convert` takes. The exit status is 1 where some demonstrations failed, 2 where all did.

    Attributes:
        dataset: Folder or file with demonstrations, in any format that `vinn data info` reads.
        output: Folder of the new data set. Demonstrations that are there already are kept, so that an interrupted
            conversion goes on where it stopped.
        format: vinn (one folder a demonstration) or lerobot (LeRobot v3, written whole or not at all).
        size: Size of the images: a number of pixels (a square) or WIDTHxHEIGHT; they are cropped as the data set says
            and resized. Empty leaves them as they are.
        image_suffix: Of the VINN layout: .png (lossless) or .jpg (a quarter of the size; the loss is reported).
        fps: Frames a second that LeRobot is told; 0 takes the data's own. Images keep their true times either way.
        reader: What to read, and choices that some formats leave.
    """

    dataset: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    format: Literal["vinn", "lerobot"] = "vinn"
    size: str = ""
    image_suffix: Literal[".png", ".jpg"] = ".png"
    fps: float = 0.0
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: ConvertConfig) -> int:
    """Convert and return the exit status: 1 if some demonstrations failed.

    Raises:
        InvalidDemonstration: If the data set cannot be used at all.
        InvalidInput: If an option or the output folder cannot be used.
        MissingDependency: If a format needs a package that is not installed.
    """
    size = parse_size(config.size) if config.size else None
    dataset = open_usable(config.dataset, config.reader)
    if not dataset.demonstrations:
        reason = next(iter(dataset.rejected.values()), "it is empty")
        raise InvalidDemonstration(f"{dataset.root}: no demonstration can be used; the first: {reason}")
    if config.format == "lerobot":
        return _to_lerobot(config, dataset, size)
    check_output(dataset, config.output)
    results: list[EpisodeResult] = []
    with progress_bar("converting") as report:
        for result in convert_to_vinn(dataset, config.output, size, config.image_suffix, report):
            results.append(result)
            _print_failure(result)
    return summarise(results, config.output)


def _to_lerobot(config: ConvertConfig, dataset: Dataset, size: ImageSize | None) -> int:
    try:
        with progress_bar("converting") as report:
            done = convert_to_lerobot(dataset, config.output, size, config.fps, report)
    except ModuleNotFoundError as error:
        raise MissingDependency(
            f"the lerobot format needs the package '{error.name}'; install it with: "
            "pip install 'vinn_training[formats]'"
        ) from error
    for result in done.episodes:
        _print_failure(result)
    status = summarise(list(done.episodes), config.output)
    if done.video_error is not None:
        assumed = "" if done.fps_known else " (assumed: the data has no rate; --fps gives one)"
        print(f"videos at {done.fps:.4g} frames a second{assumed}: mean absolute error {done.video_error:.2f} of 255")
    return status


def _print_failure(result: EpisodeResult) -> None:
    if result.state == "failed":
        CONSOLE.print(f"{result.name}: {result.reason}", style="red", markup=False, soft_wrap=True)


def summarise(results: list[EpisodeResult], output: Path) -> int:
    """Print what became of the episodes and return the exit status.

    Raises:
        InvalidDemonstration: If none is usable.
    """
    count = {state: sum(result.state == state for result in results) for state in ("written", "kept", "failed")}
    if count["failed"] == len(results):
        raise InvalidDemonstration(f"none of {len(results)} demonstrations could be converted; the reasons are above")
    frames = sum(result.frames for result in results if result.state == "written")
    print(
        f"{output}: {count['written']} demonstrations written, {frames} frames; "
        f"{count['kept']} were there already; {count['failed']} failed"
    )
    errors = [(result.image_error, result.frames) for result in results if result.image_error is not None]
    if errors:
        mean = sum(error * number for error, number in errors) / sum(number for _, number in errors)
        print(f"images are stored with loss: mean absolute error {mean:.2f} of 255")
    return 1 if count["failed"] else 0
