"""The random baseline: uniform in the cube, made unit length (VINN, appendix). It looks at nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinn_training.contracts import REST_NORM, Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder
from vinn_training.policy.interface import Observation, Prediction
from vinn_training.policy.unit_sphere import to_unit_sphere


class RandomPolicy:
    """Draws a direction uniform in [-1, 1]^3, normalised, and an opening uniform in [0, 1].

    Args:
        seed: Of the draws, zero or more.

    Raises:
        InvalidInput: If the seed is negative.
    """

    def __init__(self, seed: int = 0) -> None:
        if seed < 0:
            raise InvalidInput(f"seed is {seed}; expected zero or more")
        self._seed = seed
        self._random = np.random.default_rng(seed)

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Learn nothing; the draws start again."""
        self._random = np.random.default_rng(self._seed)

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return the next draw."""
        direction = self._random.uniform(-1.0, 1.0, 3)
        while np.linalg.norm(direction) <= REST_NORM:  # no direction; as good as never
            direction = self._random.uniform(-1.0, 1.0, 3)
        return Prediction(to_unit_sphere(direction), float(self._random.uniform()))
