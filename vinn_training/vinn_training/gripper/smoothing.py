"""A gripper stays in a state and moves through them in order: its neighbours in time correct a single odd frame."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

Smoothing = Literal["none", "median", "chain"]
SMOOTHINGS: tuple[str, ...] = get_args(Smoothing)

#: Frames of the median.
_MEDIAN_WINDOW = 3
#: Chance that the state of the next frame is another, of the chain; skipping a state has its square.
_CHANGE = 0.05
#: Least chance that any frame gives any state: one frame alone never rules a path out.
_FLOOR = 1e-3


def smooth_states(chances: NDArray[np.float32], smoothing: Smoothing) -> NDArray[np.int64]:
    """Return the state of every frame.

    Args:
        chances: (N, S) float32, rows that sum to 1: of each state by the frame alone, in order of opening.
        smoothing: "none": the likeliest of each frame. "median": then the median of it and its two neighbours, which
            removes single frames. "chain": the likeliest sequence where states rather stay, and pass through those in
            between (a hidden Markov chain, Viterbi's algorithm).

    Returns:
        (N,) int64.

    Raises:
        InvalidInput: If the smoothing is unknown.
    """
    if smoothing not in SMOOTHINGS:
        raise InvalidInput(f"smoothing is {smoothing!r}; expected one of: {', '.join(SMOOTHINGS)}")
    if len(chances) == 0:
        return np.zeros(0, dtype=np.int64)
    if smoothing == "chain":
        return _likeliest_path(chances)
    states = chances.argmax(axis=1)
    if smoothing == "median":
        padded = np.pad(states, _MEDIAN_WINDOW // 2, mode="edge")
        states = np.median(np.lib.stride_tricks.sliding_window_view(padded, _MEDIAN_WINDOW), axis=1)
    return states.astype(np.int64)


def _likeliest_path(chances: NDArray[np.float32]) -> NDArray[np.int64]:
    count, states = chances.shape
    steps = np.abs(np.subtract.outer(np.arange(states), np.arange(states)))
    move = np.where(steps == 0, np.log(1.0 - _CHANGE), steps * np.log(_CHANGE))
    given = np.log(np.maximum(chances.astype(np.float64), _FLOOR))
    total = given[0]
    origin = np.zeros((count, states), dtype=np.int64)
    for frame in range(1, count):
        ways = total[:, None] + move
        origin[frame] = ways.argmax(axis=0)
        total = ways.max(axis=0) + given[frame]
    path = np.zeros(count, dtype=np.int64)
    path[-1] = total.argmax()
    for frame in range(count - 1, 0, -1):
        path[frame - 1] = origin[frame, path[frame]]
    return path
