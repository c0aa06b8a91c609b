"""One optimiser step: views of a batch, loss, gradients, weights; on any device, in any number of processes."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.profiler import record_function

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderSpec
from vinn_training.encoder.augmentations import Augmentation
from vinn_training.encoder.backbone import build_backbone
from vinn_training.encoder.frame_store import FrameStore, frames_fit
from vinn_training.encoder.hardware import (
    HardwareConfig,
    Precision,
    compile_in_place,
    find_device,
    find_precision,
    mixed_precision,
    out_of_memory,
    prefer_speed,
    weight_type,
)
from vinn_training.encoder.image_batch_norm import as_policies_see_it
from vinn_training.encoder.processes import Processes
from vinn_training.encoder.schedule import learning_rate_factor
from vinn_training.encoder.shares import Shares
from vinn_training.encoder.sync_batch_norm import synchronise_batch_norm
from vinn_training.encoder.torch_runtime import normalise
from vinn_training.encoder.training_config import TrainingConfig, build_method
from vinn_training.exceptions import InvalidInput

#: What a step consists of, as torch's profiler shows it.
PHASES = ("views", "forward", "backward", "optimiser", "after step")

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
        frames: (N, S, S, 3) uint8 RGB; as bytes they are kept, on the device where they fit.
        spec: Of the encoder.
        config: How to train.
        hardware: Where.
        processes: Among which every batch is divided.

    Raises:
        InvalidInput: If the device is not there, or is to hold frames that do not fit, or this is not the one process
            on the CPU that can compute as several.
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
        prefer_speed(self._device)
        fit = frames_fit(frames.nbytes, self._device, hardware.frame_memory)
        self._store = FrameStore(frames, self._device, fit)
        self._mean, self._std = (
            torch.tensor(values, device=self._device).view(1, 3, 1, 1)
            for values in (spec.preprocessing.mean, spec.preprocessing.std)
        )
        self.generator = torch.Generator().manual_seed(config.seed)
        self._augmentation = Augmentation(config.augmentation, self.generator)
        self._ready = False  # for a training step
        self._build_network(hardware.compile)
        self._shares = self._divided(hardware.as_processes)
        groups = [
            {"params": list(self._method.backbone.parameters()), "lr": config.learning_rate},
            {"params": self._method.head_parameters(), "lr": config.head_learning_rate},
        ]
        self._optimiser = torch.optim.Adam(groups, weight_decay=config.weight_decay, fused=True)
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
            compile_in_place(self._method.backbones(), self._device)
        if several:
            # Synchronised batch-norm keeps the buffers alike; sending them before every step would say nothing new.
            self._network = DistributedDataParallel(self._method, broadcast_buffers=False)

    def _divided(self, as_processes: int) -> Shares | None:
        """Make this process compute as several where that was asked for.

        Raises:
            InvalidInput: If there are several already, or it is not on the CPU.
        """
        if as_processes == 1:
            return None
        if self._processes.count > 1 or self._device.type != "cpu":
            raise InvalidInput(
                f"as_processes is {as_processes} in {self._processes.count} process(es) on {self._device}; expected "
                "one process on the CPU, which repeats what several computed: leave it out"
            )
        return Shares(self._method, as_processes)

    @property
    def frames(self) -> torch.Tensor:
        """The (N, S, S, 3) uint8 frames, where they lie."""
        return self._store.frames

    @property
    def learning_rate(self) -> float:
        """The backbone's, in the last step."""
        return float(self._optimiser.param_groups[0]["lr"])

    def train_step(
        self,
        rows: torch.Tensor,
        step: int,
        total_steps: int,
        steps_per_epoch: int,
        following: torch.Tensor | None = None,
    ) -> StepOutput:
        """Take one optimiser step on the frames in `rows`, those of all processes.

        Args:
            rows: (n,) int64; the same in every process.
            step: From 0.
            total_steps: Of the whole training.
            steps_per_epoch: For the warm-up.
            following: Rows of the next step where they are known; they are fetched while the device computes.

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
            output = self._optimise(rows, following)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            size, parts = self._config.batch_size, self._config.accumulation
            raise InvalidInput(
                f"the memory of {self._device} is too small for a batch of {size} frames in {parts} part(s); "
                f"try --batch-size {max(2, size // 2)}, or --accumulation {2 * parts}"
            ) from error
        with record_function(PHASES[4]):
            self._method.after_step(step, total_steps)
        return output

    def _optimise(self, rows: torch.Tensor, following: torch.Tensor | None) -> StepOutput:
        self._optimiser.zero_grad(set_to_none=True)
        parts = rows.chunk(self._config.accumulation)
        summed = torch.zeros((), device=self._device, dtype=weight_type(self.precision))
        for index, part in enumerate(parts):
            with record_function(PHASES[0]):
                views = self._views(part)
            # Gradients are averaged over processes once a step, with the last part.
            waits = index + 1 < len(parts) and isinstance(self._network, DistributedDataParallel)
            with self._network.no_sync() if waits else contextlib.nullcontext():  # type: ignore[operator]
                with record_function(PHASES[1]), mixed_precision(self.precision, self._device):
                    output = self._network(*views)
                loss = output.loss / len(parts)
                with record_function(PHASES[2]):
                    self._scaler.scale(loss).backward()
            summed += loss.detach()
        with record_function(PHASES[3]):
            if self._shares is not None:
                self._shares.collect()
            self._scaler.step(self._optimiser)
            self._scaler.update()
        if following is not None:
            self._store.prefetch(self._own(following.chunk(self._config.accumulation)[0]))
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
        start = self._processes.share(len(rows)).start
        images = self._images(self._store.take(self._own(rows)))
        if self._config.normalise_twice:
            images = self._standardised(images)
        first, second = (self._normalised(self._augmentation(images, start, total=len(rows))) for _ in range(2))
        return first, second

    def _own(self, rows: torch.Tensor) -> torch.Tensor:
        """Return this process's share of rows."""
        return rows[self._processes.share(len(rows))]

    def _images(self, frames: torch.Tensor) -> torch.Tensor:
        return frames.to(self._device, non_blocking=True).permute(0, 3, 1, 2).float() / 255.0

    def _standardised(self, images: torch.Tensor) -> torch.Tensor:
        return (images - self._mean) / self._std

    def _normalised(self, images: torch.Tensor) -> torch.Tensor:
        return self._standardised(images).to(weight_type(self.precision), memory_format=torch.channels_last)

    def embed(self, frames: torch.Tensor) -> FloatArray:
        """Return the (N, D) embeddings of (N, S, S, 3) uint8 frames as a policy would see them.

        Every process embeds its share and has all of them in the end.
        """
        self._ready = False
        self._network.eval()
        backbone = as_policies_see_it(self._method.backbone, self._spec)
        own = frames[self._processes.share(len(frames))]
        parts = [torch.empty(0, self._spec.embedding_size)]
        with torch.inference_mode(), mixed_precision(self.precision, self._device):
            for start in range(0, len(own), _EMBED_BATCH):
                images = self._normalised(self._images(own[start : start + _EMBED_BATCH]))
                # `forward` is the network as written: other sizes of batch would be compiled anew.
                parts.append(normalise(backbone.forward(images).float(), self._spec).cpu())
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
