"""Pretraining within the domain: tell from two pictures of a scene how the robot moved between them.

It stands in for ImageNet's weights where they cannot be had. The labels are the robot's own joints, put at random:
no demonstration, no expert and no task enters (learning from one's own motion: Agrawal et al., "Learning to see by
moving", 2015).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.durable_files import replace_file
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, write_encoder
from vinn_training.encoder.augmentations import Augmentation
from vinn_training.encoder.backbone import build_backbone
from vinn_training.encoder.hardware import out_of_memory
from vinn_training.encoder.schedule import learning_rate_factor
from vinn_training.encoder.training_checks import disk_errors, setting_differences
from vinn_training.evaluation.motion_network import STATE_SIZE, MotionNetwork, PretrainingConfig
from vinn_training.evaluation.pretraining_pictures import ScenePictures
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput

_LOG = logging.getLogger(__name__)

STATE_FILE = "pretraining_state.pt"


@dataclass(frozen=True)
class PretrainingReport:
    """What an epoch came to.

    Attributes:
        epoch: From 1.
        loss: Mean squared error of its motions, in units of their variance: 1 is to say "no motion" always.
    """

    epoch: int
    loss: float


class Pretrainer:
    """Pretrains an encoder and leaves it, and after every epoch where to go on, in a folder.

    Args:
        scenes: At least as many as a step takes, each with as many pictures of one size.
        spec: Of the encoder; its preprocessing's size is the pictures'.
        config: How.
        folder: Where encoder and state go.

    Raises:
        InvalidInput: If pictures do not fit spec or config.
    """

    def __init__(
        self, scenes: Sequence[ScenePictures], spec: EncoderSpec, config: PretrainingConfig, folder: Path
    ) -> None:
        self._images, self._state = _stack(scenes, spec, config)
        self._spec, self._config, self._folder = spec, config, folder
        torch.manual_seed(config.seed)
        backbone = build_backbone(spec.architecture, "none", spec.pooling)
        self._network = MotionNetwork(backbone, spec.embedding_size).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        pairs = [
            (scene * config.pictures_a_step + first, scene * config.pictures_a_step + second)
            for scene in range(config.scenes_a_step)
            for first in range(config.pictures_a_step)
            for second in range(config.pictures_a_step)
            if first != second
        ]
        self._first, self._second = torch.tensor(pairs).T
        moved = self._state - self._state.mean(axis=1, keepdims=True)
        self._scale = torch.from_numpy(np.maximum(moved.reshape(-1, STATE_SIZE).std(axis=0), 1e-6))
        self.history: list[PretrainingReport] = []

    @property
    def steps_per_epoch(self) -> int:
        """Optimiser steps in one pass over all pictures."""
        seen = self._config.scenes_a_step * self._config.pictures_a_step
        return max(1, self._images.shape[0] * self._images.shape[1] // seen)

    def train(self, progress: Callable[[int, int, float], None] | None = None) -> EncoderArtifact:
        """Train up to the configured epoch, from where an earlier run stopped, and return the encoder.

        Args:
            progress: Called with (steps done, steps in all, loss).

        Raises:
            InvalidInput: If the loss is not finite, memory runs out or the disk refuses.
            InvalidCheckpoint: If the folder holds the state of other settings.
        """
        self._resume()
        for epoch in range(len(self.history) + 1, self._config.epochs + 1):
            try:
                loss = self._run_epoch(epoch, progress)
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                raise InvalidInput(
                    f"{self._config.scenes_a_step} scenes of {self._config.pictures_a_step} pictures a step do not fit "
                    "into memory; lower --scenes-a-step"
                ) from error
            self.history.append(PretrainingReport(epoch, loss))
            _LOG.info("pretraining epoch %d/%d: error of the motion %.3f", epoch, self._config.epochs, loss)
            self._save()
        weights = {
            name: value.detach().contiguous().numpy() for name, value in self._network.backbone.state_dict().items()
        }
        with disk_errors(self._folder):
            return write_encoder(self._folder, self._spec, weights)

    def _run_epoch(self, epoch: int, progress: Callable[[int, int, float], None] | None) -> float:
        # Of the epoch alone: an interrupted training goes on with the same draws.
        rng = np.random.default_rng([self._config.seed, epoch])
        views = Augmentation(self._config.augmentation, torch.Generator().manual_seed(int(rng.integers(2**31))))
        total, losses = self.steps_per_epoch * self._config.epochs, []
        self._network.train()
        for index in range(self.steps_per_epoch):
            step = (epoch - 1) * self.steps_per_epoch + index
            for group in self._optimiser.param_groups:
                group["lr"] = self._config.learning_rate * learning_rate_factor(step, total, max(1, total // 5), True)
            losses.append(self._step(rng, views))
            if not np.isfinite(losses[-1]):
                raise InvalidInput(f"the loss is {losses[-1]} at step {step + 1}; lower the learning rate")
            if progress is not None:
                progress(step + 1, total, losses[-1])
        return float(np.mean(losses))

    def _step(self, rng: np.random.Generator, views: Augmentation) -> float:
        config = self._config
        scenes = rng.choice(self._images.shape[0], config.scenes_a_step, replace=False)[:, None]
        rows = np.stack([rng.choice(self._images.shape[1], config.pictures_a_step, replace=False) for _ in scenes])
        pictures = torch.from_numpy(self._images[scenes, rows].reshape(-1, *self._images.shape[2:]))
        pictures = views(pictures.permute(0, 3, 1, 2).float() / 255.0)
        mean, std = (
            torch.tensor(v).view(1, 3, 1, 1) for v in (self._spec.preprocessing.mean, self._spec.preprocessing.std)
        )
        inputs = ((pictures - mean) / std).contiguous(memory_format=torch.channels_last)
        state = torch.from_numpy(self._state[scenes, rows].reshape(-1, STATE_SIZE))
        moved = (state[self._second] - state[self._first]) / self._scale
        # A motion is the difference of two draws: twice their variance.
        loss = (self._network(inputs, self._first, self._second) - moved).square().mean() / 2.0
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._optimiser.step()
        return float(loss.detach())

    def _settings(self) -> dict[str, Any]:
        shape = list(self._images.shape[:2])
        return {"encoder": self._spec.to_dict(), "pretraining": asdict(self._config), "pictures": shape}

    def _save(self) -> None:
        buffer = io.BytesIO()
        state = {
            "settings": self._settings(), "network": self._network.state_dict(),
            "optimiser": self._optimiser.state_dict(), "history": [asdict(report) for report in self.history],
        }  # fmt: skip
        torch.save(state, buffer)
        with disk_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_file(self._folder / STATE_FILE, buffer.getbuffer())

    def _resume(self) -> None:
        path = self._folder / STATE_FILE
        if not path.exists():
            return
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            settings = state["settings"]
        except Exception as error:  # torch raises many kinds for broken files, and pickle's for foreign ones
            raise InvalidCheckpoint(f"{path}: cannot be read ({error}); remove it to start afresh") from error
        differences = setting_differences(settings, self._settings())
        if differences:
            raise InvalidCheckpoint(
                f"{path}: was made with {'; '.join(differences)}; expected the same: use another --output, or remove it"
            )
        self._network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.history = [PretrainingReport(**report) for report in state["history"]]


def _stack(
    scenes: Sequence[ScenePictures], spec: EncoderSpec, config: PretrainingConfig
) -> tuple[ImageArray, NDArray[np.float32]]:
    """Return (G, N, S, S, 3) pictures and (G, N, 4) states, checked."""
    shapes = {scene.images.shape for scene in scenes}
    size = spec.preprocessing.size
    if len(shapes) != 1 or next(iter(shapes))[1:] != (size, size, 3):
        raise InvalidInput(f"pictures of scenes have shapes {sorted(shapes)}; expected one, (N, {size}, {size}, 3)")
    if len(scenes) < config.scenes_a_step or len(scenes[0].images) < config.pictures_a_step:
        raise InvalidInput(
            f"{len(scenes)} scenes of {len(scenes[0].images)} pictures; a step takes {config.scenes_a_step} of "
            f"{config.pictures_a_step}: expected as many at least"
        )
    return np.stack([scene.images for scene in scenes]), np.stack([scene.state for scene in scenes])
