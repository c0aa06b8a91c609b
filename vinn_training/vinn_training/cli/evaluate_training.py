"""Encoders that `vinn evaluate --train` makes itself: one a task and method, on the training side of the split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import tyro

from vinn_training.cli import train
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.split_file import split_path
from vinn_training.encoder.artifact import WEIGHTS_FILE
from vinn_training.evaluation.encoder_sources import EncoderSources
from vinn_training.evaluation.methods import EncoderName, Method
from vinn_training.exceptions import InvalidInput

#: Encoder: method of training, and whether it starts from the pretrained weights.
_TRAINED: dict[EncoderName, tuple[str, bool]] = {
    "byol": ("byol", True),
    "byol_scratch": ("byol", False),
    "vicreg": ("vicreg", True),
    "simclr": ("simclr", True),
}
#: `vinn train` writes it last: an encoder beside it is finished.
_FINISHED = "train.json"


def train_missing(
    tasks: Mapping[str, Dataset],
    methods: Iterable[Method],
    sources: EncoderSources,
    folder: Path,
    preset: str,
    pretrained: str,
    threads: int,
) -> EncoderSources:
    """Train the encoders that the methods need and that were not given; those finished before are kept.

    Args:
        tasks: Data sets with a split; the training side is learned from.
        methods: To be evaluated.
        sources: What was given.
        folder: Gets a folder for each task and encoder.
        preset: Of `vinn train`.
        pretrained: Weights that all but `byol_scratch` start from: imagenet, none, or a file or folder, as of
            `vinn pretrain`.
        threads: Of torch; 0 leaves the choice to it.

    Returns:
        The sources, with the trained encoders filled in.

    Raises:
        InvalidInput: If a data set has no split.
        VinnError: If training fails.
    """
    missing = [
        name for name in _TRAINED if name in {method.encoder for method in methods} and not getattr(sources, name)
    ]
    for task, dataset in tasks.items():
        if missing and not split_path(dataset.root).exists():
            raise InvalidInput(
                f"{dataset.root}: has no split, so encoders would be trained on what they are tested on; "
                f"run first: vinn data split {dataset.root}"
            )
        for name in missing:
            output = folder / task / name
            if (output / _FINISHED).exists() and (output / WEIGHTS_FILE).exists():
                continue
            method, from_pretrained = _TRAINED[name]
            arguments = [
                str(dataset.root), "-o", str(output), "--preset", preset, "--method", method, "--threads", str(threads),
                "--weights", pretrained if from_pretrained else "none", "--reader.split", "training",
            ]  # fmt: skip
            train.run(tyro.cli(train.TrainConfig, args=arguments, default=train.default_config(arguments)))
    return replace(sources, **{name: str(folder / "{task}" / name) for name in missing})
