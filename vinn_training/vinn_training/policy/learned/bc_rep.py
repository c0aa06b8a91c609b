"""BC-rep: behaviour cloning on frozen representations (VINN, appendix)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder, required
from vinn_training.policy.gripper_classes import opening_of
from vinn_training.policy.interface import Observation, Prediction, check_demonstrations
from vinn_training.policy.learned.action_network import ActionNetwork, action_loss
from vinn_training.policy.learned.labels import labels_of
from vinn_training.policy.learned.optimisation import check_positive, choose_device, optimise, seeded
from vinn_training.policy.learned.standardise import Standardise


@dataclass(frozen=True)
class BcRepConfig:
    """How BC-rep trains. Defaults are the paper's.

    Attributes:
        epochs: Over the training frames.
        batch_size: Frames a step.
        learning_rate: Of Adam.
        hidden: Sizes of the hidden layers between the representation and the three numbers of the direction.
        unit: Make the network's direction unit length, in training and in the answer.
        device: auto, cpu or cuda.

    Raises:
        InvalidInput: If a number is not positive.
    """

    epochs: int = 8000
    batch_size: int = 256
    learning_rate: float = 1e-3
    hidden: tuple[int, ...] = (2048, 1024)
    unit: bool = False
    device: str = "auto"

    def __post_init__(self) -> None:
        check_positive(epochs=self.epochs, batch_size=self.batch_size, learning_rate=self.learning_rate)
        check_positive(**{f"hidden[{index}]": width for index, width in enumerate(self.hidden)})


class BcRepPolicy:
    """An MLP from the frozen encoder's embedding to the action. Embeddings are standardised first.

    Args:
        config: How to train.
        seed: Of weights and order, zero or more.
    """

    def __init__(self, config: BcRepConfig | None = None, seed: int = 0) -> None:
        self._config = config or BcRepConfig()
        self._seed = seed
        self._device = choose_device(self._config.device)
        self._network: nn.Sequential | None = None

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Train from new random weights.

        Raises:
            InvalidInput: If there is no demonstration or no encoder, or training diverges.
            InvalidDemonstration: If an image cannot be read.
        """
        check_demonstrations(demonstrations)
        frames = required(encoder, "BC-rep")
        embeddings = np.concatenate([frames.embed(item) for item in demonstrations])
        labels = labels_of(demonstrations, self._device)
        inputs = torch.from_numpy(embeddings).to(self._device)
        config = self._config
        with seeded(self._seed):
            network = nn.Sequential(Standardise(embeddings), ActionNetwork(embeddings.shape[1], config.hidden)).to(
                self._device
            )
            optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate)

            def loss_of(rows: torch.Tensor) -> torch.Tensor:
                chosen = rows.to(self._device)
                return action_loss(
                    network(inputs[chosen]), labels.directions[chosen], labels.gripper[chosen], config.unit
                )

            steps = config.epochs * -(-len(inputs) // config.batch_size)
            optimise(network, optimiser, loss_of, len(inputs), config.batch_size, steps)
        self._network = network

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return the network's action; t is of no effect.

        Raises:
            InvalidInput: If nothing was fitted, or the embedding is missing.
        """
        if self._network is None:
            raise InvalidInput("BC-rep was asked before it was fitted")
        embedding = torch.from_numpy(np.array(observation.required_embedding()))[None].to(self._device)
        with torch.inference_mode():
            action = self._network(embedding)
        direction = nn.functional.normalize(action.direction, dim=1) if self._config.unit else action.direction
        return Prediction(direction[0].double().cpu().numpy(), opening_of(int(action.gripper_logits[0].argmax())))
