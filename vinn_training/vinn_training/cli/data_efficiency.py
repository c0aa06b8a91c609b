"""`vinn data-efficiency`: error against the number of demonstrations, Figure 4 of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import torch
import tyro

from vinn_training.cli.console import progress_bar
from vinn_training.cli.evaluate import open_tasks, preset_name
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.evaluation.data_efficiency import SizedScore, data_efficiency
from vinn_training.evaluation.encoder_sources import EncoderLoader, EncoderSources
from vinn_training.evaluation.held_out import HeldOut, split_of
from vinn_training.evaluation.methods import METHODS, PRESETS, MethodsConfig
from vinn_training.evaluation.result_files import write_csv, write_json
from vinn_training.evaluation.table import summarise


@dataclass(frozen=True)
class DataEfficiencyCommand:
    """What `vinn data-efficiency` takes.

    Attributes:
        datasets: One a task.
        output: Folder for data_efficiency.json and data_efficiency.csv; see `vinn report`.
        sizes: Numbers of demonstrations; 0 is all of the training side. Numbers above it are left out.
        methods: Names, as for `vinn evaluate`.
        seeds: One draw of demonstrations and one training each.
        held_out: As for `vinn evaluate`.
        folds: As for `vinn evaluate`.
        preset: Where the methods' defaults come from: paper, or small.
        threads: Of torch; 0 leaves the choice to it.
        encoders: As for `vinn evaluate`. The encoder stays the same, however few demonstrations a method is fitted on.
        method: Parameters of the methods.
        reader: Choices that some formats of data leave.
    """

    datasets: tyro.conf.Positional[tuple[Path, ...]]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    sizes: tuple[int, ...] = (1, 2, 5, 10, 20, 40, 0)
    methods: tuple[str, ...] = ("vinn", "bc-rep", "open-loop")
    seeds: tuple[int, ...] = (0, 1, 2)
    held_out: HeldOut = "auto"
    folds: int = 4
    preset: str = "paper"
    threads: int = 0
    encoders: EncoderSources = field(default_factory=EncoderSources)
    method: MethodsConfig = field(default_factory=MethodsConfig)
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def default_config(arguments: Sequence[str]) -> DataEfficiencyCommand:
    """Return the defaults of the preset that the arguments name.

    Raises:
        InvalidInput: If it is unknown.
    """
    name = preset_name(arguments)
    return DataEfficiencyCommand(datasets=tyro.MISSING, output=tyro.MISSING, preset=name, method=PRESETS[name])


def run(config: DataEfficiencyCommand) -> int:
    """Measure, write the results and return the exit status.

    Raises:
        VinnError: If data, encoders, options or the output folder cannot be used.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    tasks = open_tasks(config.datasets, config.reader)
    encoders = EncoderLoader(config.encoders, config.output / "encoders", config.threads)
    scores: list[SizedScore] = []
    with progress_bar("data efficiency") as report:
        for task, dataset in tasks.items():
            for seed in config.seeds:
                training, test = split_of(dataset, config.held_out, config.folds, seed)
                scores += data_efficiency(
                    task, training, test, config.sizes, seed, config.methods, config.method, encoders, report
                )
    rows = _rows(scores)
    write_json(
        config.output / "data_efficiency.json",
        {"preset": config.preset, "encoders": asdict(config.encoders), "points": rows},
    )
    write_csv(config.output / "data_efficiency.csv", rows)
    for row in rows:
        print(
            f"{row['task']}  {METHODS[row['method']].title:<26} {row['demonstrations']:>4} demonstrations  "
            f"{row['mse']:.4f} +- {row['mse_std']:.4f} over {row['seeds']} seeds"
        )
    print(f"{config.output}: data_efficiency.json, data_efficiency.csv; a page: vinn report {config.output}")
    return 0


def _rows(scores: list[SizedScore]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str, int], list[SizedScore]] = {}
    for item in scores:
        groups.setdefault((item.score.task, item.score.method, item.demonstrations), []).append(item)
    rows = []
    for (task, method, size), group in groups.items():
        summary = summarise([item.score for item in group])
        # Spread over the draws of demonstrations; the interval is over the test demonstrations.
        rows.append(
            {
                "task": task, "method": method, "demonstrations": size, "seeds": summary.seeds, "mse": summary.mse,
                "mse_std": summary.mse_std, "mse_low": summary.mse_low, "mse_high": summary.mse_high,
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (str(row["task"]), str(row["method"]), row["demonstrations"]))
