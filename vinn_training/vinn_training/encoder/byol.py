"""BYOL (Grill et al. 2020, arXiv 2006.07733): an online network predicts a slowly moving target's projection."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from lightly.loss import NegativeCosineSimilarity
from lightly.models.modules.heads import BYOLPredictionHead, BYOLProjectionHead
from lightly.models.utils import deactivate_requires_grad
from lightly.utils.scheduler import cosine_schedule
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from vinn_training.encoder.hardware import at_least_float32
from vinn_training.encoder.method import Method, MethodOutput, full_precision
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

    Raises:
        InvalidInput: If a size is below 1 or a momentum outside [0, 1].
    """

    hidden_size: int = 4096
    projection_size: int = 256
    momentum: float = 0.99
    momentum_end: float = 1.0

    def __post_init__(self) -> None:
        if self.hidden_size < 1 or self.projection_size < 1:
            raise InvalidInput(
                f"head sizes are {self.hidden_size} and {self.projection_size}; expected at least 1 each"
            )
        if not 0.0 <= self.momentum <= self.momentum_end <= 1.0:
            raise InvalidInput(
                f"target momentum goes from {self.momentum} to {self.momentum_end}; expected 0 <= start <= end <= 1"
            )


class Byol(Method):
    """Online backbone, projector and predictor, and the target copy of the first two.

    Args:
        backbone: From (N, 3, S, S) to (N, embedding_size); the online one, kept by reference.
        embedding_size: Length D of its output.
        config: Sizes and momentum.
    """

    def __init__(self, backbone: nn.Module, embedding_size: int, config: ByolConfig) -> None:
        super().__init__(backbone)
        self.config = config
        self.projector = BYOLProjectionHead(embedding_size, config.hidden_size, config.projection_size)
        self.predictor = BYOLPredictionHead(config.projection_size, config.hidden_size, config.projection_size)
        self.target_backbone = copy.deepcopy(backbone)
        self.target_projector = copy.deepcopy(self.projector)
        deactivate_requires_grad(self.target_backbone)
        deactivate_requires_grad(self.target_projector)
        self._criterion = NegativeCosineSimilarity()

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> MethodOutput:
        """Return the symmetric loss (BYOL, section 3.1), -1 (views agree) to 1."""
        embeddings = (self.backbone(first), self.backbone(second))
        predictions = [self.predictor(self.projector(embedding)) for embedding in embeddings]
        with torch.no_grad():
            targets = [self.target_projector(self.target_backbone(view)) for view in (first, second)]
        with full_precision(first):
            one = self._criterion(at_least_float32(predictions[0]), at_least_float32(targets[1]))
            other = self._criterion(at_least_float32(predictions[1]), at_least_float32(targets[0]))
        return MethodOutput(0.5 * (one + other), (embeddings[0].detach(), embeddings[1].detach()))

    def head_parameters(self) -> list[nn.Parameter]:
        """Return the weights of projector and predictor."""
        return [*self.projector.parameters(), *self.predictor.parameters()]

    def backbones(self) -> list[nn.Module]:
        """Return the online and the target backbone."""
        return [self.backbone, self.target_backbone]

    def after_step(self, step: int, total_steps: int) -> None:
        """Move the target towards the online network."""
        momentum = cosine_schedule(step, total_steps, self.config.momentum, self.config.momentum_end)
        move = get_ema_multi_avg_fn(momentum)  # in place, all tensors in one call
        move(list(self.target_backbone.parameters()), list(self.backbone.parameters()), step)
        move(list(self.target_projector.parameters()), list(self.projector.parameters()), step)
