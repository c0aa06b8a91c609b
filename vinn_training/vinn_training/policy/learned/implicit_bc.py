"""Implicit BC of a single action, as the paper's tables have it: 256 samples in [-1, 1]^3, 10,000 steps.

The energy looks at the frozen encoder's embedding. The gripper is no part of the paper's implicit action; it has the
four-class layer of the other baselines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from torch import nn

from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder, required
from vinn_training.policy.gripper_classes import CLASS_COUNT, opening_of
from vinn_training.policy.interface import Observation, Prediction, check_demonstrations
from vinn_training.policy.learned.derivative_free import SearchConfig, draw_uniform, lowest_energy
from vinn_training.policy.learned.energy import EnergyNetwork, info_nce
from vinn_training.policy.learned.labels import labels_of
from vinn_training.policy.learned.optimisation import check_positive, choose_device, optimise, seeded
from vinn_training.policy.learned.standardise import Standardise


@dataclass(frozen=True)
class ImplicitBcConfig:
    """How implicit BC of single actions trains and answers.

    Attributes:
        steps: Of training; the paper: 10,000.
        batch_size: Frames a step.
        negatives: Actions drawn against the expert's; the paper: 256.
        learning_rate: Of Adam.
        width: Of the energy network's hidden layers.
        dropout: In [0, 1).
        actions: Where candidates lie: "cube", in [-1, 1]^3 as in the paper, or "sphere", on S2 where the labels are.
        search: How the answer is found.
        device: auto, cpu or cuda.

    Raises:
        InvalidInput: If a value is out of range.
    """

    steps: int = 10_000
    batch_size: int = 64
    negatives: int = 256
    learning_rate: float = 1e-3
    width: int = 512
    dropout: float = 0.1
    actions: Literal["cube", "sphere"] = "cube"
    search: SearchConfig = field(default_factory=SearchConfig)
    device: str = "auto"

    def __post_init__(self) -> None:
        check_positive(steps=self.steps, batch_size=self.batch_size, negatives=self.negatives)
        check_positive(learning_rate=self.learning_rate, width=self.width)
        if not 0.0 <= self.dropout < 1.0:
            raise InvalidInput(f"dropout is {self.dropout}; expected 0 to below 1")
        if self.actions not in ("cube", "sphere"):
            raise InvalidInput(f"actions is {self.actions!r}; expected cube or sphere")


class _Network(nn.Module):
    """Energy of the direction and classes of the gripper, on standardised embeddings."""

    def __init__(self, standardise: Standardise, size: int, config: ImplicitBcConfig) -> None:
        super().__init__()
        self.standardise = standardise
        self.energy = EnergyNetwork(size, 3, config.width, config.dropout)
        self.gripper = nn.Linear(size, CLASS_COUNT)


class ImplicitBcPolicy:
    """An energy network over embedding and direction; the answer is a direction of low energy.

    Args:
        config: How to train and to answer.
        seed: Of weights, order, negatives and candidates, zero or more.
    """

    def __init__(self, config: ImplicitBcConfig | None = None, seed: int = 0) -> None:
        self._config = config or ImplicitBcConfig()
        self._seed = seed
        self._device = choose_device(self._config.device)
        self._network: _Network | None = None
        self._generator = torch.Generator(self._device)
        self._low = -torch.ones(3, device=self._device)

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Train from new random weights.

        Raises:
            InvalidInput: If there is no demonstration or no encoder, or training diverges.
            InvalidDemonstration: If an image cannot be read.
        """
        check_demonstrations(demonstrations)
        frames = required(encoder, "implicit BC")
        embeddings = np.concatenate([frames.embed(item) for item in demonstrations])
        inputs = torch.from_numpy(embeddings).to(self._device)
        labels = labels_of(demonstrations, self._device)
        config = self._config
        with seeded(self._seed):
            network = _Network(Standardise(embeddings), embeddings.shape[1], config).to(self._device)
            optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate)

            def loss_of(rows: torch.Tensor) -> torch.Tensor:
                chosen = rows.to(self._device)
                seen = network.standardise(inputs[chosen])
                negatives = self._place(draw_uniform(len(rows), config.negatives, self._low, -self._low, None))
                actions = torch.cat([labels.directions[chosen][:, None, :], negatives], dim=1)
                gripper = nn.functional.cross_entropy(network.gripper(seen), labels.gripper[chosen])
                return info_nce(network.energy(seen, actions)) + gripper

            optimise(network, optimiser, loss_of, len(inputs), config.batch_size, config.steps)
        self._network = network
        self._generator.manual_seed(self._seed)

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return a direction of low energy, in the cube or on the sphere as configured.

        Raises:
            InvalidInput: If nothing was fitted, or the embedding is missing.
        """
        network = self._network
        if network is None:
            raise InvalidInput("implicit BC was asked before it was fitted")
        embedding = torch.from_numpy(np.array(observation.required_embedding()))[None].to(self._device)
        with torch.inference_mode():
            seen = network.standardise(embedding)
            direction = lowest_energy(
                lambda candidates: network.energy(seen, candidates),
                1,
                self._low,
                -self._low,
                self._config.search,
                self._generator,
                self._place,
            )
            opening = opening_of(int(network.gripper(seen)[0].argmax()))
        return Prediction(direction[0].double().cpu().numpy(), opening)

    def _place(self, candidates: torch.Tensor) -> torch.Tensor:
        if self._config.actions == "sphere":
            return nn.functional.normalize(candidates, dim=-1)
        return candidates
