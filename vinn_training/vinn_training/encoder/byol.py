"""BYOL (Grill et al. 2020, arXiv 2006.07733): an online network predicts a slowly moving target's projection."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import NamedTuple

import torch
from lightly.loss import NegativeCosineSimilarity
from lightly.models.modules.heads import BYOLPredictionHead, BYOLProjectionHead
from lightly.models.utils import deactivate_requires_grad, update_momentum
from lightly.utils.scheduler import cosine_schedule
from torch import nn

from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class ByolConfig:
    """Sizes of the heads, and how slowly the target follows.

    Attributes:
        hidden_size: Width of projector and predictor. BYOL: 4096.
        projection_size: Length of a projection. BYOL: 256.
        momentum: Share of the target that an update keeps at the start; it rises to 1 along a cosine. BYOL: 0.996,
            made for 10^5 steps; VINN's code: 0.99, constant.
        momentum_end: The share at the end.
        freeze_batch_norm: Keep the backbone's batch-norm statistics as they are in its initial weights. Scaling each
            channel by its batch's statistics lifts channels that say nothing: on the simulated door it alone raised
            the neighbours' error from 0.023 to 0.040, which a short training does not make good.

    Raises:
        InvalidInput: If a size is below 1 or a momentum outside [0, 1].
    """

    hidden_size: int = 4096
    projection_size: int = 256
    momentum: float = 0.99
    momentum_end: float = 1.0
    freeze_batch_norm: bool = False

    def __post_init__(self) -> None:
        if self.hidden_size < 1 or self.projection_size < 1:
            raise InvalidInput(
                f"head sizes are {self.hidden_size} and {self.projection_size}; expected at least 1 each"
            )
        if not 0.0 <= self.momentum <= self.momentum_end <= 1.0:
            raise InvalidInput(
                f"target momentum goes from {self.momentum} to {self.momentum_end}; expected 0 <= start <= end <= 1"
            )


class ByolOutput(NamedTuple):
    """Of one step.

    Attributes:
        loss: Scalar, -1 (views agree) to 1.
        embeddings: The backbone's output for both views, each (N, D), detached.
    """

    loss: torch.Tensor
    embeddings: tuple[torch.Tensor, torch.Tensor]


class Byol(nn.Module):
    """Online backbone, projector and predictor, and the target copy of the first two.

    Args:
        backbone: From (N, 3, S, S) to (N, embedding_size); the online one, kept by reference.
        embedding_size: Length D of its output.
        config: Sizes and momentum.
    """

    def __init__(self, backbone: nn.Module, embedding_size: int, config: ByolConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = backbone
        self.projector = BYOLProjectionHead(embedding_size, config.hidden_size, config.projection_size)
        self.predictor = BYOLPredictionHead(config.projection_size, config.hidden_size, config.projection_size)
        self.target_backbone = copy.deepcopy(backbone)
        self.target_projector = copy.deepcopy(self.projector)
        deactivate_requires_grad(self.target_backbone)
        deactivate_requires_grad(self.target_projector)
        self._criterion = NegativeCosineSimilarity()

    def train(self, mode: bool = True) -> Byol:
        """Switch to training (or evaluation) mode; frozen batch-norms of the backbones stay in evaluation mode."""
        super().train(mode)
        if self.config.freeze_batch_norm:
            for backbone in (self.backbone, self.target_backbone):
                for module in backbone.modules():
                    if isinstance(module, nn.BatchNorm2d):
                        module.eval()
        return self

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> ByolOutput:
        """Return the symmetric loss (BYOL, section 3.1) of two views, each (N, 3, S, S) normalised."""
        embeddings = (self.backbone(first), self.backbone(second))
        predictions = [self.predictor(self.projector(embedding)) for embedding in embeddings]
        with torch.no_grad():
            targets = [self.target_projector(self.target_backbone(view)) for view in (first, second)]
        loss = 0.5 * (self._criterion(predictions[0], targets[1]) + self._criterion(predictions[1], targets[0]))
        return ByolOutput(loss, (embeddings[0].detach(), embeddings[1].detach()))

    def update_target(self, step: int, total_steps: int) -> None:
        """Move the target towards the online network, after step `step` (from 0) of `total_steps`."""
        momentum = cosine_schedule(step, total_steps, self.config.momentum, self.config.momentum_end)
        update_momentum(self.backbone, self.target_backbone, momentum)
        update_momentum(self.projector, self.target_projector, momentum)
