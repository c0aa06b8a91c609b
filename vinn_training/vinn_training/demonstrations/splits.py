"""Splits by demonstration: frames of one episode never stand on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput


class Split(NamedTuple):
    """Demonstrations to learn from and to test on, each in the order of the data set."""

    training: tuple[Demonstration, ...]
    test: tuple[Demonstration, ...]


def split_demonstrations(demonstrations: Sequence[Demonstration], test_fraction: float, seed: int) -> Split:
    """Draw the test demonstrations at random; the same seed gives the same split.

    Args:
        demonstrations: At least two.
        test_fraction: Share of demonstrations to test on, in (0, 1); at least one on either side.
        seed: Of the draw.

    Raises:
        InvalidInput: If there are fewer than two demonstrations, the fraction is outside (0, 1), or the seed is
            negative.
    """
    count = len(demonstrations)
    if count < 2:
        raise InvalidInput(f"{count} demonstration(s) cannot be split; expected at least two")
    if not 0.0 < test_fraction < 1.0:
        raise InvalidInput(f"test fraction is {test_fraction}; expected more than 0 and less than 1")
    if seed < 0:
        raise InvalidInput(f"seed is {seed}; expected zero or more")
    test_count = min(max(1, round(test_fraction * count)), count - 1)
    chosen = set(np.random.default_rng(seed).permutation(count)[:test_count].tolist())
    return Split(
        training=tuple(demo for index, demo in enumerate(demonstrations) if index not in chosen),
        test=tuple(demo for index, demo in enumerate(demonstrations) if index in chosen),
    )
