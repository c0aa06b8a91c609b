"""When training has stopped helping, by the action error on held-out demonstrations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class EarlyStopping:
    """Remembers the best epoch.

    Attributes:
        patience: Measurements without a new best after which training stops; 0 never stops it.
        best_error: Lowest so far.
        best_epoch: Where it was.
        stale: Measurements since.
    """

    patience: int
    best_error: float | None = None
    best_epoch: int = 0
    stale: int = 0

    def update(self, epoch: int, error: float) -> bool:
        """Take a measurement and return whether it is the best so far."""
        if self.best_error is None or error < self.best_error:
            self.best_error, self.best_epoch, self.stale = error, epoch, 0
            return True
        self.stale += 1
        return False

    @property
    def stopped(self) -> bool:
        """Whether training should stop."""
        return 0 < self.patience <= self.stale

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; `from_dict` is the inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> EarlyStopping:
        """Return what `to_dict` described."""
        return cls(**values)
