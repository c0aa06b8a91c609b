"""Implicit BC in the sequence form: two observations in, eight actions out, InfoNCE against a hundred negatives.

Cameras and low-dimensional observations stand side by side; actions may have any size. Actions and low-dimensional
observations are stretched to [-1, 1] over the training data, and candidates are drawn there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.learned.derivative_free import SearchConfig, draw_uniform, lowest_energy
from vinn_training.policy.learned.energy import EnergyNetwork, info_nce
from vinn_training.policy.learned.image_features import FEATURES, ImageFeatures
from vinn_training.policy.learned.optimisation import check_positive, choose_device, optimise, seeded
from vinn_training.policy.learned.sequences import MinMax, SequenceEpisode, action_rows, check_alike, observation_rows

#: Noise on the expert's actions while training, so that they are not the only ones with clean numbers.
_EXPERT_NOISE = 1e-4


@dataclass(frozen=True)
class SequenceConfig:
    """How the sequence form trains and answers.

    Attributes:
        horizon: Frames of a training window; it must hold what is observed before and what is predicted.
        observation_steps: Frames that are seen, the newest included.
        action_steps: Actions that are predicted at once, and carried out before the next look.
        epochs: Over all windows.
        batch_size: Windows a step.
        negatives: Action sequences drawn against the expert's.
        learning_rate: Of AdamW, after the warm-up and before the cosine takes it to zero.
        warmup_steps: Steps over which the learning rate rises.
        weight_decay: Of AdamW.
        width: Of the energy network's hidden layers.
        dropout: In [0, 1).
        search: How the answer is found; `variant` is the choice between the two inference variants.
        device: auto, cpu or cuda.

    Raises:
        InvalidInput: If a value is out of range, or the horizon is too short.
    """

    horizon: int = 10
    observation_steps: int = 2
    action_steps: int = 8
    epochs: int = 100
    batch_size: int = 64
    negatives: int = 100
    learning_rate: float = 1e-4
    warmup_steps: int = 10
    weight_decay: float = 1e-6
    width: int = 1024
    dropout: float = 0.1
    search: SearchConfig = field(
        default_factory=lambda: SearchConfig(samples=100, iterations=5, noise=0.03, shrink=1.0, variant="sample")
    )
    device: str = "auto"

    def __post_init__(self) -> None:
        check_positive(observation_steps=self.observation_steps, action_steps=self.action_steps, epochs=self.epochs)
        check_positive(batch_size=self.batch_size, negatives=self.negatives, learning_rate=self.learning_rate)
        check_positive(width=self.width)
        if self.horizon < self.observation_steps - 1 + self.action_steps:
            raise InvalidInput(
                f"horizon is {self.horizon}; expected at least {self.observation_steps - 1 + self.action_steps}: "
                f"{self.observation_steps} observation and {self.action_steps} action steps, one of them shared"
            )
        if not 0.0 <= self.dropout < 1.0 or self.warmup_steps < 0 or self.weight_decay < 0.0:
            raise InvalidInput(
                f"dropout is {self.dropout}, warmup_steps {self.warmup_steps}, weight_decay {self.weight_decay}; "
                "expected 0 to below 1, and zero or more"
            )


class _Network(nn.Module):
    """A picture network a camera, and the energy behind all of them."""

    def __init__(self, cameras: Sequence[str], state_size: int, action_size: int, config: SequenceConfig) -> None:
        super().__init__()
        self.cameras = tuple(cameras)
        # By number: a camera's name may hold a dot, which torch refuses as a module's name.
        self.features = nn.ModuleList(ImageFeatures() for _ in self.cameras)
        size = config.observation_steps * (FEATURES * len(self.cameras) + state_size)
        self.energy = EnergyNetwork(size, config.action_steps * action_size, config.width, config.dropout)

    def observe(self, images: Mapping[str, torch.Tensor], states: torch.Tensor) -> torch.Tensor:
        """Return (B, O) from (B, steps, H, W, 3) uint8 pictures and (B, steps, S) normalised states."""
        count, steps = states.shape[:2]
        parts = [states]
        for camera, network in zip(self.cameras, self.features, strict=True):
            features = network(images[camera].flatten(0, 1))
            parts.append(features.reshape(count, steps, FEATURES))
        return torch.cat(parts, dim=2).flatten(1)


class SequenceImplicitBc:
    """Implicit BC over windows of episodes.

    Args:
        config: How to train and to answer.
        seed: Of weights, order, negatives and candidates, zero or more.
    """

    def __init__(self, config: SequenceConfig | None = None, seed: int = 0) -> None:
        self.config = config or SequenceConfig()
        self._seed = seed
        self._device = choose_device(self.config.device)
        self._generator = torch.Generator(self._device)
        self._network: _Network | None = None
        self._actions: MinMax | None = None
        self._states: MinMax | None = None
        #: Mean loss over the last epoch of training; the logarithm of 1 + negatives is that of guessing.
        self.last_loss = math.nan

    def fit(self, episodes: Sequence[SequenceEpisode]) -> None:
        """Train from new random weights.

        Args:
            episodes: With the same cameras, state and action sizes.

        Raises:
            InvalidInput: If there is no episode, they differ, or training diverges.
        """
        check_alike(episodes)
        config = self.config
        actions = np.concatenate([item.actions for item in episodes]).astype(np.float32)
        states = np.concatenate([item.states for item in episodes]).astype(np.float32)
        offsets = np.cumsum([0, *(len(item) for item in episodes)])[:-1]
        seen_rows = _windows(episodes, offsets, observation_rows, config.observation_steps)
        done_rows = _windows(episodes, offsets, action_rows, config.action_steps)
        scale, state_scale = MinMax(actions, self._device), MinMax(states, self._device)
        all_actions = scale.normalise(torch.from_numpy(actions).to(self._device))
        all_states = state_scale.normalise(torch.from_numpy(states).to(self._device))
        cameras = sorted(episodes[0].images)
        pictures = {name: torch.from_numpy(np.concatenate([e.images[name] for e in episodes])) for name in cameras}
        low, high = scale.low.repeat(config.action_steps), scale.high.repeat(config.action_steps)
        with seeded(self._seed):
            network = _Network(cameras, states.shape[1], actions.shape[1], config).to(self._device)
            optimiser = torch.optim.AdamW(
                network.parameters(), lr=config.learning_rate, betas=(0.95, 0.999), weight_decay=config.weight_decay
            )
            steps = config.epochs * -(-len(actions) // config.batch_size)
            schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _warm_cosine(step, steps, config))

            def loss_of(rows: torch.Tensor) -> torch.Tensor:
                window = seen_rows[rows]
                images = {name: values[window].to(self._device) for name, values in pictures.items()}
                observed = network.observe(images, all_states[window.to(self._device)])
                expert = all_actions[done_rows[rows].to(self._device)].flatten(1)
                expert = expert + _EXPERT_NOISE * torch.randn_like(expert)
                negatives = draw_uniform(len(rows), config.negatives, low, high, None)
                return info_nce(network.energy(observed, torch.cat([expert[:, None], negatives], dim=1)))

            self.last_loss = optimise(network, optimiser, loss_of, len(actions), config.batch_size, steps, schedule)
        self._network, self._actions, self._states = network, scale, state_scale
        self._generator.manual_seed(self._seed)

    def predict(self, images: Mapping[str, ImageArray], states: FloatArray) -> NDArray[np.float64]:
        """Return the next actions.

        Args:
            images: Camera to (observation_steps, H, W, 3) uint8 RGB, oldest first.
            states: (observation_steps, S) float32.

        Returns:
            (action_steps, A) float64; row 0 belongs to the newest observation.

        Raises:
            InvalidInput: If nothing was fitted, or cameras or shapes are others than those trained on.
        """
        network, scale, state_scale = self._network, self._actions, self._states
        if network is None or scale is None or state_scale is None:
            raise InvalidInput("implicit BC was asked before it was fitted")
        steps = self.config.observation_steps
        expected = (steps, len(state_scale.low))
        if states.shape != expected or sorted(images) != list(network.cameras):
            raise InvalidInput(
                f"observation has states of shape {states.shape} and cameras {sorted(images)}; expected {expected} and "
                f"{list(network.cameras)}"
            )
        size = len(scale.low)
        with torch.inference_mode():
            seen = state_scale.normalise(torch.from_numpy(np.array(states, dtype=np.float32)).to(self._device))[None]
            pictures = {name: torch.from_numpy(np.array(images[name]))[None].to(self._device) for name in images}
            observed = network.observe(pictures, seen)
            answer = lowest_energy(
                lambda candidates: network.energy(observed, candidates),
                1,
                scale.low.repeat(self.config.action_steps),
                scale.high.repeat(self.config.action_steps),
                self.config.search,
                self._generator,
            )
            actions = scale.restore(answer.reshape(self.config.action_steps, size))
        return actions.double().cpu().numpy()


def _windows(
    episodes: Sequence[SequenceEpisode],
    offsets: NDArray[np.int64],
    rows_of: Callable[[int, int], NDArray[np.int64]],
    steps: int,
) -> torch.Tensor:
    """Return (N, steps) rows into the episodes laid end to end."""
    rows = [rows_of(len(item), steps) + offset for item, offset in zip(episodes, offsets, strict=True)]
    return torch.from_numpy(np.concatenate(rows))


def _warm_cosine(step: int, steps: int, config: SequenceConfig) -> float:
    """Return the factor on the learning rate: a straight rise, then half a cosine to zero."""
    if step < config.warmup_steps:
        return (step + 1) / (config.warmup_steps + 1)
    done = (step - config.warmup_steps) / max(1, steps - config.warmup_steps)
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, done)))
