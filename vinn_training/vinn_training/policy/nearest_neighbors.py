"""VINN as one of the compared methods: neighbour regression (`vinn_policy`) behind the common interface.

With an encoder trained on the demonstrations this is VINN, with ImageNet's features "ImageNet + NN", and so on: the
rows of the paper's tables differ in the encoder only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinn_training.bank.bank import Bank
from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.frame_encoder import FrameEncoder, required
from vinn_training.policy.interface import Observation, Prediction, check_demonstrations
from vinn_training.policy.unit_sphere import to_unit_sphere
from vinn_training.policy.vinn_policy import VinnPolicy


def bank_of(demonstrations: Sequence[Demonstration], encoder: FrameEncoder) -> Bank:
    """Return the bank of all frames of the demonstrations, in their order.

    Raises:
        InvalidInput: If there is no demonstration, or a name occurs twice.
        InvalidDemonstration: If an image cannot be read.
    """
    check_demonstrations(demonstrations)
    lengths = [len(item) for item in demonstrations]
    return Bank(
        embeddings=np.concatenate([encoder.embed(item) for item in demonstrations]),
        directions=to_unit_sphere(np.concatenate([item.directions for item in demonstrations])).astype(np.float32),
        gripper=np.concatenate([item.gripper for item in demonstrations]),
        demonstration=np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
        frame=np.concatenate([np.arange(length, dtype=np.int32) for length in lengths]),
        demonstration_names=tuple(item.name for item in demonstrations),
        encoder_id=encoder.encoder_id,
    )


class NearestNeighborsPolicy:
    """Neighbour regression over the demonstrations' frames.

    Args:
        config: k and temperature; the rest of it is of no effect here.
    """

    def __init__(self, config: PolicyConfig | None = None) -> None:
        self._config = config or PolicyConfig()
        self._policy: VinnPolicy | None = None

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Embed the demonstrations.

        Raises:
            InvalidInput: If there is no demonstration or no encoder.
            InvalidDemonstration: If an image cannot be read.
        """
        self._policy = VinnPolicy(bank_of(demonstrations, required(encoder, "neighbour regression")), self._config)

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return the neighbours' weighted action, of length at most 1; t is of no effect.

        Raises:
            InvalidInput: If nothing was fitted, or the embedding is missing or of another length.
        """
        if self._policy is None:
            raise InvalidInput("neighbour regression was asked before it was fitted")
        action = self._policy.act(observation.required_embedding())
        return Prediction(action.direction.astype(np.float64), action.gripper_opening)
