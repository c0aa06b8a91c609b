"""Dobb-E's neighbour regression: the seven numbers of an action, averaged together with the same weights.

Translation, rotation vector and opening of the k nearest frames are averaged as they are labelled (notmahi/dobb-e,
`imitation-in-homes/models/policies/vinn.py`). VINN averages unit directions, so that a long and a short step count
alike; here the long one counts more, and the action says how far to go and how to turn.

The robot's side has no place for it: bank and messages carry a direction and the gripper; the bridge holds the wrist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.frame_encoder import FrameEncoder, required
from vinn_training.policy.interface import Observation, Prediction
from vinn_training.policy.knn import regress
from vinn_training.policy.nearest_neighbors import bank_of
from vinn_training.policy.unit_sphere import to_unit_sphere
from vinn_training.policy.vinn_policy import VinnPolicy


class SevenNumbers(NamedTuple):
    """A motion of the camera, in its own optical frame where the motion begins.

    Attributes:
        translation: (3,) float64, in the data set's unit of length.
        rotation_rad: (3,) float64, rotation vector.
        gripper_opening: In [0, 1].
    """

    translation: NDArray[np.float64]
    rotation_rad: NDArray[np.float64]
    gripper_opening: float


class SevenNumberPolicy:
    """Neighbour regression of translation, rotation and gripper over the demonstrations' frames.

    Args:
        config: k and temperature; the rest of it is of no effect here.
    """

    def __init__(self, config: PolicyConfig | None = None) -> None:
        self._config = config or PolicyConfig()
        self._policy: VinnPolicy | None = None
        self._actions: NDArray[np.float64] = np.empty((0, 7))

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Embed the demonstrations.

        Args:
            demonstrations: Of one data set, whose lengths have one unit.
            encoder: Makes embeddings.

        Raises:
            InvalidInput: If there is no demonstration or no encoder, or a demonstration lacks lengths or rotations.
            InvalidDemonstration: If an image cannot be read.
        """
        actions = [seven_numbers_of(item) for item in demonstrations]
        bank = bank_of(demonstrations, required(encoder, "neighbour regression"))
        self._policy, self._actions = VinnPolicy(bank, self._config), np.concatenate(actions)

    def predict_motion(self, observation: Observation) -> SevenNumbers:
        """Return the neighbours' weighted action.

        Raises:
            InvalidInput: If nothing was fitted, or the embedding is missing or of another length.
        """
        if self._policy is None:
            raise InvalidInput("neighbour regression was asked before it was fitted")
        neighbors = self._policy.act(observation.required_embedding()).neighbors
        weights = np.array([neighbor.weight for neighbor in neighbors])
        mean = regress(self._actions[[neighbor.row for neighbor in neighbors]], weights)
        return SevenNumbers(mean[:3], mean[3:6], float(np.clip(mean[6], 0.0, 1.0)))

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return the motion's direction, of unit length or zero, and the opening; t is of no effect.

        Raises:
            InvalidInput: As `predict_motion`.
        """
        motion = self.predict_motion(observation)
        return Prediction(to_unit_sphere(motion.translation), motion.gripper_opening)


def seven_numbers_of(demonstration: Demonstration) -> NDArray[np.float64]:
    """Return (T, 7) labels: translation in the data set's unit of length, rotation vector, opening.

    Raises:
        InvalidInput: If the demonstration lacks lengths or rotations.
    """
    missing = [
        name
        for name, values in (("lengths", demonstration.lengths), ("rotations", demonstration.rotations_rad))
        if values is None
    ]
    if demonstration.lengths is None or demonstration.rotations_rad is None:
        raise InvalidInput(
            f"demonstration '{demonstration.name}' has no {' and no '.join(missing)}; an average of seven numbers "
            "needs both (data of Dobb-E, robomimic, LeRobot, bags or `vinn collect` may have them): average unit "
            "directions instead, with --method.average directions"
        )
    translations = demonstration.directions.astype(np.float64) * demonstration.lengths[:, None]
    return np.column_stack([translations, demonstration.rotations_rad, demonstration.gripper]).astype(np.float64)
