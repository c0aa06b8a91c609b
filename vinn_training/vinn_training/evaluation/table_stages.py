"""Stages that the paper's tables share when they are made from nothing: recording demonstrations, and pretraining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vinn_training.evaluation.job_process import Job
from vinn_training.evaluation.table3_sizes import IMAGENET, IN_DOMAIN


@dataclass(frozen=True)
class Stage:
    """Jobs that may run side by side.

    Attributes:
        name: For people.
        jobs: In order.
        together: How many at a time; 0: as many as there are workers.
    """

    name: str
    jobs: tuple[Job, ...]
    together: int = 0


def simulation_stage(recordings: Mapping[str, tuple[Path, int]], workers: int, *options: str) -> Stage:
    """Return the recording of demonstrations, one `vinn simulate` a task.

    Args:
        recordings: Folder and number of demonstrations, by task.
        workers: Processes of each recording.
        options: Further ones of `vinn simulate`.
    """
    jobs = []
    for task, (folder, episodes) in recordings.items():
        arguments = (
            "simulate", "--task", task, *options, "-o", str(folder), "--episodes", str(episodes),
            "--workers", str(workers),
        )  # fmt: skip
        # Status 1: the expert failed in some scene; the others are there.
        jobs.append(Job(f"simulate_{task}", arguments, accepted=(0, 1)))
    return Stage("simulating demonstrations", tuple(jobs), together=1)  # each has workers of its own


def pretraining_stage(folder: Path, preset: str, workers: int) -> Stage:
    """Return the making of in-domain weights.

    Args:
        folder: Of the whole table.
        preset: Of `vinn pretrain`.
        workers: Processes, and threads of torch.
    """
    arguments = ("pretrain", "-o", weights_source(IN_DOMAIN, folder), "--preset", preset)
    job = Job("pretrain", (*arguments, "--workers", str(workers), "--threads", str(workers)))
    return Stage("pretraining on other scenes", (job,))


def weights_source(pretrained: str, folder: Path) -> str:
    """Return the weights that encoders start from, as `vinn train` takes them.

    Args:
        pretrained: in-domain, imagenet, none, or a file or folder of weights.
        folder: Of the whole table, where in-domain weights are made.
    """
    return str(folder / "pretrained") if pretrained == IN_DOMAIN else pretrained


def weights_label(pretrained: str) -> str:
    """Return what encoders start from: "none", "imagenet", "in-domain" or "file"."""
    return pretrained if pretrained in (IN_DOMAIN, IMAGENET, "none") else "file"
