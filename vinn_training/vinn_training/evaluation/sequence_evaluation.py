"""Implicit BC in the sequence form on held-out episodes: both inference variants, against the mean action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.learned.derivative_free import Variant
from vinn_training.policy.learned.implicit_bc_sequence import SequenceImplicitBc
from vinn_training.policy.learned.sequences import SequenceEpisode, observation_rows


@dataclass(frozen=True)
class SequenceScore:
    """The error on one held-out episode, carried out chunk by chunk.

    Attributes:
        method: "best" or "sample", the inference variants, or "mean": the training data's mean action.
        episode: Name.
        frames: T.
        squared_sum: Sum over frames of the squared error, mean over components, in units of each component's variance
            over the training data: the mean action scores about 1.
    """

    method: Literal["best", "sample", "mean"]
    episode: str
    frames: int
    squared_sum: float


def split_episodes(
    episodes: Sequence[SequenceEpisode], test_fraction: float, seed: int
) -> tuple[list[SequenceEpisode], list[SequenceEpisode]]:
    """Return episodes to learn from and to test on, drawn at random, at least one each.

    Raises:
        InvalidInput: If there are fewer than two, or the fraction is outside (0, 1).
    """
    if len(episodes) < 2 or not 0.0 < test_fraction < 1.0:
        raise InvalidInput(
            f"{len(episodes)} episodes and test fraction {test_fraction}; expected two or more, and between 0 and 1"
        )
    count = min(max(1, round(test_fraction * len(episodes))), len(episodes) - 1)
    chosen = set(np.random.default_rng(seed).permutation(len(episodes))[:count].tolist())
    sides: tuple[list[SequenceEpisode], list[SequenceEpisode]] = ([], [])
    for index, item in enumerate(episodes):
        sides[index in chosen].append(item)
    return sides


def score_sequences(
    policy: SequenceImplicitBc, training: Sequence[SequenceEpisode], test: Sequence[SequenceEpisode]
) -> list[SequenceScore]:
    """Return the errors of a fitted policy, by both variants, and of the mean action.

    Raises:
        InvalidInput: If nothing was fitted, or a test episode differs in cameras or sizes.
    """
    known = np.concatenate([item.actions for item in training]).astype(np.float64)
    mean, variance = known.mean(axis=0), np.maximum(known.var(axis=0), 1e-12)
    configured = policy.config
    variants: tuple[Variant, ...] = ("best", "sample")
    scores = []
    for item in test:
        truth = item.actions.astype(np.float64)
        answers = {"mean": np.tile(mean, (len(item), 1))}
        for variant in variants:
            policy.config = replace(configured, search=replace(configured.search, variant=variant))
            answers[variant] = _carry_out(policy, item)
        for method in ("best", "sample", "mean"):
            errors = ((answers[method] - truth) ** 2 / variance).mean(axis=1)
            scores.append(SequenceScore(method, item.name, len(item), float(errors.sum())))
    policy.config = configured
    return scores


def _carry_out(policy: SequenceImplicitBc, episode: SequenceEpisode) -> np.ndarray:
    """Return (T, A): the actions that are carried out when the policy looks every `action_steps` frames."""
    steps = policy.config.action_steps
    seen = observation_rows(len(episode), policy.config.observation_steps)
    parts = []
    for t in range(0, len(episode), steps):
        images = {name: values[seen[t]] for name, values in episode.images.items()}
        parts.append(policy.predict(images, episode.states[seen[t]]))
    return np.concatenate(parts)[: len(episode)]
