"""Embeddings brought to zero mean and a common scale, so that a learning rate means the same for every encoder."""

from __future__ import annotations

import torch
from torch import nn

from vinn_training.contracts import FloatArray


class Standardise(nn.Module):
    """Takes the mean off and divides by one number, the root of the mean variance: directions stay as they are.

    Args:
        embeddings: (N, D) float32, of the training frames.
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, embeddings: FloatArray) -> None:
        super().__init__()
        values = torch.tensor(embeddings)
        spread = float(values.var(dim=0, unbiased=False).mean().sqrt())
        self.register_buffer("mean", values.mean(dim=0))
        self.register_buffer("scale", torch.tensor(spread if spread > 1e-8 else 1.0))

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Return (B, D) standardised."""
        return (embeddings - self.mean) / self.scale
