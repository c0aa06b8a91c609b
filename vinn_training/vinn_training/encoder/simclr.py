"""SimCLR (Chen et al. 2020, arXiv 2002.05709): two views of a frame find each other among all others of the batch."""

from __future__ import annotations

from dataclasses import dataclass

from lightly.loss import NTXentLoss
from lightly.models.modules.heads import SimCLRProjectionHead
from torch import nn

from vinn_training.encoder.method import ProjectionMethod
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class SimclrConfig:
    """Size of the head, and how sharply views are told apart.

    Attributes:
        hidden_size: Width of the projector. SimCLR: 2048, the width of ResNet-50's output.
        projection_size: Length of a projection. SimCLR: 128.
        temperature: By which cosines are divided; smaller tells similar frames apart more sharply. SimCLR finds 0.1
            best on ImageNet (table 5); 0.5 is milder on the near copies that a slow video's frames are.

    Raises:
        InvalidInput: If a size is below 1 or the temperature not positive.
    """

    hidden_size: int = 2048
    projection_size: int = 128
    temperature: float = 0.5

    def __post_init__(self) -> None:
        if self.hidden_size < 1 or self.projection_size < 1:
            raise InvalidInput(
                f"head sizes are {self.hidden_size} and {self.projection_size}; expected at least 1 each"
            )
        if not self.temperature > 0.0:
            raise InvalidInput(f"temperature is {self.temperature}; expected more than 0")


class Simclr(ProjectionMethod):
    """Backbone and projector; the other frames of the batch, of all processes, are the negatives.

    The loss is the normalised temperature-scaled cross entropy (SimCLR, equation 1).

    Args:
        backbone: From (N, 3, S, S) to (N, embedding_size), kept by reference.
        embedding_size: Length D of its output.
        config: Sizes and temperature.
        distributed: Negatives come from all processes of the default group.
    """

    def __init__(
        self, backbone: nn.Module, embedding_size: int, config: SimclrConfig, distributed: bool = False
    ) -> None:
        super().__init__(
            backbone,
            SimCLRProjectionHead(embedding_size, config.hidden_size, config.projection_size),
            NTXentLoss(temperature=config.temperature, gather_distributed=distributed),
        )
