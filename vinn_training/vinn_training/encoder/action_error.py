"""The number training is for: how far the neighbours' actions are from those of demonstrations it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from vinn_training.contracts import Demonstration, FloatArray, ImageArray
from vinn_training.encoder.frame_cache import cache_frames
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

#: Queries whose distances to the whole bank are in memory at once.
_QUERIES = 512


@dataclass(frozen=True)
class ActionProbe:
    """Labels of the frames trained on, and frames and labels of demonstrations that are not.

    Attributes:
        bank_directions: (N, 3) float32, of the training frames, in their order.
        frames: (M, S, S, 3) uint8 RGB, of the held-out demonstrations, at the encoder's size.
        directions: (M, 3) float32, of those frames.

    Raises:
        InvalidInput: If there are no held-out frames, or their number differs from that of their labels.
    """

    bank_directions: FloatArray
    frames: ImageArray
    directions: FloatArray

    def __post_init__(self) -> None:
        if len(self.frames) == 0 or len(self.frames) != len(self.directions):
            raise InvalidInput(
                f"{len(self.frames)} held-out frames with {len(self.directions)} directions; "
                "expected at least one, and as many"
            )

    @classmethod
    def from_demonstrations(
        cls, training: Sequence[Demonstration], held_out: Sequence[Demonstration], preprocessing: Preprocessing
    ) -> ActionProbe:
        """Return the probe of two lists of demonstrations.

        Args:
            training: At least one.
            held_out: At least one; none of the training's.
            preprocessing: Of the encoder.

        Raises:
            InvalidInput: If a list is empty, or a demonstration is in both.
            InvalidDemonstration: If an image cannot be read.
        """
        both = {item.name for item in training} & {item.name for item in held_out}
        if both:
            raise InvalidInput(f"demonstration {min(both)} is trained on and held out; expected one of the two")
        return cls(
            np.concatenate([item.directions for item in training]),
            cache_frames(held_out, preprocessing),
            np.concatenate([item.directions for item in held_out]),
        )


def neighbour_action_error(
    bank: FloatArray,
    bank_directions: FloatArray,
    queries: FloatArray,
    directions: FloatArray,
    neighbors: int,
    temperature: float,
) -> float:
    """Return the mean squared error of locally weighted regression (VINN, section III.C), over components and queries.

    Args:
        bank: (N, D) float32 embeddings to look in.
        bank_directions: (N, 3) float32, their actions.
        queries: (M, D) float32 embeddings to look for.
        directions: (M, 3) float32, the right actions.
        neighbors: How many of the nearest count; all N where there are fewer.
        temperature: By which distances are divided before the softmin.
    """
    keys, actions = torch.from_numpy(bank), torch.from_numpy(bank_directions).double()
    squares = 0.0
    for start in range(0, len(queries), _QUERIES):
        block = slice(start, start + _QUERIES)
        # Not by the norms' difference, which cancels where embeddings are long and alike.
        distances = torch.cdist(torch.from_numpy(queries[block]), keys, compute_mode="donot_use_mm_for_euclid_dist")
        nearest = distances.double().topk(min(neighbors, len(bank)), largest=False)
        weights = torch.softmax(-nearest.values / temperature, dim=1)
        predicted = (weights[..., None] * actions[nearest.indices]).sum(dim=1)
        squares += float((predicted - torch.from_numpy(directions[block])).square().sum())
    return squares / directions.size
