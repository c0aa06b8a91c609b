"""Episodes for policies that see a few past frames and answer a few actions at once, and windows over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.exceptions import InvalidInput

#: A component that spans less than this over all episodes is constant and not stretched.
_CONSTANT = 1e-6


@dataclass(frozen=True)
class SequenceEpisode:
    """One episode with cameras, low-dimensional observations and actions of any size.

    Attributes:
        name: Unique within its data set.
        actions: (T, A) float32; row t is the action at frame t.
        states: (T, S) float32, low-dimensional observations side by side; S may be 0.
        images: Camera to (T, H, W, 3) uint8 RGB; may be empty where there are states.

    Raises:
        InvalidInput: If lengths differ, the episode is empty, it has neither images nor states, or a number is not
            finite.
    """

    name: str
    actions: FloatArray
    states: FloatArray
    images: Mapping[str, ImageArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.actions)
        if self.actions.ndim != 2 or 0 in self.actions.shape or self.states.ndim != 2:
            raise InvalidInput(
                f"episode '{self.name}': actions have shape {self.actions.shape} and states {self.states.shape}; "
                "expected (T, A) and (T, S)"
            )
        lengths = {"states": len(self.states), **{name: len(images) for name, images in self.images.items()}}
        for name, length in lengths.items():
            if length != count:
                raise InvalidInput(f"episode '{self.name}': {name} has {length} frames; expected {count}, as actions")
        if not self.images and not self.states.shape[1]:
            raise InvalidInput(f"episode '{self.name}': has neither images nor states; expected one at least")
        if not (np.isfinite(self.actions).all() and np.isfinite(self.states).all()):
            raise InvalidInput(f"episode '{self.name}': an action or state is NaN or infinite")

    def __len__(self) -> int:
        return len(self.actions)


def check_alike(episodes: Sequence[SequenceEpisode]) -> None:
    """Refuse episodes that differ in cameras or sizes.

    Raises:
        InvalidInput: If there is no episode, or one differs from the first.
    """
    if not episodes:
        raise InvalidInput("no episodes to learn from; expected at least one")
    first = episodes[0]
    expected = (sorted(first.images), first.actions.shape[1], first.states.shape[1])
    for item in episodes:
        received = (sorted(item.images), item.actions.shape[1], item.states.shape[1])
        if received != expected:
            raise InvalidInput(
                f"episode '{item.name}' has cameras, action and state sizes {received}; expected {expected}, those of "
                f"'{first.name}'"
            )


def observation_rows(length: int, steps: int) -> NDArray[np.int64]:
    """Return (T, steps) frames seen at each t: the last is t, and before the start the first frame is repeated."""
    return np.maximum(np.arange(length)[:, None] + np.arange(1 - steps, 1), 0)


def action_rows(length: int, steps: int) -> NDArray[np.int64]:
    """Return (T, steps) frames whose actions are asked at each t: the first is t, and the last one is repeated."""
    return np.minimum(np.arange(length)[:, None] + np.arange(steps), length - 1)


class MinMax:
    """Components stretched to [-1, 1] over the training data, and back; constant ones become 0.

    Args:
        values: (N, C).
        device: Where the numbers live.
    """

    def __init__(self, values: FloatArray, device: torch.device) -> None:
        low, high = values.min(axis=0).astype(np.float64), values.max(axis=0).astype(np.float64)
        constant = high - low < _CONSTANT
        half = np.where(constant, 1.0, (high - low) / 2.0)
        self._middle = torch.tensor((low + high) / 2.0, dtype=torch.float32, device=device)
        self._half = torch.tensor(half, dtype=torch.float32, device=device)
        span = torch.tensor(np.where(constant, 0.0, 1.0), dtype=torch.float32, device=device)
        #: (C,) bounds of normalised values.
        self.low, self.high = -span, span

    def normalise(self, values: torch.Tensor) -> torch.Tensor:
        """Return (..., C) values in [-1, 1] where they are within the training data's."""
        return (values - self._middle) / self._half

    def restore(self, values: torch.Tensor) -> torch.Tensor:
        """Return what `normalise` was given."""
        return values * self._half + self._middle
