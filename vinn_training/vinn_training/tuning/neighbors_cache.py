"""The neighbours of a bag's frames, looked up once: what every setting is computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank, row_filter
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.index import ExactIndex, RowFilter
from vinn_training.contracts import FloatArray
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.knn import regress_every_k
from vinn_training.tuning.own_demonstration import OwnDemonstration, find_own_demonstrations

#: Numbers that are regressed together: 32 MiB.
_BLOCK = 1 << 22


@dataclass(frozen=True, eq=False)
class CachedNeighbors:
    """The K nearest rows of T frames, nearest first.

    Attributes:
        rows: (T, K) int64, rows of the bank.
        distances: (T, K) float64.
        actions: (T, K, 4) float64, the rows' directions and openings.
        quantiles: (T,) float64, where the nearest distance falls among those between demonstrations.
        own: Demonstrations that were not asked, because the bag is them.
    """

    rows: NDArray[np.int64]
    distances: NDArray[np.float64]
    actions: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    own: tuple[OwnDemonstration, ...]

    def __len__(self) -> int:
        return len(self.distances)

    def held(self, hold_quantiles: tuple[float, ...]) -> NDArray[np.bool_]:
        """Return (Q, T): whether the robot holds, by hold_distance_quantile."""
        return self.quantiles[None, :] > np.array(hold_quantiles)[:, None]


class NeighborSearch:
    """Exact search over the enabled demonstrations of a bank.

    Args:
        bank: That is asked.
        calibration: Yardstick for its distances.
    """

    def __init__(self, bank: Bank, calibration: DistanceCalibration) -> None:
        self._bank = bank
        self._calibration = calibration
        self._index = ExactIndex(bank.embeddings)

    def look_up(self, name: str, embeddings: FloatArray, k: int) -> CachedNeighbors:
        """Return the k nearest rows of a bag's frames; the bag's own demonstration is left out.

        Args:
            name: Of the bag.
            embeddings: (T, D).
            k: All rows where there are fewer.

        Raises:
            InvalidInput: If the embeddings do not fit the bank, or nothing but the bag's own demonstration is enabled.
        """
        rows, distances = self._query(embeddings, k, self._bank.keep)
        own = find_own_demonstrations(self._bank, name, rows[:, 0], distances[:, 0], self._calibration.median)
        if own:
            rows, distances = self._query(embeddings, k, self._others(name, own))
        actions = np.concatenate([self._bank.directions[rows], self._bank.gripper[rows][..., None]], axis=2)
        quantiles = np.array([self._calibration.quantile(float(distance)) for distance in distances[:, 0]])
        return CachedNeighbors(rows, distances, actions.astype(np.float64), quantiles, own)

    def _query(
        self, embeddings: FloatArray, k: int, keep: RowFilter | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        found = [self._index.query(embedding, k, keep) for embedding in embeddings]
        return np.stack([item.rows for item in found]), np.stack([item.distances for item in found])

    def _others(self, name: str, own: tuple[OwnDemonstration, ...]) -> RowFilter | None:
        bank = self._bank
        names = ", ".join(f"'{item.name}' ({item.reason})" for item in own)
        left_out = {*bank.disabled, *(item.name for item in own)}
        if not set(bank.demonstration_names) - left_out:
            raise InvalidInput(
                f"bag {name} is demonstration {names}, and the bank has no other: its frames would answer themselves; "
                "expected another bag, or a bundle with more demonstrations"
            )
        return row_filter(bank.demonstration, bank.demonstration_names, left_out)


def regressions(
    neighbors: CachedNeighbors, ks: tuple[int, ...], temperatures: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return a_hat and the opening for every k and temperature, as `VinnPolicy.act` has them, to rounding.

    Args:
        neighbors: Of T frames.
        ks: Neighbours that are asked; all where fewer were looked up because the bank has no more.
        temperatures: Of the softmin.

    Returns:
        (R, T, 4) float64, k by k and within a k temperature by temperature; the opening is within [0, 1].

    Raises:
        InvalidInput: If a temperature is not positive.
    """
    count, most = neighbors.distances.shape
    columns = np.minimum(np.array(ks), most) - 1
    answers = np.empty((len(ks), len(temperatures), count, 4))
    step = max(1, _BLOCK // (4 * most))
    for start in range(0, count, step):
        part = slice(start, start + step)
        for place, temperature in enumerate(temperatures):
            every_k = regress_every_k(neighbors.distances[part], neighbors.actions[part], temperature)
            answers[:, place, part] = every_k[:, columns].transpose(1, 0, 2)
    np.clip(answers[..., 3], 0.0, 1.0, out=answers[..., 3])
    return answers.reshape(-1, count, 4)
