"""BC end to end: the encoder's network and the MLP behind it learn the actions together (VINN, appendix)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import nn

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.encoder.artifact import CHANNELS, EncoderArtifact
from vinn_training.encoder.backbone import empty_backbone, load_backbone_weights, read_state_dict
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder, required
from vinn_training.policy.gripper_classes import opening_of
from vinn_training.policy.interface import Observation, Prediction, check_demonstrations
from vinn_training.policy.learned.action_network import ActionNetwork, action_loss
from vinn_training.policy.learned.labels import labels_of
from vinn_training.policy.learned.optimisation import check_positive, choose_device, optimise, seeded
from vinn_training.preprocessing import Preprocessing


@dataclass(frozen=True)
class BcConfig:
    """How BC trains end to end. Defaults are the paper's, but for the batch, which it does not tell.

    Attributes:
        epochs: Over the training frames.
        batch_size: Frames a step.
        learning_rate: Of Adam, for all weights.
        hidden: Sizes of the hidden layers behind the encoder's network.
        start: Weights to start from: "encoder", those of the given encoder, or "random".
        unit: Make the network's direction unit length, in training and in the answer.
        device: auto, cpu or cuda.

    Raises:
        InvalidInput: If a number is not positive, or `start` is unknown.
    """

    epochs: int = 101
    batch_size: int = 64
    learning_rate: float = 1e-3
    hidden: tuple[int, ...] = (2048, 1024)
    start: Literal["encoder", "random"] = "encoder"
    unit: bool = False
    device: str = "auto"

    def __post_init__(self) -> None:
        check_positive(epochs=self.epochs, batch_size=self.batch_size, learning_rate=self.learning_rate)
        check_positive(**{f"hidden[{index}]": width for index, width in enumerate(self.hidden)})
        if self.start not in ("encoder", "random"):
            raise InvalidInput(f"start is {self.start!r}; expected encoder or random")


class BcPolicy:
    """The encoder's architecture, its preprocessing and, as asked, its weights; all of it is trained.

    Args:
        config: How to train.
        seed: Of weights and order, zero or more.
    """

    def __init__(self, config: BcConfig | None = None, seed: int = 0) -> None:
        self._config = config or BcConfig()
        self._seed = seed
        self._device = choose_device(self._config.device)
        self._network: nn.Sequential | None = None
        self._preprocessing = Preprocessing()

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Train on the demonstrations' images, which are kept in memory at the encoder's input size.

        Raises:
            InvalidInput: If there is no demonstration or no encoder on disk, or training diverges.
            InvalidDemonstration: If an image cannot be read.
        """
        check_demonstrations(demonstrations)
        artifact = required(encoder, "BC end to end").artifact
        if artifact is None:
            raise InvalidInput("BC end to end needs an encoder on disk, whose network it trains on; received none")
        self._preprocessing = artifact.spec.preprocessing
        pictures = torch.from_numpy(
            np.stack([self._shrink(item.load_image(t)) for item in demonstrations for t in range(len(item))])
        )
        labels = labels_of(demonstrations, self._device)
        config = self._config
        with seeded(self._seed):
            network = self._build(artifact)
            optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate)

            def loss_of(rows: torch.Tensor) -> torch.Tensor:
                chosen = rows.to(self._device)
                answer = network(self._normalise(pictures[rows].to(self._device)))
                return action_loss(answer, labels.directions[chosen], labels.gripper[chosen], config.unit)

            steps = config.epochs * -(-len(pictures) // config.batch_size)
            optimise(network, optimiser, loss_of, len(pictures), config.batch_size, steps)
        self._network = network

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return the network's action for the picture; t is of no effect.

        Raises:
            InvalidInput: If nothing was fitted, or the image is missing.
            InvalidDemonstration: If the image cannot be read.
        """
        if self._network is None:
            raise InvalidInput("BC was asked before it was fitted")
        picture = torch.from_numpy(self._shrink(observation.required_image()))[None].to(self._device)
        with torch.inference_mode():
            action = self._network(self._normalise(picture))
        direction = nn.functional.normalize(action.direction, dim=1) if self._config.unit else action.direction
        return Prediction(direction[0].double().cpu().numpy(), opening_of(int(action.gripper_logits[0].argmax())))

    def _build(self, artifact: EncoderArtifact) -> nn.Sequential:
        backbone = empty_backbone(artifact.spec.architecture, artifact.spec.pooling)
        if self._config.start == "encoder":
            if artifact.spec.runtime != "torch":
                raise InvalidInput(
                    f"{artifact.weights_path}: exported to {artifact.spec.runtime}, and cannot be trained further; "
                    "expected the encoder that `vinn train` wrote, or --method.bc.start random"
                )
            state = read_state_dict(artifact.weights_path)
            load_backbone_weights(backbone, state, str(artifact.weights_path))
        size = CHANNELS[artifact.spec.architecture] * artifact.spec.pooling**2
        network = nn.Sequential(backbone, ActionNetwork(size, self._config.hidden))
        return network.to(self._device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _shrink(self, image: ImageArray) -> ImageArray:
        return np.ascontiguousarray(self._preprocessing.resize(image))

    def _normalise(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return (B, S, S, 3) uint8 as the network's input, (B, 3, S, S) float32."""
        values = pictures.permute(0, 3, 1, 2).float() / 255.0
        mean = torch.tensor(self._preprocessing.mean, device=values.device)[:, None, None]
        std = torch.tensor(self._preprocessing.std, device=values.device)[:, None, None]
        return (values - mean) / std
