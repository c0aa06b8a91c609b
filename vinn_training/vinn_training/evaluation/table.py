"""Table III from episode scores: mean and spread over seeds, intervals over demonstrations, comparisons, orderings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.evaluation.bootstrap import Interval, bootstrap_mean
from vinn_training.evaluation.episode_score import EpisodeScore
from vinn_training.evaluation.paper_table import TABLE_3, paper_task
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class MethodSummary:
    """One cell of Table III, and what else is known of the method on the task.

    Attributes:
        task: Name of the data set.
        method: Name of the method.
        seeds: How many.
        test_demonstrations: Different ones, over all seeds.
        mse: Mean over seeds of the MSE over the test frames.
        mse_std: Standard deviation over seeds (n - 1); zero for one seed, or for a method without chance.
        mse_low: Low end of the 95 % interval of `mse`, bootstrap over test demonstrations.
        mse_high: High end of it.
        mse_unit: As `mse`, of actions made unit length.
        angle_deg: Mean angular error over the frames that are not at rest; None where all are.
        gripper_accuracy: Share of frames whose gripper is right.
        events: Labelled changes of the gripper, summed over seeds.
        events_found: Share of them that was predicted within the window; None where there are none.
        events_spurious: Predicted changes without a labelled one, summed over seeds.
        event_late_frames: Mean of predicted minus labelled frame over those found; None where none was.
        event_off_frames: Mean of its absolute value.
    """

    task: str
    method: str
    seeds: int
    test_demonstrations: int
    mse: float
    mse_std: float
    mse_low: float
    mse_high: float
    mse_unit: float
    angle_deg: float | None
    gripper_accuracy: float
    events: int
    events_found: float | None
    events_spurious: int
    event_late_frames: float | None
    event_off_frames: float | None

    def to_row(self) -> dict[str, Any]:
        """Return a row of a table."""
        return asdict(self)


@dataclass(frozen=True)
class Comparison:
    """A method against a reference on the same demonstrations and seeds.

    Attributes:
        task: Name of the data set.
        method: Name of the method.
        reference: Name of the reference.
        difference: MSE of the method minus that of the reference; positive: the reference is better.
        low: Low end of its 95 % interval, paired bootstrap over test demonstrations.
        high: High end of it.
        verdict: "reference better", "method better" or "not separated".
    """

    task: str
    method: str
    reference: str
    difference: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Ordering:
    """Two methods that the paper orders, and how they are ordered here.

    Attributes:
        task: Name of the data set.
        better: The better of the two in the paper.
        worse: The other.
        difference: MSE of `worse` minus that of `better` here; positive: as in the paper.
        low: Low end of its 95 % interval.
        high: High end of it.
        verdict: "holds", "reversed" or "not separated" (the interval includes zero).
    """

    task: str
    better: str
    worse: str
    difference: float
    low: float
    high: float
    verdict: str


def summarise(scores: Sequence[EpisodeScore]) -> MethodSummary:
    """Return the summary of one method on one task.

    Raises:
        InvalidInput: If there is no score, or they are of several methods or tasks.
    """
    names = {(score.task, score.method) for score in scores}
    if len(names) != 1:
        raise InvalidInput(f"scores are of {len(names)} pairs of task and method; expected one")
    ((task, method),) = names
    seeds = sorted({score.seed for score in scores})
    per_seed = [_mse([score for score in scores if score.seed == seed]) for seed in seeds]
    sums, counts, demonstrations = _by_demonstration(scores)
    interval = bootstrap_mean(sums, counts)
    frames = sum(score.frames for score in scores)
    angle_frames = sum(score.angle_frames for score in scores)
    late = [value for score in scores for value in score.events_late_frames]
    events = sum(score.events for score in scores)
    return MethodSummary(
        task=task,
        method=method,
        seeds=len(seeds),
        test_demonstrations=len(demonstrations),
        mse=float(np.mean(per_seed)),
        mse_std=float(np.std(per_seed, ddof=1)) if len(per_seed) > 1 else 0.0,
        mse_low=interval.low,
        mse_high=interval.high,
        mse_unit=sum(score.squared_unit_sum for score in scores) / frames,
        angle_deg=float(np.degrees(sum(s.angle_sum_rad for s in scores) / angle_frames)) if angle_frames else None,
        gripper_accuracy=sum(score.gripper_right for score in scores) / frames,
        events=events,
        events_found=len(late) / events if events else None,
        events_spurious=sum(score.events_spurious for score in scores),
        event_late_frames=float(np.mean(late)) if late else None,
        event_off_frames=float(np.mean(np.abs(late))) if late else None,
    )


def summaries(scores: Iterable[EpisodeScore]) -> list[MethodSummary]:
    """Return one summary a task and method, in the order of their first scores."""
    return [summarise(group) for group in _groups(scores).values()]


def comparisons(scores: Iterable[EpisodeScore], reference: str) -> list[Comparison]:
    """Return every method against the reference, task by task; empty where the reference was not run."""
    groups = _groups(scores)
    found = []
    for (task, method), group in groups.items():
        if method == reference or (task, reference) not in groups:
            continue
        difference, interval = _paired(group, groups[task, reference])
        verdict = _verdict(interval, "reference better", "method better")
        found.append(Comparison(task, method, reference, difference, interval.low, interval.high, verdict))
    return found


def orderings(scores: Iterable[EpisodeScore]) -> list[Ordering]:
    """Return each pair of methods that Table III orders, for tasks that the paper has (by the data set's name)."""
    groups = _groups(scores)
    found = []
    for task in dict.fromkeys(task for task, _ in groups):
        paper = TABLE_3.get(paper_task(task) or "", {})
        known = [method for method in paper if (task, method) in groups]
        for first, second in combinations(known, 2):
            if paper[first] == paper[second]:
                continue
            better, worse = sorted((first, second), key=paper.__getitem__)
            difference, interval = _paired(groups[task, worse], groups[task, better])
            verdict = _verdict(interval, "holds", "reversed")
            found.append(Ordering(task, better, worse, difference, interval.low, interval.high, verdict))
    return found


def _groups(scores: Iterable[EpisodeScore]) -> dict[tuple[str, str], list[EpisodeScore]]:
    groups: dict[tuple[str, str], list[EpisodeScore]] = {}
    for score in scores:
        groups.setdefault((score.task, score.method), []).append(score)
    return groups


def _mse(scores: Sequence[EpisodeScore]) -> float:
    return sum(score.squared_sum for score in scores) / sum(score.frames for score in scores)


def _by_demonstration(
    scores: Sequence[EpisodeScore],
) -> tuple[NDArray[np.float64], NDArray[np.int64], list[str]]:
    """Return error sums and frames of each demonstration, over all seeds."""
    names = list(dict.fromkeys(score.demonstration for score in scores))
    sums = [sum(score.squared_sum for score in scores if score.demonstration == name) for name in names]
    counts = [sum(score.frames for score in scores if score.demonstration == name) for name in names]
    return np.array(sums), np.array(counts), names


def _paired(first: Sequence[EpisodeScore], second: Sequence[EpisodeScore]) -> tuple[float, Interval]:
    """Return the difference of MSE, first minus second, over the (seed, demonstration) pairs that both have."""
    others = {(score.seed, score.demonstration): score for score in second}
    shared = [(score, others[key]) for score in first if (key := (score.seed, score.demonstration)) in others]
    if not shared:
        raise InvalidInput("two methods have no demonstration and seed in common; evaluate them together")
    names = list(dict.fromkeys(score.demonstration for score, _ in shared))
    sums = np.array(
        [sum(a.squared_sum - b.squared_sum for a, b in shared if a.demonstration == name) for name in names]
    )
    counts = np.array([sum(a.frames for a, _ in shared if a.demonstration == name) for name in names])
    return float(sums.sum() / counts.sum()), bootstrap_mean(sums, counts)


def _verdict(interval: Interval, positive: str, negative: str) -> str:
    if interval.low > 0.0:
        return positive
    return negative if interval.high < 0.0 else "not separated"
