"""`vinn train`: demonstrations in, encoder out."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import torch
import tyro

from vinn_training.cli.console import CONSOLE, Report, progress_bar
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.durable_files import replace_file
from vinn_training.encoder.action_error import ActionProbe
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec
from vinn_training.encoder.frame_cache import cache_frames
from vinn_training.encoder.hardware import HardwareConfig
from vinn_training.encoder.held_out import TrainingDemonstrations, hold_out
from vinn_training.encoder.metrics import open_metrics
from vinn_training.encoder.presets import PRESETS
from vinn_training.encoder.processes import Processes, process_group
from vinn_training.encoder.training import Trainer
from vinn_training.encoder.training_config import TrainingConfig
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing


@dataclass(frozen=True)
class TrainConfig:
    """What `vinn train` takes.

    Attributes:
        dataset: Demonstrations, in any format that `vinn data info` reads.
        output: Folder for encoder, checkpoint and TensorBoard's curves; an unfinished training in it is gone on with.
        preset: Where the other defaults come from: paper, small, vinn_code (the quirks of VINN's code) or dobbe.
        architecture: resnet18, resnet34 or resnet50.
        size: Side of the encoder's square input, pixels.
        normalisation: Of embeddings: none or l2 (unit length).
        scale: Factor on normalised embeddings; sets what the policy's temperature of 1 means.
        pooling: Cells a side to which the last feature map is averaged: 1 as in the paper, 2 keeps more of where
            things are.
        batch_norm: What scales the channels in an embedding: the statistics "stored" in training, or those of each
            "image" alone, as in VINN's code.
        fresh: Start again although the folder holds a checkpoint.
        threads: Of torch; 0 leaves the choice to it.
        wandb: Send the curves to Weights & Biases, too; needs the package wandb.
        hardware: Where to train. Several GPUs: torchrun --nproc-per-node N -m vinn_training.cli.main train ...
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
    batch_norm: str = PRESETS["paper"].batch_norm
    fresh: bool = False
    threads: int = 0
    wandb: bool = False
    hardware: Annotated[HardwareConfig, tyro.conf.arg(name="")] = field(default_factory=HardwareConfig)
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
        batch_norm=preset.batch_norm,
        training=preset.training,
    )


def run(config: TrainConfig) -> int:
    """Train and return the exit status.

    Raises:
        VinnError: If data, options or checkpoint cannot be used.
        KeyboardInterrupt: On Ctrl-C; what was done is saved.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    with process_group() as processes:
        return _train(config, processes)


def _train(config: TrainConfig, processes: Processes) -> int:
    if not processes.first:
        logging.getLogger("vinn_training").setLevel(logging.WARNING)  # one of them talks
    dataset = open_dataset(config.dataset, config.reader)
    used = hold_out(dataset, config.reader, config.training.held_out, config.training.seed)
    preprocessing = Preprocessing(size=config.size, crop=dataset.crop)
    spec = EncoderSpec(
        config.architecture, preprocessing, config.normalisation, config.scale, config.pooling, config.batch_norm
    )
    with _progress("reading frames", processes) as report:
        frames = cache_frames(used.training, preprocessing, lambda done, total: report(done, total, ""))
    probe = None
    if used.held_out:
        probe = ActionProbe.from_demonstrations(used.training, used.held_out, preprocessing)
    trainer = Trainer(frames, spec, config.training, config.output, probe, config.hardware, processes)
    resumed = not config.fresh and trainer.resume()
    if not processes.first:
        trainer.train()
        return 0
    if resumed:
        CONSOLE.print(f"going on after epoch {trainer.epoch} of {config.training.epochs}")
    trainer.metrics = open_metrics(config.output, trainer.settings, trainer.step, config.wandb)
    try:
        with _progress(f"training ({config.training.method})", processes) as report:
            artifact = trainer.train(lambda step, total, loss: report(step, total, f"loss {loss:.3f}"))
    finally:
        trainer.metrics.close()
    _write_result(config, used, trainer, artifact)
    print(f"encoder {artifact.encoder_id}: {artifact.weights_path}")
    if probe is not None:
        print(_action_errors(trainer))
    return 0


def _progress(description: str, processes: Processes) -> AbstractContextManager[Report]:
    """Return a progress bar; the first process alone shows one."""
    return progress_bar(description) if processes.first else nullcontext(lambda done, total, text: None)


def _write_result(
    config: TrainConfig, used: TrainingDemonstrations, trainer: Trainer, artifact: EncoderArtifact
) -> None:
    history = [{**row._asdict(), "indicators": row.indicators._asdict()} for row in trainer.history]
    result = {
        "encoder": str(artifact.weights_path),
        "encoder_id": artifact.encoder_id,
        "method": config.training.method,
        "weights": config.training.weights,
        "seed": config.training.seed,
        "frames": sum(map(len, used.training)),
        "demonstrations": len(used.training),
        "held_out_demonstrations": [item.name for item in used.held_out],
        "initial_action_error": trainer.initial_error,
        "epochs": history,
    }
    path = config.output / "train.json"
    try:
        replace_file(path, json.dumps(result, indent=2).encode() + b"\n")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written: {error.strerror or error}") from error


def _action_errors(trainer: Trainer) -> str:
    """Return how the action error on held-out demonstrations went, in one line."""
    measured = [(row.epoch, row.action_error) for row in trainer.history if row.action_error is not None]
    before = "?" if trainer.initial_error is None else f"{trainer.initial_error:.5f}"
    if not measured:
        return f"action error on held-out demonstrations: {before}, not trained"
    best = min(measured, key=lambda item: item[1])
    return (
        f"action error on held-out demonstrations: {before} before training, {measured[-1][1]:.5f} after epoch "
        f"{measured[-1][0]}, best {best[1]:.5f} after epoch {best[0]}"
    )
