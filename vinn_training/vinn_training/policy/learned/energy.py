"""The energy of an action given an observation, and the loss that lowers it for what the expert did.

Implicit behaviour cloning (Florence et al., 2021): InfoNCE tells the expert's action from negatives drawn uniformly.
"""

from __future__ import annotations

import torch
from torch import nn

from vinn_training.exceptions import InvalidInput


class EnergyNetwork(nn.Module):
    """Five linear layers with ReLU and dropout, from observation and action side by side to one number.

    The first layer is kept in two parts, so that the observation's is computed once and not once a candidate; the sum
    is the layer over both.

    Args:
        observation_size: O, all observation steps together.
        action_size: A, all action steps together.
        width: Of the four hidden layers.
        dropout: In [0, 1).
    """

    def __init__(self, observation_size: int, action_size: int, width: int, dropout: float) -> None:
        super().__init__()
        self.of_observation = nn.Linear(observation_size, width)
        self.of_action = nn.Linear(action_size, width, bias=False)
        bound = (observation_size + action_size) ** -0.5  # as of one layer over both
        for weight in (self.of_observation.weight, self.of_action.weight, self.of_observation.bias):
            nn.init.uniform_(weight, -bound, bound)
        layers: list[nn.Module] = [nn.ReLU(), nn.Dropout(dropout)]
        for _ in range(3):
            layers += [nn.Linear(width, width), nn.ReLU(), nn.Dropout(dropout)]
        self.rest = nn.Sequential(*layers, nn.Linear(width, 1))

    def forward(self, observations: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
        """Return the energies of candidates.

        Args:
            observations: (B, O).
            actions: (B, N, A).

        Returns:
            (B, N); lower is more like the expert.
        """
        hidden = self.of_observation(observations)[:, None, :] + self.of_action(actions)
        energies: torch.Tensor = self.rest(hidden).squeeze(-1)
        return energies


def info_nce(energies: torch.Tensor) -> torch.Tensor:
    """Return the mean of -log(exp(-E_0) / sum_j exp(-E_j)) over the batch.

    Args:
        energies: (B, 1 + N); column 0 is the expert's action, the others are negatives.

    Raises:
        InvalidInput: If there is no negative.
    """
    if energies.ndim != 2 or energies.shape[1] < 2:
        raise InvalidInput(f"energies have shape {tuple(energies.shape)}; expected (B, 1 + N) with a negative at least")
    return -torch.log_softmax(-energies, dim=1)[:, 0].mean()
