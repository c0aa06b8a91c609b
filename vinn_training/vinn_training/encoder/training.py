"""BYOL training: frames in, encoder out; stopped at any time, it goes on exactly where it was."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from vinn_training.contracts import ImageArray
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, write_encoder
from vinn_training.encoder.augmentations import Augmentation, AugmentationConfig
from vinn_training.encoder.backbone import RANDOM, build_backbone
from vinn_training.encoder.byol import Byol, ByolConfig
from vinn_training.encoder.checkpoint import read_checkpoint, write_checkpoint
from vinn_training.encoder.indicators import CollapseIndicators, collapse_indicators
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput

_LOG = logging.getLogger(__name__)

#: Pairs of embeddings kept for the collapse indicators of an epoch.
_INDICATOR_PAIRS = 512


@dataclass(frozen=True)
class TrainingConfig:
    """How long and how fast to train; the defaults are the paper's.

    Attributes:
        epochs: Passes over all frames; 0 keeps the initial weights.
        batch_size: Frames a step, 2 or more (batch-norm needs company).
        learning_rate: Of Adam, for the backbone.
        head_learning_rate: Of Adam, for projector and predictor, which always start from random weights.
        cosine_decay: Let both rates fall to zero along half a cosine, instead of keeping them.
        weight_decay: Of Adam.
        weights: What to start from: "imagenet", "none" or a local file (see backbone.build_backbone).
        seed: Of weights, order and views.
        byol: Heads and target.
        augmentation: Views.

    Raises:
        InvalidInput: If a number is out of range.
    """

    epochs: int = 100
    batch_size: int = 168
    learning_rate: float = 3e-4
    head_learning_rate: float = 3e-4
    cosine_decay: bool = False
    weight_decay: float = 0.0
    weights: str = RANDOM
    seed: int = 0
    byol: ByolConfig = field(default_factory=ByolConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)

    def __post_init__(self) -> None:
        if self.epochs < 0 or self.batch_size < 2:
            raise InvalidInput(
                f"epochs is {self.epochs} and batch_size {self.batch_size}; expected 0 or more, and 2 or more"
            )
        rates = (self.learning_rate, self.head_learning_rate)
        if not min(rates) > 0.0 or not self.weight_decay >= 0.0:
            raise InvalidInput(
                f"learning rates are {rates[0]} and {rates[1]}, weight_decay is {self.weight_decay}; "
                "expected more than 0, and 0 or more"
            )


class EpochReport(NamedTuple):
    """What one epoch came to.

    Attributes:
        epoch: From 1.
        loss: Mean BYOL loss, -1 to 1.
        seconds: Wall time.
        indicators: Whether it collapses.
    """

    epoch: int
    loss: float
    seconds: float
    indicators: CollapseIndicators


#: Called with (step, steps in all, loss).
StepProgress = Callable[[int, int, float], None]


class ByolTrainer:
    """Trains an encoder on frames and leaves encoder and checkpoint in a folder after every epoch.

    Args:
        frames: (N, S, S, 3) uint8, RGB, at the encoder's size (see frame_cache.cache_frames); N at least 2.
        spec: Of the encoder; its preprocessing's size is S.
        config: How to train.
        folder: Where encoder and checkpoint go.

    Raises:
        InvalidInput: If the frames do not fit the spec or are fewer than two.
        InvalidCheckpoint: If the initial weights cannot be had.
    """

    def __init__(self, frames: ImageArray, spec: EncoderSpec, config: TrainingConfig, folder: Path | str) -> None:
        size = spec.preprocessing.size
        if frames.ndim != 4 or frames.shape[1:] != (size, size, 3) or frames.dtype != np.uint8 or len(frames) < 2:
            raise InvalidInput(
                f"frames are {frames.dtype} of shape {frames.shape}; expected uint8 (N, {size}, {size}, 3), N >= 2"
            )
        self.spec, self.config, self.folder = spec, config, Path(folder)
        self._frames = torch.from_numpy(frames)
        torch.manual_seed(config.seed)
        backbone = build_backbone(spec.architecture, config.weights, spec.pooling)
        self._model = Byol(backbone, spec.embedding_size, config.byol)
        self._model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's stubs
        heads = [*self._model.projector.parameters(), *self._model.predictor.parameters()]
        groups = [
            {"params": list(self._model.backbone.parameters()), "lr": config.learning_rate},
            {"params": heads, "lr": config.head_learning_rate},
        ]
        self._optimiser = torch.optim.Adam(groups, weight_decay=config.weight_decay)
        self._generator = torch.Generator().manual_seed(config.seed)
        self._augmentation = Augmentation(config.augmentation, self._generator)
        mean, std = (
            torch.tensor(values).view(1, 3, 1, 1) for values in (spec.preprocessing.mean, spec.preprocessing.std)
        )
        self._mean, self._std = mean, std
        self.epoch = 0
        self.history: list[EpochReport] = []

    @property
    def steps_per_epoch(self) -> int:
        """Optimiser steps in one pass; a last batch that is not full is left out where there are full ones."""
        return max(1, len(self._frames) // self.config.batch_size)

    def train(self, progress: StepProgress | None = None) -> EncoderArtifact:
        """Train up to the configured epoch and return the encoder.

        Raises:
            InvalidInput: If the loss is not finite any more.
        """
        artifact = self._save()
        while self.epoch < self.config.epochs:
            report = self._run_epoch(progress)
            self.epoch += 1
            self.history.append(report)
            artifact = self._save()
            _LOG.info(
                "epoch %d/%d: loss %.4f, spread %.3f, effective rank %.1f, alignment %.4f, uniformity %.3f, %.1f s",
                report.epoch, self.config.epochs, report.loss, *report.indicators, report.seconds,
            )  # fmt: skip
        return artifact

    def resume(self) -> bool:
        """Go on from the folder's checkpoint; False where there is none.

        Raises:
            InvalidCheckpoint: If it cannot be read, or was made with other settings or another number of frames.
        """
        state = read_checkpoint(self.folder)
        if state is None:
            return False
        settings = self._settings()
        if state["settings"] != settings:
            raise InvalidCheckpoint(
                f"{self.folder}: the checkpoint was made with {state['settings']}, but this run is {settings}; "
                "expected the same: use the same options and data, or train into another folder"
            )
        self._model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._generator.set_state(state["generator"])
        self.epoch = int(state["epoch"])
        self.history = [
            EpochReport(int(row[0]), row[1], row[2], CollapseIndicators(*row[3:])) for row in state["history"]
        ]
        return True

    def _run_epoch(self, progress: StepProgress | None) -> EpochReport:
        started = time.perf_counter()
        self._model.train()
        total = self.steps_per_epoch * self.config.epochs
        losses: list[float] = []
        pairs: list[tuple[torch.Tensor, torch.Tensor]] = []
        order = torch.randperm(len(self._frames), generator=self._generator)
        for index in range(self.steps_per_epoch):
            rows = order[index * self.config.batch_size : (index + 1) * self.config.batch_size]
            step = self.epoch * self.steps_per_epoch + index
            self._set_learning_rates(step, total)
            output = self._model(*self._views(rows))
            self._optimiser.zero_grad(set_to_none=True)
            output.loss.backward()
            self._optimiser.step()
            self._model.update_target(step, total)
            losses.append(float(output.loss.detach()))
            if not np.isfinite(losses[-1]):
                raise InvalidInput(f"the loss is {losses[-1]} at step {step + 1}; lower the learning rate")
            pairs.append(output.embeddings)
            if len(pairs) * self.config.batch_size > _INDICATOR_PAIRS:
                pairs.pop(0)
            if progress is not None:
                progress(step + 1, total, losses[-1])
        first, second = (torch.cat([pair[view] for pair in pairs]) for view in (0, 1))
        return EpochReport(
            self.epoch + 1, float(np.mean(losses)), time.perf_counter() - started, collapse_indicators(first, second)
        )

    def _set_learning_rates(self, step: int, total_steps: int) -> None:
        """Set the rates of step `step` (from 0) of `total_steps`."""
        factor = 0.5 * (1.0 + math.cos(math.pi * step / total_steps)) if self.config.cosine_decay else 1.0
        backbone, heads = self._optimiser.param_groups
        backbone["lr"] = factor * self.config.learning_rate
        heads["lr"] = factor * self.config.head_learning_rate

    def _views(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return two views of the frames in `rows`, normalised."""
        images = self._frames[rows].permute(0, 3, 1, 2).float() / 255.0
        first, second = (
            ((self._augmentation(images) - self._mean) / self._std).contiguous(memory_format=torch.channels_last)
            for _ in range(2)
        )
        return first, second

    def _settings(self) -> dict[str, Any]:
        """Return what a checkpoint must share with the run that goes on from it, as plain values."""
        config = self.config
        return {
            "encoder": self.spec.to_dict(),
            "training": {
                key: str(value) if key in ("byol", "augmentation") else value for key, value in vars(config).items()
            },
            "frames": len(self._frames),
        }

    def _save(self) -> EncoderArtifact:
        """Write checkpoint and encoder, each atomically."""
        state = {
            "settings": self._settings(),
            "epoch": self.epoch,
            "model": self._model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "generator": self._generator.get_state(),
            "history": [[row.epoch, row.loss, row.seconds, *row.indicators] for row in self.history],
        }
        write_checkpoint(self.folder, state)
        weights = {
            name: value.detach().contiguous().numpy()
            for name, value in self._model.backbone.state_dict().items()
            if not name.endswith("num_batches_tracked")
        }
        return write_encoder(self.folder, self.spec, weights)
