"""What an epoch of training came to, for curves, the log and a checkpoint."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from vinn_training.encoder.indicators import CollapseIndicators

_LOG = logging.getLogger(__name__)


class EpochReport(NamedTuple):
    """What one epoch came to.

    Attributes:
        epoch: From 1.
        loss: Mean loss of its steps.
        seconds: Wall time of its steps.
        indicators: Whether it collapses; of the first process's share.
        action_error: Mean squared error of the neighbours' action on held-out demonstrations, where it was measured.
    """

    epoch: int
    loss: float
    seconds: float
    indicators: CollapseIndicators
    action_error: float | None = None

    def curves(self) -> dict[str, float]:
        """Return its numbers by the names of their curves."""
        values = {f"epoch/{name}": value for name, value in self.indicators._asdict().items()}
        values |= {"epoch/loss": self.loss, "epoch/seconds": self.seconds}
        if self.action_error is not None:
            values["epoch/action_error"] = self.action_error
        return values

    def log(self, epochs: int) -> None:
        """Write its numbers to the log, and say where they are bad.

        Args:
            epochs: Of the whole training.
        """
        _LOG.info(
            "epoch %d/%d: loss %.4f, spread %.3f, effective rank %.1f, alignment %.4f, uniformity %.3f%s, %.1f s",
            self.epoch, epochs, self.loss, *self.indicators,
            "" if self.action_error is None else f", action error {self.action_error:.5f}", self.seconds,
        )  # fmt: skip
        if self.indicators.collapsed:
            _LOG.warning(
                "the embeddings have collapsed (spread %.3f, effective rank %.1f): all frames look alike to this "
                "encoder; lower the learning rates, use more varied frames, or start from ImageNet weights",
                self.indicators.spread, self.indicators.effective_rank,
            )  # fmt: skip

    def to_row(self) -> list[Any]:
        """Return plain values; `from_row` is the inverse."""
        return [self.epoch, self.loss, self.seconds, self.action_error, *self.indicators]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> EpochReport:
        """Return what `to_row` described."""
        epoch, loss, seconds, action_error, *indicators = row
        return cls(epoch, loss, seconds, CollapseIndicators(*indicators), action_error)
