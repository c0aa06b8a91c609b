"""How far is far? Nearest distances between demonstrations, as a yardstick for a query's nearest distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank
from vinn_training.bank.brute_force import nearest_elsewhere
from vinn_training.exceptions import InvalidInput

#: Quantiles kept: 0, 0.01, ..., 1.
_LEVELS = 101
#: Frames that are looked up at most, drawn at random: a thousand fix the quantiles well enough.
_MAX_QUERIES = 2000


@dataclass(frozen=True)
class DistanceCalibration:
    """Quantiles of the distance from a frame to the nearest frame of another demonstration.

    Attributes:
        distances: Distances at evenly spaced quantiles from 0 to 1, never falling; empty where the bank has a single
            demonstration and nothing can be said.
        count: Frames measured.

    Raises:
        InvalidInput: If the distances are negative, not finite, or fall.
    """

    distances: tuple[float, ...]
    count: int

    def __post_init__(self) -> None:
        values = np.asarray(self.distances, dtype=np.float64)
        if values.size == 1 or not np.isfinite(values).all() or (values < 0).any() or (np.diff(values) < 0).any():
            raise InvalidInput("distance calibration must be two or more finite distances that never fall, or none")

    def quantile(self, distance: float) -> float:
        """Return the share of measured frames that were nearer than this, in [0, 1].

        Exactly 1.0 means farther than every one of them. 0.0 where nothing was measured.
        """
        if not self.distances:
            return 0.0
        if distance > self.distances[-1]:
            return 1.0
        return float(np.interp(distance, self.distances, self._levels))

    def distance(self, quantile: float) -> float | None:
        """Return the distance of this quantile, the inverse of `quantile`; None where nothing was measured."""
        return float(np.interp(quantile, self._levels, self.distances)) if self.distances else None

    @property
    def _levels(self) -> NDArray[np.float64]:
        return np.linspace(0.0, self.count / (self.count + 1), len(self.distances), dtype=np.float64)

    @property
    def median(self) -> float:
        """The median distance, 0 where nothing was measured."""
        return float(np.median(self.distances)) if self.distances else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` is the inverse."""
        return {"distances": list(self.distances), "count": self.count}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DistanceCalibration:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If a key is missing or a value cannot be used.
        """
        try:
            return cls(tuple(float(value) for value in values["distances"]), int(values["count"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(f"distance calibration cannot be used: {error}") from error


def calibrate(bank: Bank, seed: int = 0) -> DistanceCalibration:
    """Measure the distance from frames to the nearest frame of another demonstration.

    Args:
        bank: With two enabled demonstrations or more; else the calibration is empty. Disabled ones do not count.
        seed: Of the draw of frames where there are more than 2,000.
    """
    owners = bank.demonstration.copy()
    if bank.keep is not None:
        owners[~bank.keep.mask] = -1
    rows = np.flatnonzero(owners >= 0)
    if len(set(owners[rows].tolist())) < 2:
        return DistanceCalibration((), 0)
    if len(rows) > _MAX_QUERIES:
        rows = np.sort(np.random.default_rng(seed).choice(rows, _MAX_QUERIES, replace=False))
    distances = nearest_elsewhere(bank.embeddings, owners, rows, 1).distances[:, 0]
    quantiles = np.quantile(distances, np.linspace(0.0, 1.0, _LEVELS))
    return DistanceCalibration(tuple(np.maximum.accumulate(quantiles).tolist()), len(rows))
