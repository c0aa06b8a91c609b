"""`vinn table3`: Table III of the paper from nothing, by one command."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

import tyro

from vinn_training.cli.evaluate import open_tasks, print_result, save_results
from vinn_training.cli.stages import check_settings, finish, run_stages
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.split_file import split_path
from vinn_training.evaluation.methods import chosen_methods
from vinn_training.evaluation.result_files import read_json
from vinn_training.evaluation.table3 import merge
from vinn_training.evaluation.table3_plan import Plan
from vinn_training.evaluation.table3_sizes import COLUMNS, SIZES, TaskSize
from vinn_training.exceptions import InvalidInput

_SETTINGS_FILE = "table3_settings.json"


@dataclass(frozen=True)
class Table3Command:
    """What `vinn table3` takes. Interrupted anywhere, the same command goes on; what is done is not done again.

    Attributes:
        output: Folder for data, encoders and results: table3.json, evaluate.json, table.csv, demonstrations.csv,
            stages.json and report.html.
        datasets: Your own data sets, one a task, each with a split (`vinn data split`); none: three simulated tasks.
        tasks: Of the simulated ones; none for all: door, push, stack.
        training: Demonstrations of each to learn from; 0: the preset's, 71, or 36 of push and stack with small.
        test: Demonstrations of each to test on; 0: the preset's, 21, or 12 of push and stack with small.
        preset: small (sized for two cores) or paper (its sizes; wants a GPU).
        pretrained: Weights that encoders start from: imagenet, in-domain (`vinn pretrain`, where ImageNet's cannot be
            had), none, or a file or folder. Empty: the preset's, imagenet for paper and in-domain for small.
        seeds: One training of every encoder and method each.
        methods: Columns; none: the paper's nine, and random weights as a control.
        workers: Processes at a time, one core each.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    datasets: tyro.conf.Positional[tuple[Path, ...]] = ()
    tasks: tuple[Literal["door", "push", "stack"], ...] = ()
    training: int = 0
    test: int = 0
    preset: Literal["small", "paper"] = "small"
    pretrained: str = ""
    seeds: tuple[int, ...] = (0, 1, 2)
    methods: tuple[str, ...] = field(default_factory=lambda: COLUMNS)
    workers: int = 2


def run(config: Table3Command) -> int:
    """Make the table and return the exit status.

    Raises:
        VinnError: If an option, data set or the output folder cannot be used, or a stage fails.
        KeyboardInterrupt: On Ctrl-C; the next call goes on.
    """
    plan = _plan(config)
    check_settings(
        config.output / _SETTINGS_FILE,
        {
            "preset": config.preset, "pretrained": plan.pretrained,
            "datasets": [str(path) for path in config.datasets],
            "tasks": {} if plan.datasets else {task: asdict(size) for task, size in plan.size.tasks.items()},
        },
    )  # fmt: skip
    times = run_stages(config.output, plan.stages(), plan.workers)
    contents = [read_json(plan.evaluation(task, seed) / "evaluate.json") for task in plan.data for seed in plan.seeds]
    result = merge(contents)
    settings = {"seeds": list(plan.seeds), "preset": config.preset, "methods": contents[0]["methods"]}
    result.pretraining = plan.pretraining()
    save_results(config.output, result, settings | {"stages": times})
    print_result(result)
    files = ("table3.json", "table.csv", "demonstrations.csv", "evaluate.json")
    finish(config.output, "Table III of the VINN paper, re-run", times, files)
    return 0


def _plan(config: Table3Command) -> Plan:
    size = SIZES[config.preset]
    chosen_methods(config.methods)
    datasets = None
    if config.datasets:
        opened = open_tasks(config.datasets, ReaderOptions())
        datasets = dict(zip(opened, config.datasets, strict=True))
        for dataset in opened.values():
            if not split_path(dataset.root).exists():
                raise InvalidInput(
                    f"{dataset.root}: has no split, so encoders would be trained on what they are tested on; "
                    f"run first: vinn data split {dataset.root}"
                )
    tasks = {
        task: TaskSize(config.training or usual.training, config.test or usual.test)
        for task, usual in size.tasks.items()
        if task in (config.tasks or size.tasks)
    }
    return Plan(
        folder=config.output, size=replace(size, tasks=tasks), pretrained=config.pretrained or size.pretrained,
        seeds=config.seeds, methods=config.methods, workers=config.workers, datasets=datasets,
    )  # fmt: skip
