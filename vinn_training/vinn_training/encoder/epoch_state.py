"""How far an epoch is: what a checkpoint in the middle of one must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from vinn_training.encoder.indicators import CollapseIndicators, collapse_indicators

#: Pairs of embeddings kept for the collapse indicators of an epoch.
_INDICATOR_PAIRS = 512


@dataclass
class EpochState:
    """An epoch in progress.

    Attributes:
        order: (N,) int64, the frames as this epoch takes them.
        seconds: Wall time so far, over all interruptions.
        losses: One a step; their number is how many steps are done.
        pairs: The last embeddings of two views, each (n, D).
    """

    order: torch.Tensor
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)
    pairs: list[tuple[torch.Tensor, torch.Tensor]] = field(default_factory=list)

    def add(self, loss: float, embeddings: tuple[torch.Tensor, torch.Tensor]) -> None:
        """Take a step's loss and embeddings; the oldest embeddings go when there are enough."""
        self.losses.append(loss)
        self.pairs.append(embeddings)
        size = len(embeddings[0])
        if len(self.pairs) * size > _INDICATOR_PAIRS and len(self.pairs) > 1:
            self.pairs.pop(0)

    def indicators(self) -> CollapseIndicators:
        """Return the collapse indicators of the embeddings that were kept."""
        first, second = (torch.cat([pair[view].float().cpu() for pair in self.pairs]) for view in (0, 1))
        return collapse_indicators(first, second)

    def to_dict(self) -> dict[str, Any]:
        """Return tensors and plain values; `from_dict` is the inverse."""
        return {"order": self.order, "seconds": self.seconds, "losses": self.losses, "pairs": self.pairs}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> EpochState:
        """Return what `to_dict` described."""
        pairs = [(first, second) for first, second in values["pairs"]]
        return cls(values["order"], float(values["seconds"]), list(values["losses"]), pairs)
