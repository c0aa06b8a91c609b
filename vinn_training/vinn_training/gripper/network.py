"""The network itself: a few convolutions that keep where things are, for a camera fixed to the gripper."""

from __future__ import annotations

import torch
from torch import nn

#: Channels after each convolution of stride 2.
_CHANNELS = (16, 32, 48, 64)
#: Channels before the picture is flattened.
_NARROW = 24
_DROPOUT = 0.3


class GripperNetwork(nn.Module):
    """Scores of the gripper's states for a picture.

    Args:
        size: Side of the square input, pixels, a multiple of 16.
        states: Number of states.
    """

    def __init__(self, size: int, states: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for channels in _CHANNELS:
            layers += [
                nn.Conv2d(before, channels, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
            ]
            before = channels
        self.features = nn.Sequential(*layers, nn.Conv2d(before, _NARROW, 1), nn.ReLU())
        cells = size // 2 ** len(_CHANNELS)
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(_DROPOUT), nn.Linear(_NARROW * cells**2, states))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return (N, states) float32 scores for (N, 3, size, size) float32 normalised images."""
        scores: torch.Tensor = self.head(self.features(images))
        return scores
