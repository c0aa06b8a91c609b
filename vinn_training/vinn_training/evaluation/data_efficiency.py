"""Figure 4: the error against the number of demonstrations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vinn_training.contracts import Demonstration
from vinn_training.evaluation.encoder_sources import EncoderLoader
from vinn_training.evaluation.episode_score import EpisodeScore, score_episode
from vinn_training.evaluation.evaluate import Report
from vinn_training.evaluation.methods import MethodsConfig, chosen_methods
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.interface import predict_episode


@dataclass(frozen=True)
class SizedScore:
    """A score with the number of demonstrations behind it.

    Attributes:
        demonstrations: How many the method was fitted on.
        score: On one held-out demonstration.
    """

    demonstrations: int
    score: EpisodeScore


def nested_subsets(
    training: Sequence[Demonstration], sizes: Sequence[int], seed: int
) -> Iterator[tuple[int, tuple[Demonstration, ...]]]:
    """Yield subsets drawn at random; a larger one of the same seed holds the smaller ones.

    Args:
        training: Demonstrations to draw from.
        sizes: How many; 0 stands for all. Those above what there are are left out.
        seed: Of the draw.

    Raises:
        InvalidInput: If a size is negative, or none is left.
    """
    count = len(training)
    for size in sizes:
        if size < 0:
            raise InvalidInput(f"{size} demonstrations were asked for; expected one or more, or 0 for all of them")
    possible = [size for size in sizes if size <= count]
    if not possible:
        smallest = f"{min(sizes)} demonstrations or more" if sizes else "no sizes"
        raise InvalidInput(f"{smallest} were asked for; there are {count} to learn from (0 stands for all of them)")
    order = np.random.default_rng(seed).permutation(count)
    for size in sorted({size or count for size in possible}):
        chosen = set(order[:size].tolist())
        yield size, tuple(item for index, item in enumerate(training) if index in chosen)


def data_efficiency(
    task: str,
    training: Sequence[Demonstration],
    test: Sequence[Demonstration],
    sizes: Sequence[int],
    seed: int,
    names: Sequence[str],
    methods: MethodsConfig,
    encoders: EncoderLoader,
    report: Report | None = None,
) -> list[SizedScore]:
    """Fit the methods on subsets of one seed and test them on the same demonstrations. The encoder stays the same.

    Args:
        task: Name of the data set.
        training: Demonstrations to draw from.
        test: Others.
        sizes: How many to fit on; 0 stands for all.
        seed: Of the draw and of the methods.
        names: Of the methods.
        methods: Their parameters.
        encoders: Gives each its encoder.
        report: Told before every fitting.

    Raises:
        InvalidInput: If a size or name cannot be used, or an encoder was not given.
        InvalidCheckpoint: If an encoder cannot be used.
        InvalidDemonstration: If an image cannot be read.
    """
    chosen = chosen_methods(names)
    subsets = list(nested_subsets(training, sizes, seed))
    scores = []
    for index, (size, subset) in enumerate(subsets):
        for number, (name, method) in enumerate(chosen.items()):
            if report is not None:
                done = index * len(chosen) + number
                report(done, len(subsets) * len(chosen), f"{task}, {method.title}, {size} demonstrations, seed {seed}")
            encoder = None if method.encoder is None else encoders.load(method.encoder, task, seed)
            policy = method.make(methods, seed)
            policy.fit(subset, encoder)
            for demonstration in test:
                predicted = predict_episode(policy, demonstration, encoder)
                scores.append(SizedScore(size, score_episode(task, name, seed, demonstration, *predicted)))
    return scores
