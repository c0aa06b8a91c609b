"""`vinn evaluate-sequences`: implicit BC in the sequence form on robomimic's data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import tyro

from vinn_training.cli.console import CONSOLE
from vinn_training.evaluation.bootstrap import bootstrap_mean
from vinn_training.evaluation.result_files import write_csv, write_json
from vinn_training.evaluation.sequence_evaluation import SequenceScore, score_sequences, split_episodes
from vinn_training.policy.learned.implicit_bc_sequence import SequenceConfig, SequenceImplicitBc
from vinn_training.policy.learned.robomimic_sequences import CAMERAS, STATES, read_sequences


@dataclass(frozen=True)
class EvaluateSequencesCommand:
    """What `vinn evaluate-sequences` takes.

    Attributes:
        file: HDF5 file of robomimic with images.
        output: Folder for sequences.json and sequences.csv.
        cameras: Observations that are images.
        states: Observations that are numbers.
        seeds: One draw of test episodes and one training each.
        test_fraction: Share of the episodes to test on.
        threads: Of torch; 0 leaves the choice to it.
        sequence: Training and search; both inference variants are measured.
    """

    file: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    cameras: tuple[str, ...] = CAMERAS
    states: tuple[str, ...] = STATES
    seeds: tuple[int, ...] = (0,)
    test_fraction: float = 0.1
    threads: int = 0
    sequence: SequenceConfig = field(default_factory=SequenceConfig)


def run(config: EvaluateSequencesCommand) -> int:
    """Train, measure, write the results and return the exit status.

    Raises:
        VinnError: If the file, options or the output folder cannot be used.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    episodes = read_sequences(config.file, config.cameras, config.states)
    rows: list[dict[str, Any]] = []
    for seed in config.seeds:
        training, test = split_episodes(episodes, config.test_fraction, seed)
        CONSOLE.print(f"seed {seed}: {len(training)} episodes to learn from, {len(test)} to test on")
        policy = SequenceImplicitBc(config.sequence, seed)
        policy.fit(training)
        rows += [{"seed": seed, **asdict(score)} for score in score_sequences(policy, training, test)]
    table = [_summary(method, rows) for method in ("best", "sample", "mean")]
    write_json(config.output / "sequences.json", {"sequence": asdict(config.sequence), "table": table, "rows": rows})
    write_csv(config.output / "sequences.csv", rows)
    print("error of the carried-out actions, in units of their variance (mean action: about 1), 95 % interval")
    for line in table:
        print(f"  {line['method']:<8} {line['error']:.4f} ({line['low']:.4f} to {line['high']:.4f})")
    print(f"{config.output}: sequences.json, sequences.csv")
    return 0


def _summary(method: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    mine = [SequenceScore(**{k: v for k, v in row.items() if k != "seed"}) for row in rows if row["method"] == method]
    sums, counts = np.array([item.squared_sum for item in mine]), np.array([item.frames for item in mine])
    interval = bootstrap_mean(sums, counts)
    return {"method": method, "error": float(sums.sum() / counts.sum()), "low": interval.low, "high": interval.high}
