"""What every self-supervised method is to the training loop."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import nn

from vinn_training.encoder.hardware import loss_precision


class MethodOutput(NamedTuple):
    """Of one step.

    Attributes:
        loss: Scalar, at least float32; in several processes its mean over them is the loss of the whole batch.
        embeddings: The backbone's output for both views, each (N, D), detached.
    """

    loss: torch.Tensor
    embeddings: tuple[torch.Tensor, torch.Tensor]


class Method(nn.Module, ABC):
    """A backbone, the heads that only training needs, and a loss of two views.

    Args:
        backbone: From (N, 3, S, S) to (N, D); kept by reference, it is what training leaves behind.
    """

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    @abstractmethod
    def forward(self, first: torch.Tensor, second: torch.Tensor) -> MethodOutput:
        """Return the loss of two views of the same N frames, each (N, 3, S, S), normalised."""

    @abstractmethod
    def head_parameters(self) -> list[nn.Parameter]:
        """Return what learns besides the backbone; it always starts from random weights."""

    def backbones(self) -> list[nn.Module]:
        """Return the backbone and its copies, whose batch-norm may be frozen."""
        return [self.backbone]

    def after_step(self, step: int, total_steps: int) -> None:
        """Do what follows optimiser step `step` (from 0) of `total_steps`; by default nothing."""
        return


class ProjectionMethod(Method):
    """A backbone, a projector, and a loss of the two views' projections.

    Args:
        backbone: From (N, 3, S, S) to (N, D), kept by reference.
        projector: From (N, D) to projections.
        criterion: From the projections of both views to their scalar loss.
    """

    def __init__(self, backbone: nn.Module, projector: nn.Module, criterion: nn.Module) -> None:
        super().__init__(backbone)
        self.projector = projector
        self._criterion = criterion

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> MethodOutput:
        """Return the loss of two views of the same N frames, each (N, 3, S, S), normalised; 0 or more."""
        embeddings = (self.backbone(first), self.backbone(second))
        one, other = (self.projector(embedding) for embedding in embeddings)
        for projection in (one, other):
            if projection.requires_grad:
                # Losses leave gradients in rows or in columns, by the number of processes; sums over a batch, which
                # follow, are taken in another order then.
                projection.register_hook(torch.Tensor.contiguous)
        with full_precision(first):
            loss = self._criterion(loss_precision(one), loss_precision(other))
        return MethodOutput(loss, (embeddings[0].detach(), embeddings[1].detach()))

    def head_parameters(self) -> list[nn.Parameter]:
        """Return the projector's weights."""
        return list(self.projector.parameters())


def full_precision(tensor: torch.Tensor) -> contextlib.AbstractContextManager[None]:
    """Return a context without mixed precision: exponentials and covariances of a loss need float32."""
    return torch.autocast(tensor.device.type, enabled=False)
