"""How to pretrain within the domain, and the network that learns by it."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import nn

from vinn_training.encoder.augmentations import AugmentationConfig
from vinn_training.exceptions import InvalidInput

#: Camera position and finger angle.
STATE_SIZE = 4
_HIDDEN = 256


@dataclass(frozen=True)
class PretrainingConfig:
    """How to pretrain.

    Attributes:
        epochs: Passes over all pictures.
        scenes_a_step: Scenes in a batch.
        pictures_a_step: Pictures of each; every ordered pair of them is an example.
        learning_rate: Largest, of Adam; it rises over the first fifth of the steps and falls along a cosine.
        weight_decay: Of Adam.
        seed: Of weights, order and views.
        augmentation: Of the pictures; nothing that moves or mirrors what is in them.

    Raises:
        InvalidInput: If a number is out of range, or pictures are cropped.
    """

    epochs: int = 10
    scenes_a_step: int = 4
    pictures_a_step: int = 8
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    seed: int = 0
    augmentation: AugmentationConfig = field(
        default_factory=lambda: AugmentationConfig(crop_scale_min=1.0, crop_ratio_max=1.0, jitter_probability=1.0)
    )

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.scenes_a_step < 1 or self.pictures_a_step < 2:
            raise InvalidInput(
                f"epochs is {self.epochs}, scenes_a_step {self.scenes_a_step}, pictures_a_step {self.pictures_a_step}; "
                "expected at least 1, 1 and 2"
            )
        if not self.learning_rate > 0.0 or not self.weight_decay >= 0.0:
            raise InvalidInput(
                f"learning_rate is {self.learning_rate}, weight_decay {self.weight_decay}; expected more than 0, and 0 "
                "or more"
            )
        if self.augmentation.crop_scale_min < 1.0 or self.augmentation.crop_ratio_max > 1.0:
            raise InvalidInput(
                "pretraining crops pictures; expected crop_scale_min 1 and crop_ratio_max 1: motion is read off them"
            )


class MotionNetwork(nn.Module):
    """A backbone, and the motion between two of its embeddings.

    Args:
        backbone: From (N, 3, S, S) to (N, D), kept by reference.
        embedding_size: D.
    """

    def __init__(self, backbone: nn.Module, embedding_size: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.shrink = nn.Linear(embedding_size, _HIDDEN)
        self.compare = nn.Sequential(
            nn.ReLU(), nn.Linear(2 * _HIDDEN, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, STATE_SIZE)
        )

    def forward(self, pictures: torch.Tensor, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return (P, 4) motions.

        Args:
            pictures: (N, 3, S, S), normalised.
            first: (P,) rows of the pictures before the motion.
            second: (P,) rows of those after it.
        """
        small = self.shrink(self.backbone(pictures))
        moved: torch.Tensor = self.compare(torch.cat([small[first], small[second]], dim=1))
        return moved
