"""One optimiser step: views of a batch, loss, gradients, weights; on any device, in any number of processes."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderSpec
from vinn_training.encoder.augmentations import Augmentation
from vinn_training.encoder.backbone import build_backbone
from vinn_training.encoder.hardware import (
    HardwareConfig,
    Precision,
    find_device,
    find_precision,
    mixed_precision,
    out_of_memory,
    weight_type,
)
from vinn_training.encoder.processes import Processes
from vinn_training.encoder.schedule import learning_rate_factor
from vinn_training.encoder.sync_batch_norm import synchronise_batch_norm
from vinn_training.encoder.torch_runtime import normalise
from vinn_training.encoder.training_config import TrainingConfig, build_method
from vinn_training.exceptions import InvalidInput

#: Frames embedded at once without gradients.
_EMBED_BATCH = 64


class StepOutput(NamedTuple):
    """Of this process, in one step.

    Attributes:
        loss: Of its share of the batch.
        embeddings: Of two views of its share of the batch's last part, each (n, D).
    """

    loss: float
    embeddings: tuple[torch.Tensor, torch.Tensor]


class Learner:
    """Network, optimiser and source of views.

    Args:
        frames: (N, S, S, 3) uint8 RGB, kept on the device.
        spec: Of the encoder.
        config: How to train.
        hardware: Where.
        processes: Among which every batch is divided.

    Raises:
        InvalidInput: If the device is not there.
        InvalidCheckpoint: If the initial weights cannot be had.
    """

    def __init__(
        self,
        frames: ImageArray,
        spec: EncoderSpec,
        config: TrainingConfig,
        hardware: HardwareConfig,
        processes: Processes,
    ) -> None:
        self._spec, self._config, self._processes = spec, config, processes
        self._device = find_device(hardware.device, processes.local_rank)
        self.precision: Precision = find_precision(config.precision, self._device)
        self.frames = torch.from_numpy(frames).to(self._device)
        self._mean, self._std = (
            torch.tensor(values, device=self._device).view(1, 3, 1, 1)
            for values in (spec.preprocessing.mean, spec.preprocessing.std)
        )
        self.generator = torch.Generator().manual_seed(config.seed)
        self._augmentation = Augmentation(config.augmentation, self.generator)
        self._ready = False  # for a training step
        self._build_network(hardware.compile)
        groups = [
            {"params": list(self._method.backbone.parameters()), "lr": config.learning_rate},
            {"params": self._method.head_parameters(), "lr": config.head_learning_rate},
        ]
        fused = True if self._device.type == "cuda" else None
        self._optimiser = torch.optim.Adam(groups, weight_decay=config.weight_decay, fused=fused)
        self._scaler = torch.amp.GradScaler(self._device.type, enabled=self.precision == "float16")

    def _build_network(self, compile_backbone: bool) -> None:
        several = self._processes.count > 1
        torch.manual_seed(self._config.seed)
        backbone = build_backbone(self._spec.architecture, self._config.weights, self._spec.pooling)
        self._method = build_method(self._config, backbone, self._spec.embedding_size, several)
        self._method.to(self._device, weight_type(self.precision), memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._network: nn.Module = self._method
        if several:
            synchronise_batch_norm(self._method, self._device)
        if compile_backbone:
            for module in self._method.backbones():
                module.compile()
        if several:
            # Synchronised batch-norm keeps the buffers alike; sending them before every step would say nothing new.
            self._network = DistributedDataParallel(self._method, broadcast_buffers=False)

    @property
    def learning_rate(self) -> float:
        """The backbone's, in the last step."""
        return float(self._optimiser.param_groups[0]["lr"])

    def train_step(self, rows: torch.Tensor, step: int, total_steps: int, steps_per_epoch: int) -> StepOutput:
        """Take one optimiser step on the frames in `rows`, those of all processes.

        Args:
            rows: (n,) int64; the same in every process.
            step: From 0.
            total_steps: Of the whole training.
            steps_per_epoch: For the warm-up.

        Raises:
            InvalidInput: If memory runs out.
        """
        self._train_mode()
        warmup = round(self._config.warmup_epochs * steps_per_epoch)
        factor = learning_rate_factor(step, total_steps, warmup, self._config.cosine_decay)
        backbone, heads = self._optimiser.param_groups
        backbone["lr"] = factor * self._config.learning_rate
        heads["lr"] = factor * self._config.head_learning_rate
        try:
            output = self._optimise(rows)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            size, parts = self._config.batch_size, self._config.accumulation
            raise InvalidInput(
                f"the memory of {self._device} is too small for a batch of {size} frames in {parts} part(s); "
                f"try --batch-size {max(2, size // 2)}, or --accumulation {2 * parts}"
            ) from error
        self._method.after_step(step, total_steps)
        return output

    def _optimise(self, rows: torch.Tensor) -> StepOutput:
        self._optimiser.zero_grad(set_to_none=True)
        parts = rows.chunk(self._config.accumulation)
        summed = torch.zeros((), device=self._device, dtype=weight_type(self.precision))
        for index, part in enumerate(parts):
            views = self._views(part)
            # Gradients are averaged over processes once a step, with the last part.
            waits = index + 1 < len(parts) and isinstance(self._network, DistributedDataParallel)
            with self._network.no_sync() if waits else contextlib.nullcontext():  # type: ignore[operator]
                with mixed_precision(self.precision, self._device):
                    output = self._network(*views)
                loss = output.loss / len(parts)
                self._scaler.scale(loss).backward()
            summed += loss.detach()
        self._scaler.step(self._optimiser)
        self._scaler.update()
        return StepOutput(float(summed), output.embeddings)

    def _train_mode(self) -> None:
        """Switch to training mode; frozen batch-norms of the backbones stay in evaluation mode."""
        if self._ready:
            return
        self._ready = True
        self._network.train()
        if self._config.freeze_batch_norm:
            for backbone in self._method.backbones():
                for module in backbone.modules():
                    if isinstance(module, nn.modules.batchnorm._BatchNorm):
                        module.eval()

    def _views(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return two views of this process's share of the frames in `rows`, normalised."""
        share = self._processes.share(len(rows))
        images = self._images(self.frames[rows[share].to(self._device)])
        first, second = (self._normalised(self._augmentation(images, share.start, total=len(rows))) for _ in range(2))
        return first, second

    def _images(self, frames: torch.Tensor) -> torch.Tensor:
        return frames.to(self._device).permute(0, 3, 1, 2).float() / 255.0

    def _normalised(self, images: torch.Tensor) -> torch.Tensor:
        normalised = (images - self._mean) / self._std
        return normalised.to(weight_type(self.precision), memory_format=torch.channels_last)

    def embed(self, frames: torch.Tensor) -> FloatArray:
        """Return the (N, D) embeddings of (N, S, S, 3) uint8 frames as a policy would see them.

        Every process embeds its share and has all of them in the end.
        """
        self._ready = False
        self._network.eval()
        own = frames[self._processes.share(len(frames))]
        parts = [torch.empty(0, self._spec.embedding_size)]
        with torch.inference_mode(), mixed_precision(self.precision, self._device):
            for start in range(0, len(own), _EMBED_BATCH):
                images = self._normalised(self._images(own[start : start + _EMBED_BATCH]))
                parts.append(normalise(self._method.backbone(images).float(), self._spec).cpu())
        return np.concatenate(self._processes.gather(torch.cat(parts).numpy()))

    def weights(self) -> dict[str, np.ndarray]:
        """Return the backbone's arrays by name."""
        return {
            name: value.detach().float().contiguous().cpu().numpy()
            for name, value in self._method.backbone.state_dict().items()
            if not name.endswith("num_batches_tracked")
        }

    def state(self) -> dict[str, Any]:
        """Return all that the next step depends on; `load_state` is the inverse."""
        return {
            "model": self._method.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "scaler": self._scaler.state_dict(),
            "generator": self.generator.get_state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned; it may hold more."""
        self._method.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._scaler.load_state_dict(state["scaler"])
        self.generator.set_state(state["generator"])
