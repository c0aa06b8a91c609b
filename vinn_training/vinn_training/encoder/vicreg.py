"""VICReg (Bardes et al. 2022, arXiv 2105.04906): views agree, every number varies, and no two say the same."""

from __future__ import annotations

from dataclasses import dataclass

from lightly.loss import VICRegLoss
from lightly.models.modules.heads import VICRegProjectionHead
from torch import nn

from vinn_training.encoder.method import ProjectionMethod
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class VicregConfig:
    """Size of the head and weights of the loss's three terms.

    Attributes:
        hidden_size: Width of the projector's two hidden layers. VICReg: 8192.
        projection_size: Length of a projection. VICReg: 8192.
        invariance: Weight of the two views' squared difference. VICReg: 25.
        variance: Weight of every number's spread over the batch. VICReg: 25.
        covariance: Weight of what different numbers share. VICReg: 1.

    Raises:
        InvalidInput: If a size is below 1 or a weight negative.
    """

    hidden_size: int = 8192
    projection_size: int = 8192
    invariance: float = 25.0
    variance: float = 25.0
    covariance: float = 1.0

    def __post_init__(self) -> None:
        if self.hidden_size < 1 or self.projection_size < 1:
            raise InvalidInput(
                f"head sizes are {self.hidden_size} and {self.projection_size}; expected at least 1 each"
            )
        weights = (self.invariance, self.variance, self.covariance)
        if not min(weights) >= 0.0:
            raise InvalidInput(f"weights of the loss are {weights}; expected 0 or more each")


class Vicreg(ProjectionMethod):
    """Backbone and projector; variance and covariance are those of the batch, of all processes.

    The loss is the weighted sum of invariance, variance and covariance (VICReg, equation 6).

    Args:
        backbone: From (N, 3, S, S) to (N, embedding_size), kept by reference.
        embedding_size: Length D of its output.
        config: Sizes and weights.
        distributed: The batch is spread over all processes of the default group.
    """

    def __init__(
        self, backbone: nn.Module, embedding_size: int, config: VicregConfig, distributed: bool = False
    ) -> None:
        super().__init__(
            backbone,
            VICRegProjectionHead(embedding_size, config.hidden_size, config.projection_size),
            VICRegLoss(
                lambda_param=config.invariance,
                mu_param=config.variance,
                nu_param=config.covariance,
                gather_distributed=distributed,
            ),
        )
