"""How well states are told apart on frames that were not learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Confusion(NamedTuple):
    """Counts of what was seen for what was there.

    Attributes:
        counts: (S, S) int64; row: the true state, column: the network's.
    """

    counts: NDArray[np.int64]

    @classmethod
    def of(cls, truth: NDArray[np.int64], predicted: NDArray[np.int64], states: int) -> Confusion:
        """Return the counts for (N,) true and predicted states, from 0."""
        return cls(np.bincount(truth * states + predicted, minlength=states**2).reshape(states, states))

    @property
    def accuracy(self) -> float:
        """Share of all frames that are right; 0 where there is none."""
        return float(np.trace(self.counts) / max(1, self.counts.sum()))

    @property
    def balanced_accuracy(self) -> float:
        """Mean over the states that occur of the share that is right: a frequent state does not count more."""
        present = self.counts.sum(axis=1) > 0
        rows = self.counts[present]
        return float(np.mean(np.diag(self.counts)[present] / rows.sum(axis=1))) if len(rows) else 0.0

    @property
    def opening_error(self) -> float:
        """Mean distance of the openings, 0 to 1: a neighbouring state costs less than the opposite one."""
        states = len(self.counts)
        distance = np.abs(np.subtract.outer(np.arange(states), np.arange(states))) / max(1, states - 1)
        return float((self.counts * distance).sum() / max(1, self.counts.sum()))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "frames": int(self.counts.sum()),
            "accuracy": round(self.accuracy, 4),
            "balanced_accuracy": round(self.balanced_accuracy, 4),
            "opening_error": round(self.opening_error, 4),
            "confusion_true_by_predicted": self.counts.tolist(),
        }

    def table(self, states: Sequence[str]) -> str:
        """Return the counts as text, a line a true state."""
        width = max(len(state) for state in states) + 2
        lines = ["true \\ seen".ljust(width) + "".join(state.rjust(width) for state in states)]
        for state, row in zip(states, self.counts, strict=True):
            lines.append(state.ljust(width) + "".join(str(count).rjust(width) for count in row))
        return "\n".join(lines)
