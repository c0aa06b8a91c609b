"""`vinn train`: demonstrations in, encoder out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import torch
import tyro

from vinn_training.cli.console import CONSOLE, progress_bar
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.artifact import EncoderSpec
from vinn_training.encoder.frame_cache import cache_frames
from vinn_training.encoder.presets import PRESETS
from vinn_training.encoder.training import ByolTrainer, TrainingConfig
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing


@dataclass(frozen=True)
class TrainConfig:
    """What `vinn train` takes.

    Attributes:
        dataset: Demonstrations, in any format that `vinn data info` reads.
        output: Folder for encoder and checkpoint; an unfinished training in it is gone on with.
        preset: Where the other defaults come from: paper or small.
        architecture: resnet18, resnet34 or resnet50.
        size: Side of the encoder's square input, pixels.
        normalisation: Of embeddings: none or l2 (unit length).
        scale: Factor on normalised embeddings; sets what the policy's temperature of 1 means.
        pooling: Cells a side to which the last feature map is averaged: 1 as in the paper, 2 keeps more of where
            things are.
        fresh: Start again although the folder holds a checkpoint.
        threads: Of torch; 0 leaves the choice to it.
        reader: Choices that some formats of data leave.
        training: How to train.
    """

    dataset: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    preset: str = "paper"
    architecture: str = PRESETS["paper"].architecture
    size: int = PRESETS["paper"].size
    normalisation: str = PRESETS["paper"].normalisation
    scale: float = PRESETS["paper"].scale
    pooling: int = PRESETS["paper"].pooling
    fresh: bool = False
    threads: int = 0
    reader: ReaderOptions = field(default_factory=ReaderOptions)
    training: Annotated[TrainingConfig, tyro.conf.arg(name="")] = field(
        default_factory=lambda: PRESETS["paper"].training
    )


def default_config(arguments: Sequence[str]) -> TrainConfig:
    """Return the defaults of the preset that the arguments name.

    Raises:
        InvalidInput: If it is unknown.
    """
    name = "paper"
    for index, argument in enumerate(arguments):
        if argument.startswith("--preset="):
            name = argument.partition("=")[2]
        elif argument == "--preset" and index + 1 < len(arguments):
            name = arguments[index + 1]
    if name not in PRESETS:
        raise InvalidInput(f"preset is '{name}'; expected one of: {', '.join(PRESETS)}")
    preset = PRESETS[name]
    return TrainConfig(
        dataset=tyro.MISSING,
        output=tyro.MISSING,
        preset=name,
        architecture=preset.architecture,
        size=preset.size,
        normalisation=preset.normalisation,
        scale=preset.scale,
        pooling=preset.pooling,
        training=preset.training,
    )


def run(config: TrainConfig) -> int:
    """Train and return the exit status.

    Raises:
        VinnError: If data, options or checkpoint cannot be used.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    dataset = open_dataset(config.dataset, config.reader)
    demonstrations = dataset.demonstrations
    preprocessing = Preprocessing(size=config.size, crop=dataset.crop)
    spec = EncoderSpec(config.architecture, preprocessing, config.normalisation, config.scale, config.pooling)
    with progress_bar("reading frames") as report:
        frames = cache_frames(demonstrations, spec.preprocessing, lambda done, total: report(done, total, ""))
    trainer = ByolTrainer(frames, spec, config.training, config.output)
    if not config.fresh and trainer.resume():
        CONSOLE.print(f"going on after epoch {trainer.epoch} of {config.training.epochs}")
    with progress_bar("training") as report:
        artifact = trainer.train(lambda step, total, loss: report(step, total, f"loss {loss:.3f}"))
    history = [{**row._asdict(), "indicators": row.indicators._asdict()} for row in trainer.history]
    result = {"encoder": str(artifact.weights_path), "encoder_id": artifact.encoder_id, "frames": len(frames),
              "demonstrations": len(demonstrations), "epochs": history}  # fmt: skip
    (config.output / "train.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"encoder {artifact.encoder_id}: {artifact.weights_path}")
    return 0
