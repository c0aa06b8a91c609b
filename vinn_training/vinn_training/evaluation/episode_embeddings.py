"""Embeddings to measure search on: frames of episodes of tasks, near each other as a demonstration's frames are.

A task is a smooth path through 32 dimensions; an episode of it is the path, moved and bent a little; a frame is a
point of it. A fixed random layer with a rectifier lifts the point to 2048 non-negative numbers, as many as a ResNet-50
gives, and every number gets noise of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray

EMBEDDING_SIZE = 2048
FRAMES_PER_EPISODE = 60

_LATENT = 32
_TASKS = 100
#: Tasks that the first 1,000 rows hold; queries are of these, so that every size has neighbours for them.
_QUERY_TASKS = 16
_BEND = 0.15
_NOISE = 0.05
_EPISODES_AT_ONCE = 128


def episode_embeddings(rows: int, seed: int = 0) -> Iterator[FloatArray]:
    """Yield blocks that make (rows, 2048) float32 in all; the first rows are the same for every length."""
    lift = _lift()
    for start in range(0, rows, _EPISODES_AT_ONCE * FRAMES_PER_EPISODE):
        first = start // FRAMES_PER_EPISODE
        count = min(_EPISODES_AT_ONCE, -(-(rows - start) // FRAMES_PER_EPISODE))
        block = np.concatenate(
            [_episode(seed, number, number % _TASKS, lift) for number in range(first, first + count)]
        )
        yield block[: rows - start]


def query_embeddings(count: int, seed: int = 1) -> FloatArray:
    """Return (count, 2048) frames of episodes that no bank of another seed holds, one of each."""
    lift = _lift()
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, FRAMES_PER_EPISODE, count)
    return np.stack([_episode(seed, number, number % _QUERY_TASKS, lift)[frame] for number, frame in enumerate(frames)])


def _lift() -> FloatArray:
    """Return the (33, 2048) layer; its last row is added to every point."""
    layer = np.random.default_rng(20211202).normal(size=(_LATENT + 1, EMBEDDING_SIZE)) / np.sqrt(_LATENT)
    return layer.astype(np.float32)


def _episode(seed: int, number: int, task: int, lift: FloatArray) -> FloatArray:
    """Return (60, 2048) float32."""
    path = _path(np.random.default_rng([7, task]), 1.0)
    rng = np.random.default_rng([seed, number])
    points = (path + _path(rng, _BEND)).astype(np.float32)
    lifted = np.maximum(points @ lift[:-1] + lift[-1], 0.0)
    noise = rng.standard_normal(lifted.shape, dtype=np.float32)
    return np.asarray(np.maximum(lifted + np.float32(_NOISE) * noise, 0.0), dtype=np.float32)


def _path(rng: np.random.Generator, scale: float) -> NDArray[np.float64]:
    """Return 60 points on a smooth curve: a start, and three slow waves."""
    time = np.linspace(0.0, 1.0, FRAMES_PER_EPISODE)
    waves = np.stack([np.ones_like(time), *(np.sin(np.pi * time * (order + 0.5)) for order in range(3))], axis=1)
    return scale * (waves @ rng.normal(size=(waves.shape[1], _LATENT)))
