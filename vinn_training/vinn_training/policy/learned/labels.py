"""Labels of demonstrations as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from vinn_training.contracts import Demonstration
from vinn_training.policy.gripper_classes import classes_of


class Labels(NamedTuple):
    """Labels of N frames.

    Attributes:
        directions: (N, 3) float32, unit length or zero, camera optical frame.
        gripper: (N,) int64, one of four classes.
    """

    directions: torch.Tensor
    gripper: torch.Tensor


def labels_of(demonstrations: Sequence[Demonstration], device: torch.device) -> Labels:
    """Return the labels of all frames, demonstration after demonstration."""
    directions = np.concatenate([item.directions for item in demonstrations])
    openings = np.concatenate([item.gripper for item in demonstrations])
    return Labels(
        torch.from_numpy(directions.astype(np.float32)).to(device),
        torch.from_numpy(classes_of(openings)).to(device),
    )
