"""Is it collapsing? Numbers that say so before the robot does."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from lightly.utils.debug import std_of_l2_normalized
from torch.nn import functional

#: Below these the embeddings tell nothing apart. Frames of the simulated kitchen give 0.2 and 275, trained or not.
COLLAPSED_SPREAD = 0.05
COLLAPSED_RANK = 1.5


class CollapseIndicators(NamedTuple):
    """Of N pairs of embeddings, made from two views of the same frames.

    Attributes:
        spread: Standard deviation of the unit-length embeddings over the 1 / sqrt(D) of a uniform sphere: 1 is
            spread out, 0 is collapsed (Chen and He 2021, arXiv 2011.10566).
        effective_rank: exp of the entropy of the centred embeddings' singular values: directions that are in use, at
            most min(N, D) (Roy and Vetterli 2007). Near 1 is a dimensional collapse.
        alignment: Mean squared distance between the two views' unit-length embeddings; small is invariant.
        uniformity: log of the mean Gaussian potential; 0 is collapsed, lower is more spread (Wang and Isola 2020,
            arXiv 2005.10242).
    """

    spread: float
    effective_rank: float
    alignment: float
    uniformity: float

    @property
    def collapsed(self) -> bool:
        """Whether all frames have practically one embedding, or all embeddings lie on one line."""
        return self.spread < COLLAPSED_SPREAD or self.effective_rank < COLLAPSED_RANK


def collapse_indicators(first: torch.Tensor, second: torch.Tensor) -> CollapseIndicators:
    """Return the indicators of two views' (N, D) embeddings, N at least 2."""
    unit_first, unit_second = (functional.normalize(view.float(), dim=1) for view in (first, second))
    centred = unit_first - unit_first.mean(dim=0)
    values = torch.linalg.svdvals(centred)
    shares = values / values.sum().clamp(min=1e-12)
    entropy = -(shares * torch.log(shares.clamp(min=1e-12))).sum()
    return CollapseIndicators(
        spread=float(std_of_l2_normalized(first)) * math.sqrt(first.shape[1]),
        effective_rank=float(torch.exp(entropy)),
        alignment=float((unit_first - unit_second).pow(2).sum(dim=1).mean()),
        uniformity=float(torch.pdist(unit_first).pow(2).mul(-2.0).exp().mean().log()),
    )
