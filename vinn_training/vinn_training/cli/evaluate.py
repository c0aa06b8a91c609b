"""`vinn evaluate`: Table III of the paper, on your data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import torch
import tyro

from vinn_training.cli.console import progress_bar
from vinn_training.cli.evaluate_training import train_missing
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.evaluation.encoder_sources import EncoderLoader, EncoderSources
from vinn_training.evaluation.evaluate import EvaluationConfig, EvaluationResult, evaluate
from vinn_training.evaluation.method_titles import titles
from vinn_training.evaluation.methods import PRESETS, MethodsConfig, chosen_methods
from vinn_training.evaluation.result_files import write_csv, write_json
from vinn_training.evaluation.table import MethodSummary, summaries
from vinn_training.evaluation.table3 import statements, table3
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class EvaluateCommand:
    """What `vinn evaluate` takes.

    Attributes:
        datasets: One a task; its folder's name is the task's. A name with "door", "stack" or "push" in it is compared
            with that task of the paper.
        output: Folder for evaluate.json, table3.json, table.csv and demonstrations.csv; see `vinn report`.
        preset: Where the methods' defaults come from: paper, small (minutes on two cores), vinn_code or dobbe.
        threads: Of torch; 0 leaves the choice to it.
        train: Train the encoders that are not given, on the training side of each data set's split, by `vinn train`
            with the same preset; they stay in the output folder and are not trained again.
        pretrained: Weights that these start from, but for BYOL without pretraining: imagenet, none, or a file or
            folder. With none, "no pretraining" and VINN's own encoder are the same.
        encoders: Folders that `vinn train` wrote, in which {task} and {seed} stand for data set and seed; or imagenet
            or random, weights that were not trained here, in the architecture of `byol`.
        evaluation: Methods, seeds and held-out demonstrations.
        methods: Parameters of the methods.
        reader: Choices that some formats of data leave. `split` has no effect here.
    """

    datasets: tyro.conf.Positional[tuple[Path, ...]]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    preset: str = "paper"
    threads: int = 0
    train: bool = False
    pretrained: str = "imagenet"
    encoders: EncoderSources = field(default_factory=EncoderSources)
    evaluation: Annotated[EvaluationConfig, tyro.conf.arg(name="")] = field(default_factory=EvaluationConfig)
    methods_config: Annotated[MethodsConfig, tyro.conf.arg(name="method")] = field(default_factory=MethodsConfig)
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def default_config(arguments: Sequence[str]) -> EvaluateCommand:
    """Return the defaults of the preset that the arguments name.

    Raises:
        InvalidInput: If it is unknown.
    """
    name = preset_name(arguments)
    return EvaluateCommand(datasets=tyro.MISSING, output=tyro.MISSING, preset=name, methods_config=PRESETS[name])


def preset_name(arguments: Sequence[str], known: Sequence[str] = tuple(PRESETS)) -> str:
    """Return the preset that arguments name, "paper" where they name none.

    Args:
        arguments: Of a command.
        known: Presets that there are.

    Raises:
        InvalidInput: If it is unknown.
    """
    name = "paper"
    for index, argument in enumerate(arguments):
        if argument.startswith("--preset="):
            name = argument.partition("=")[2]
        elif argument == "--preset" and index + 1 < len(arguments):
            name = arguments[index + 1]
    if name not in known:
        raise InvalidInput(f"preset is '{name}'; expected one of: {', '.join(known)}")
    return name


def run(config: EvaluateCommand) -> int:
    """Evaluate, write the results and return the exit status.

    Raises:
        VinnError: If data, options or the output folder cannot be used.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    tasks = open_tasks(config.datasets, config.reader)
    sources = config.encoders
    if config.train:
        chosen = chosen_methods(config.evaluation.methods).values()
        sources = train_missing(
            tasks, chosen, sources, config.output / "encoders", config.preset, config.pretrained, config.threads
        )
    encoders = EncoderLoader(sources, config.output / "encoders", config.threads)
    with progress_bar("evaluating") as report:
        result = evaluate(
            tasks, config.evaluation, config.methods_config, encoders, report, lambda done: _save(config, sources, done)
        )
    if not result.scores:
        raise InvalidInput(f"no method could be run; the first: {result.left_out[0]['reason']}")
    _save(config, sources, result)
    print_result(result)
    print(f"{config.output}: table3.json, evaluate.json, table.csv, demonstrations.csv")
    print(f"a page: vinn report {config.output}")
    return 0


def open_tasks(paths: Sequence[Path], reader: ReaderOptions) -> dict[str, Dataset]:
    """Return all demonstrations of the data sets by the names of their folders or files.

    Raises:
        InvalidInput: If two have one name, or there is none.
        InvalidDemonstration: If one cannot be read.
    """
    names = [path.resolve().stem if path.is_file() else path.resolve().name for path in paths]
    if not names or len(set(names)) != len(names):
        raise InvalidInput(f"data sets are named {names}; expected one or more, all different: rename a folder")
    if reader.split != "all":
        raise InvalidInput(
            f"--reader.split is {reader.split}; leave it: the command holds demonstrations out by itself"
        )
    return {name: open_dataset(path, reader) for name, path in zip(names, paths, strict=True)}


def _save(config: EvaluateCommand, sources: EncoderSources, result: EvaluationResult) -> None:
    content: dict[str, Any] = {
        "seeds": sorted({score.seed for score in result.scores}), "preset": config.preset,
        "methods": asdict(config.methods_config), "encoders": asdict(sources), "arguments": sys.argv[1:],
    }  # fmt: skip
    save_results(config.output, result, content)


def save_results(folder: Path, result: EvaluationResult, settings: dict[str, Any]) -> None:
    """Write evaluate.json, table3.json, table.csv and demonstrations.csv.

    Args:
        folder: Made where missing.
        result: With one score at least.
        settings: Seeds and preset, and what else belongs into evaluate.json.

    Raises:
        InvalidInput: If a file cannot be written.
    """
    write_json(folder / "evaluate.json", settings | result.to_dict())
    write_json(folder / "table3.json", table3(result))
    write_csv(folder / "table.csv", [row.to_row() for row in summaries(result.scores)])
    write_csv(folder / "demonstrations.csv", [score.to_row() for score in result.scores])


def print_result(result: EvaluationResult) -> None:
    """Print the table, comparisons with VINN, and what becomes of the paper's orderings."""
    names = titles(result.pretraining)
    table = summaries(result.scores)
    for task in dict.fromkeys(row.task for row in table):
        print(f"\n{task}: test MSE, mean over seeds, standard deviation over seeds, 95 % interval over demonstrations")
        for row in sorted((row for row in table if row.task == task), key=lambda row: row.mse):
            print(_line(row, names[row.method]))
    for statement in statements(result):
        print(statement)
    for left in result.left_out:
        print(f"{left['task']}: {names[left['method']]} is left out: {left['reason']}")


def _line(row: MethodSummary, title: str) -> str:
    angle = "     -" if row.angle_deg is None else f"{row.angle_deg:5.1f} deg"
    late = "" if row.event_off_frames is None else f", off by {row.event_off_frames:.1f} frames"
    found = ""
    if row.events_found is not None:
        found = f", {round(row.events_found * row.events)} of {row.events} events, {row.events_spurious} spurious"
    interval = f"({row.mse_low:.4f} to {row.mse_high:.4f})"
    return (
        f"  {title:<26} {row.mse:.4f} +- {row.mse_std:.4f} {interval}"
        f"  {angle}  gripper {100 * row.gripper_accuracy:.0f} %{found}{late}"
    )
