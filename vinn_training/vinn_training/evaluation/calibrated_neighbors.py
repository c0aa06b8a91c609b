"""Neighbour regression whose temperature is chosen on its own demonstrations, each left out in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vinn_training.bank.bank import Bank
from vinn_training.contracts import Demonstration
from vinn_training.evaluation.neighbor_sweep import NearestActions, sweep
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.frame_encoder import FrameEncoder, required
from vinn_training.policy.interface import Observation, Prediction, check_demonstrations
from vinn_training.policy.nearest_neighbors import NearestNeighborsPolicy, bank_of

#: Temperatures that are tried, in units of the median distance to the nearest frame of another demonstration.
FACTORS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


class CalibratedNeighborsPolicy:
    """The paper's regression, with a temperature that fits how far apart an encoder's embeddings lie.

    The paper's temperature of 1 means something else for every encoder, so that methods compared at one temperature
    are compared by the scale of their embeddings too. The demonstrations to test on have no part in the choice.

    Args:
        config: k and, where there is a single demonstration to choose on, the temperature.

    Attributes:
        temperature: The one chosen, once fitted.
    """

    def __init__(self, config: PolicyConfig) -> None:
        self._config = config
        self.temperature = config.temperature
        self._policy = NearestNeighborsPolicy(config)

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Choose the temperature and build the bank.

        Raises:
            InvalidInput: If there is no demonstration or no encoder.
            InvalidDemonstration: If an image cannot be read.
        """
        check_demonstrations(demonstrations)
        bank = bank_of(demonstrations, required(encoder, "neighbour regression"))
        self.temperature = best_temperature(bank, self._config)
        self._policy = NearestNeighborsPolicy(replace(self._config, temperature=self.temperature))
        self._policy.fit(demonstrations, encoder)

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return what the neighbours of a frame did.

        Raises:
            InvalidInput: If nothing was fitted, or the embedding is missing.
        """
        return self._policy.predict(observation, t)


def best_temperature(bank: Bank, config: PolicyConfig) -> float:
    """Return the temperature of lowest error over frames whose own demonstration is left out.

    Args:
        bank: Of the demonstrations to learn from.
        config: k, and the temperature that is returned where there is nothing to choose on: a single demonstration,
            or embeddings that are all the same.
    """
    folds = [
        (found, bank.directions[bank.demonstration == number])
        for number in np.unique(bank.demonstration)
        if (found := _nearest_of_others(bank, int(number), config.k)) is not None
    ]
    if not folds:
        return config.temperature
    middle = float(np.median(np.concatenate([found.distances[:, 0] for found, _ in folds])))
    if middle <= 0.0:
        return config.temperature
    temperatures = [factor * middle for factor in FACTORS]
    sums = np.zeros(len(temperatures))
    for found, labels in folds:
        points = [point for point in sweep(found, labels, temperatures) if point.k == found.distances.shape[1]]
        sums += [point.mse * len(labels) for point in points]
    return temperatures[int(sums.argmin())]


def _nearest_of_others(bank: Bank, number: int, k: int) -> NearestActions | None:
    """Return the k nearest rows of other demonstrations for the frames of one; None where there are no others."""
    mine = bank.demonstration == number
    others, directions = bank.embeddings[~mine].astype(np.float64), bank.directions[~mine]
    if not len(others):
        return None
    queries = bank.embeddings[mine].astype(np.float64)
    squares = (queries**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2.0 * queries @ others.T
    rows = np.argsort(squares, axis=1, kind="stable")[:, : min(k, len(others))]
    distances = np.sqrt(np.maximum(np.take_along_axis(squares, rows, axis=1), 0.0))
    return NearestActions(distances, directions[rows])
