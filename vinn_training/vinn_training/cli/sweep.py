"""`vinn sweep`: error of neighbour regression against k and temperature, Figure 6 of the paper."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro

from vinn_training.cli.console import progress_bar
from vinn_training.cli.evaluate import open_tasks
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.splits import Split
from vinn_training.evaluation.encoder_sources import EncoderLoader, EncoderSources
from vinn_training.evaluation.evaluate import embed_all
from vinn_training.evaluation.held_out import HeldOut, split_of
from vinn_training.evaluation.neighbor_sweep import SweepPoint, best, nearest_actions, sweep
from vinn_training.evaluation.result_files import write_csv, write_json
from vinn_training.evaluation.sweep_benchmark import benchmark
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import MAX_K
from vinn_training.policy.frame_encoder import FrameEncoder
from vinn_training.policy.nearest_neighbors import bank_of


@dataclass(frozen=True)
class SweepCommand:
    """What `vinn sweep` takes.

    Attributes:
        datasets: One a task.
        encoder: Folder that `vinn train` wrote; {task} and {seed} stand for data set and seed.
        output: Folder for sweep.json and sweep.csv; see `vinn report`.
        max_k: k from 1 to this, or to the number of training frames.
        temperatures: Of the softmin; the paper: 1. Empty: from a tenth to ten times the median distance to the nearest
            neighbour, and 1.
        seeds: One fold each; with a split, one is enough unless encoders differ by seed.
        held_out: As for `vinn evaluate`.
        folds: As for `vinn evaluate`.
        threads: Of the encoder; 0 leaves the choice to torch.
        benchmark: Also time the sweep against the original's loops, on random data of the door task's size.
        reader: Choices that some formats of data leave.
    """

    datasets: tyro.conf.Positional[tuple[Path, ...]]
    encoder: Annotated[str, tyro.conf.arg(aliases=["-e"])]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    max_k: int = 50
    temperatures: tuple[float, ...] = ()
    seeds: tuple[int, ...] = (0,)
    held_out: HeldOut = "auto"
    folds: int = 4
    threads: int = 0
    benchmark: bool = False
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: SweepCommand) -> int:
    """Sweep, write the results and return the exit status.

    Raises:
        VinnError: If data, encoder, options or the output folder cannot be used.
    """
    if not 1 <= config.max_k <= MAX_K:
        raise InvalidInput(f"max_k is {config.max_k}; expected 1 to {MAX_K}")
    tasks = open_tasks(config.datasets, config.reader)
    encoders = EncoderLoader(EncoderSources(byol=config.encoder), config.output / "encoders", config.threads)
    rows: list[dict[str, Any]] = []
    with progress_bar("sweeping") as report:
        for task, dataset in tasks.items():
            for seed in config.seeds:
                split = split_of(dataset, config.held_out, config.folds, seed)
                encoder = encoders.load("byol", task, seed)
                embed_all(split, encoder, report)
                rows += _sweep(config, task, seed, split, encoder)
    content: dict[str, Any] = {"encoder": config.encoder, "points": rows, "best": _best(rows)}
    if config.benchmark:
        content["benchmark"] = benchmark()
    write_json(config.output / "sweep.json", content)
    write_csv(config.output / "sweep.csv", rows)
    for item in content["best"]:
        print(f"{item['task']}: lowest MSE {item['mse']:.4f} at k {item['k']}, temperature {item['temperature']:.4g}")
    if config.benchmark:
        print(
            "{queries} queries, {rows} rows, k 1 to {max_k}: {ours_s:.2f} s; the original's loops "
            "{plain_s_scaled:.0f} s (scaled from {plain_queries_run} queries): {speedup:.0f} times; MSEs differ by at "
            "most {largest_mse_difference:.1e}".format(**content["benchmark"])
        )
    print(f"{config.output}: sweep.json, sweep.csv; a page: vinn report {config.output}")
    return 0


def _sweep(config: SweepCommand, task: str, seed: int, split: Split, encoder: FrameEncoder) -> list[dict[str, Any]]:
    queries = np.concatenate([encoder.embed(item) for item in split.test])
    labels = np.concatenate([item.directions for item in split.test])
    nearest = nearest_actions(bank_of(split.training, encoder), queries, config.max_k)
    temperatures = config.temperatures
    if not temperatures:
        scale = float(np.median(nearest.distances[:, 0])) or 1.0
        temperatures = tuple(sorted({1.0, *(float(f"{factor * scale:.2g}") for factor in (0.1, 0.3, 1.0, 3.0, 10.0))}))
    points = sweep(nearest, labels, temperatures)
    return [{"task": task, "seed": seed, **asdict(point)} for point in points]


def _best(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each task the k and temperature of lowest mean error over the seeds that have them."""
    found = []
    for task in dict.fromkeys(row["task"] for row in rows):
        errors: dict[tuple[int, float], list[float]] = {}
        for row in rows:
            if row["task"] == task:
                errors.setdefault((row["k"], row["temperature"]), []).append(row["mse"])
        most = max(len(values) for values in errors.values())
        points = [SweepPoint(*key, float(np.mean(values))) for key, values in errors.items() if len(values) == most]
        found.append({"task": task, **asdict(best(points))})
    return found
