"""From a representation to an action: the translation's MLP and the gripper's four classes (VINN, appendix)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from vinn_training.policy.gripper_classes import CLASS_COUNT


class NetworkAction(NamedTuple):
    """What the network says of B representations.

    Attributes:
        direction: (B, 3), camera optical frame.
        gripper_logits: (B, 4), of closed, almost closed, almost open, open.
    """

    direction: torch.Tensor
    gripper_logits: torch.Tensor


class ActionNetwork(nn.Module):
    """An MLP with ReLU for the direction, and beside it one linear layer for the gripper.

    Args:
        representation_size: D.
        hidden: Sizes of the hidden layers; the paper: 2048 and 1024.
    """

    def __init__(self, representation_size: int, hidden: Sequence[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        size = representation_size
        for width in hidden:
            layers += [nn.Linear(size, width), nn.ReLU()]
            size = width
        self.translation = nn.Sequential(*layers, nn.Linear(size, 3))
        self.gripper = nn.Linear(representation_size, CLASS_COUNT)

    def forward(self, representations: torch.Tensor) -> NetworkAction:
        """Return the actions of (B, D) representations."""
        return NetworkAction(self.translation(representations), self.gripper(representations))


def action_loss(
    action: NetworkAction, directions: torch.Tensor, gripper: torch.Tensor, unit: bool = False
) -> torch.Tensor:
    """Return the MSE of the directions plus the cross entropy of the gripper's class.

    Args:
        action: Of B frames.
        directions: (B, 3) labels.
        gripper: (B,) classes, int64.
        unit: Whether the network's directions are made unit length first.
    """
    answer = nn.functional.normalize(action.direction, dim=1) if unit else action.direction
    return nn.functional.mse_loss(answer, directions) + nn.functional.cross_entropy(action.gripper_logits, gripper)
