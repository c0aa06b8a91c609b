"""Which labelled frames are kept to measure on: whole episodes or stretches of time, never single frames.

Neighbours in time show nearly the same picture; were one learnt and the other measured on, the accuracy would be that
of remembering.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

#: Draws of episodes among which the one is taken whose states are spread most evenly.
_DRAWS = 300
#: Fewer episodes than this are split within, by time.
_MIN_EPISODES = 4


@dataclass(frozen=True)
class FrameSplit:
    """Rows to learn from and rows to measure on; rows in neither lie next to the other side.

    Attributes:
        training: Rows, int64, rising.
        validation: Rows, int64, rising.
        by: "episodes": no episode is on both sides. "stretches": of every stretch of one state the end is measured on,
            and the frame before that end is left out.
    """

    training: NDArray[np.int64]
    validation: NDArray[np.int64]
    by: Literal["episodes", "stretches"]


def split_frames(
    episodes: Sequence[str], frames: Sequence[int], states: NDArray[np.int64], fraction: float, seed: int
) -> FrameSplit:
    """Return a split in which every state that occurs is learnt and measured.

    Args:
        episodes: N names: of the video or demonstration that a row is from.
        frames: N numbers of the frame within it.
        states: (N,) int64, from 0.
        fraction: Share to measure on, in (0, 1).
        seed: Of the draw of episodes.

    Raises:
        InvalidInput: If the fraction is outside (0, 1), or a state has too few frames in a row to be divided.
    """
    if not 0.0 < fraction < 1.0:
        raise InvalidInput(f"validation fraction is {fraction}; expected more than 0 and less than 1")
    names = np.array(episodes)
    split = _by_episodes(names, states, fraction, seed) or _by_stretches(names, np.array(frames), states, fraction)
    for side, rows in (("learn from", split.training), ("measure on", split.validation)):
        missing = sorted(set(states.tolist()) - set(states[rows].tolist()))
        if missing:
            raise InvalidInput(
                f"state number {missing[0]} (from 0, closed) leaves no frame to {side} once neighbours in time are "
                "kept apart; label more frames of it, from more videos"
            )
    return split


def _by_episodes(names: NDArray[np.str_], states: NDArray[np.int64], fraction: float, seed: int) -> FrameSplit | None:
    """Return the most even of many draws, or None where none has every state on both sides."""
    episodes = np.unique(names)
    if len(episodes) < _MIN_EPISODES:
        return None
    rng = np.random.default_rng(seed)
    totals = np.bincount(states)
    occurs = totals > 0
    best, best_error = None, np.inf
    count = min(max(1, round(fraction * len(episodes))), len(episodes) - 1)
    for _ in range(_DRAWS):
        held = np.isin(names, rng.choice(episodes, count, replace=False))
        shares = np.bincount(states[held], minlength=len(totals))[occurs] / totals[occurs]
        error = float(np.abs(shares - fraction).sum())
        if shares.min() > 0.0 and shares.max() < 1.0 and error < best_error:
            best, best_error = held, error
    if best is None:
        return None
    return FrameSplit(np.flatnonzero(~best), np.flatnonzero(best), "episodes")


def _by_stretches(
    names: NDArray[np.str_], frames: NDArray[np.int64], states: NDArray[np.int64], fraction: float
) -> FrameSplit:
    order = np.lexsort((frames, names))
    change = (names[order][1:] != names[order][:-1]) | (states[order][1:] != states[order][:-1])
    training: list[int] = []
    validation: list[int] = []
    for stretch in np.split(order, np.flatnonzero(change) + 1):
        held = round(fraction * len(stretch)) if len(stretch) >= 3 else 0
        held = min(max(held, 1), len(stretch) - 2) if len(stretch) >= 3 else 0
        training += stretch[: len(stretch) - held - (held > 0)].tolist()
        validation += stretch[len(stretch) - held :].tolist()
    return FrameSplit(
        np.array(sorted(training), dtype=np.int64), np.array(sorted(validation), dtype=np.int64), "stretches"
    )
