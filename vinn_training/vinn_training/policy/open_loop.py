"""The open-loop baseline: at time step t, the mean action of all demonstrations at t (VINN, appendix)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder
from vinn_training.policy.interface import Observation, Prediction, check_demonstrations


class OpenLoopPolicy:
    """Replays the mean demonstration. Where an episode is longer than all of them, the last mean goes on."""

    def __init__(self) -> None:
        self._actions: NDArray[np.float64] | None = None

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Average directions and openings over the demonstrations that have a frame t, for every t.

        Raises:
            InvalidInput: If there is no demonstration.
        """
        check_demonstrations(demonstrations)
        steps = max(len(item) for item in demonstrations)
        sums, counts = np.zeros((steps, 4)), np.zeros((steps, 1))
        for item in demonstrations:
            sums[: len(item), :3] += item.directions
            sums[: len(item), 3] += item.gripper
            counts[: len(item)] += 1.0
        self._actions = sums / counts

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return the mean action at t; the observation is of no effect.

        Raises:
            InvalidInput: If nothing was fitted, or t is negative.
        """
        if self._actions is None:
            raise InvalidInput("the open-loop baseline was asked before it was fitted")
        if t < 0:
            raise InvalidInput(f"t is {t}; expected zero or more")
        mean = self._actions[min(t, len(self._actions) - 1)]
        return Prediction(mean[:3].copy(), float(np.clip(mean[3], 0.0, 1.0)))
