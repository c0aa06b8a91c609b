"""Table III: every method, seed by seed, on demonstrations that it was not fitted on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from vinn_training.contracts import REST_NORM
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.splits import Split
from vinn_training.evaluation.encoder_sources import EncoderLoader, reason
from vinn_training.evaluation.episode_score import EpisodeScore, score_episode
from vinn_training.evaluation.held_out import HeldOut, split_of
from vinn_training.evaluation.methods import MethodsConfig, chosen_methods
from vinn_training.evaluation.table import comparisons, orderings, summaries
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput, MissingDependency
from vinn_training.policy.frame_encoder import FrameEncoder
from vinn_training.policy.interface import predict_episode

#: Called with (done, in all, what).
Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class EvaluationConfig:
    """What is compared, and on what.

    Attributes:
        methods: Names of methods; empty for all.
        seeds: One training of every method each.
        held_out: Which demonstrations are tested on: the data set's split, folds by seed, or auto: the split where
            there is one.
        folds: Number of folds; seed s tests on fold s modulo this.

    Raises:
        InvalidInput: If a method is unknown, or seeds are missing, doubled or negative.
    """

    methods: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0, 1, 2)
    held_out: HeldOut = "auto"
    folds: int = 4

    def __post_init__(self) -> None:
        chosen_methods(self.methods)
        if not self.seeds or len(set(self.seeds)) != len(self.seeds) or min(self.seeds) < 0:
            raise InvalidInput(f"seeds are {list(self.seeds)}; expected one or more, all different, none negative")


@dataclass
class EvaluationResult:
    """What was measured.

    Attributes:
        scores: One a task, method, seed and held-out demonstration.
        left_out: Methods that could not be run: task, method, reason.
        fit_s: Seconds of fitting, by task, method and seed.
        data: What each task's data was, for people.
        pretraining: What each method's encoder started from; see `EncoderLoader.pretraining`.
    """

    scores: list[EpisodeScore] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    fit_s: list[dict[str, Any]] = field(default_factory=list)
    data: list[dict[str, Any]] = field(default_factory=list)
    pretraining: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of `evaluate.json`."""
        return {
            "definition": "mse: mean over components, then over test frames, of the action as the method gives it",
            "data": self.data,
            "pretraining": self.pretraining,
            "table": [summary.to_row() for summary in summaries(self.scores)],
            "against_vinn": [asdict(item) for item in comparisons(self.scores, "vinn")],
            "orderings": [asdict(item) for item in orderings(self.scores)],
            "left_out": self.left_out,
            "fit_s": self.fit_s,
            "demonstrations": [score.to_dict() for score in self.scores],
        }


def evaluate(
    tasks: dict[str, Dataset],
    config: EvaluationConfig,
    methods: MethodsConfig,
    encoders: EncoderLoader,
    report: Report | None = None,
    save: Callable[[EvaluationResult], None] | None = None,
) -> EvaluationResult:
    """Fit and test all methods.

    Args:
        tasks: Name to data set, all demonstrations of it.
        config: What is compared, and on what.
        methods: Parameters of the methods.
        encoders: Gives each method its encoder. A method whose encoder cannot be had is left out, with the reason.
        report: Told before every fitting.
        save: Given what is measured so far after every method, so that hours of fitting are not lost.

    Raises:
        InvalidInput: If there is no task, a data set cannot be divided, or training diverges.
        InvalidDemonstration: If a split or an image cannot be read.
    """
    if not tasks:
        raise InvalidInput("no data sets to evaluate on; expected at least one")
    chosen = chosen_methods(config.methods)
    splits = {
        (task, seed): split_of(dataset, config.held_out, config.folds, seed)
        for task, dataset in tasks.items()
        for seed in config.seeds
    }
    result = EvaluationResult(data=[_describe(task, splits[task, config.seeds[0]], tasks[task]) for task in tasks])
    total = len(splits) * len(chosen)
    for index, ((task, seed), split) in enumerate(splits.items()):
        for number, (name, method) in enumerate(chosen.items()):
            if report is not None:
                report(index * len(chosen) + number, total, f"{task}, {method.title}, seed {seed}")
            if any(item["task"] == task and item["method"] == name for item in result.left_out):
                continue
            try:
                encoder = None if method.encoder is None else encoders.load(method.encoder, task, seed)
                result.pretraining[name] = encoders.pretraining(method.encoder, task, seed)
            except (InvalidInput, InvalidCheckpoint, MissingDependency) as error:
                result.left_out.append({"task": task, "method": name, "reason": reason(error)})
                continue
            start = time.perf_counter()
            policy = method.make(methods, seed)
            policy.fit(split.training, encoder)
            result.fit_s.append(
                {"task": task, "method": name, "seed": seed, "fit_s": round(time.perf_counter() - start, 3)}
            )
            for demonstration in split.test:
                predicted = predict_episode(policy, demonstration, encoder)
                result.scores.append(score_episode(task, name, seed, demonstration, *predicted))
            if save is not None:
                save(result)
    if report is not None:
        report(total, total, "")
    return result


def embed_all(split: Split, encoder: FrameEncoder, report: Report | None = None) -> None:
    """Embed the demonstrations of a split now, so that later steps do not wait for it.

    Raises:
        InvalidDemonstration: If an image cannot be read.
    """
    items: Sequence[Any] = (*split.training, *split.test)
    for index, demonstration in enumerate(items):
        if report is not None:
            report(index, len(items), "embedding")
        encoder.embed(demonstration)


def _describe(task: str, split: Split, dataset: Dataset) -> dict[str, Any]:
    return {
        "task": task,
        "source": dataset.source,
        "training_demonstrations": len(split.training),
        "training_frames": sum(map(len, split.training)),
        "test_demonstrations": len(split.test),
        "test_frames": sum(map(len, split.test)),
        "test_frames_at_rest": int(sum((np.linalg.norm(d.directions, axis=1) <= REST_NORM).sum() for d in split.test)),
    }
