"""Tuning on recorded bags: one encoding pass, one search, then every setting from the cached distances."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vinn_training.bank.bank import Bank
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.tuning.embedding_pass import EmbeddingPass
from vinn_training.tuning.grid import TUNABLE, TuningGrid
from vinn_training.tuning.grid_options import GridOptions, make_grid
from vinn_training.tuning.leave_one_out import leave_one_out
from vinn_training.tuning.neighbors_cache import NeighborSearch
from vinn_training.tuning.objective import Criteria, Scores, total
from vinn_training.tuning.recording import Recording
from vinn_training.tuning.selection import Choice, choose
from vinn_training.tuning.sweep import sweep
from vinn_training.tuning.tunable import untunable
from vinn_training.tuning.tuned_bag import TunedBag, truth_of

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class TuningOptions:
    """How settings are tried and chosen.

    Attributes:
        grid: Values to try.
        criteria: What counts how much.
        step_length_m: The bridge's: motion in metres for an action of length 1.
        per_axis: Fit c axis by axis; else one of the values to try, the same for all axes.

    Raises:
        InvalidInput: If the step length is not positive.
    """

    grid: GridOptions
    criteria: Criteria
    step_length_m: float = 0.05
    per_axis: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.step_length_m) and self.step_length_m > 0.0):
            raise InvalidInput(f"step_length_m is {self.step_length_m}; expected a positive length")


@dataclass(frozen=True, eq=False)
class TuningResult:
    """What tuning found.

    Attributes:
        bags: The bags, in order.
        grid: The settings that were tried.
        scores: Of every setting, over all bags.
        choice: The chosen setting.
        start: The starting point.
        untunable: Parameters that the bags say nothing about, with the reason; they stay as they were.
        left_out: Rows of `leave_one_out`.
        sweep_s: Wall time of trying and choosing, without encoding and search.
    """

    bags: tuple[TunedBag, ...]
    grid: TuningGrid
    scores: Scores
    choice: Choice
    start: PolicyConfig
    untunable: Mapping[str, str]
    left_out: tuple[dict[str, Any], ...]
    sweep_s: float

    @property
    def tuned(self) -> tuple[str, ...]:
        """Parameters that were tuned."""
        return tuple(name for name in TUNABLE if name not in self.untunable)


def look_up(
    recordings: Mapping[str, Recording],
    bank: Bank,
    calibration: DistanceCalibration,
    encoder: EmbeddingPass,
    options: TuningOptions,
    k: int,
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[TunedBag, ...]:
    """Return the bags with the neighbours of their frames.

    Args:
        recordings: By name.
        bank: That is asked.
        calibration: Yardstick for its distances.
        encoder: Finds or makes embeddings.
        options: For the step length.
        k: Neighbours to look up: the largest that is to be tried.
        progress: Told (frames done, frames in all, bag) while images are encoded.

    Raises:
        VinnError: If images cannot be encoded, or a bag's frames have no other demonstration to ask.
    """
    search = NeighborSearch(bank, calibration)
    bank_at_rest = float((~bank.directions.any(axis=1)).mean())
    bags = []
    for name, recording in recordings.items():
        report = None if progress is None else (lambda done, of, name=name: progress(done, of, name))
        embedded = encoder.embed(recording, report)
        neighbors = search.look_up(recording.name, embedded.embeddings, k)
        truth = truth_of(recording, embedded.frames, options.step_length_m, bank_at_rest)
        bags.append(TunedBag(name, recording, embedded, neighbors, truth))
    return tuple(bags)


def tune(
    bags: Sequence[TunedBag], calibration: DistanceCalibration, options: TuningOptions, start: PolicyConfig
) -> TuningResult:
    """Try all settings on all bags and choose one.

    Args:
        bags: With their neighbours.
        calibration: Yardstick for distances.
        options: What to try and how to choose.
        start: The starting point; kept where a bag says nothing, or nothing better is found.

    Raises:
        InvalidInput: If the bags say nothing about any parameter, or a value to try cannot be used.
    """
    reasons = untunable(
        [bag.recording for bag in bags], [bag.truth for bag in bags], calibration, options.step_length_m
    )
    if set(TUNABLE) - set(reasons) <= {"hold_distance_quantile"} and "k" in reasons:
        told = [text for bag in bags for text in (bag.recording.motion_problem, bag.recording.gripper_problem) if text]
        why = "; ".join(dict.fromkeys([*reasons.values(), *told]))
        if "hold_distance_quantile" in reasons:
            raise InvalidInput(f"these bags say nothing about any parameter: {why}")
        _LOG.warning("only hold_distance_quantile can be tuned on these bags: %s", why)
    typical = calibration.median or float(np.median([np.median(bag.neighbors.distances[:, 0]) for bag in bags]))
    grid = make_grid(options.grid, typical).including(start).fixed(tuple(reasons), start)
    begin = time.perf_counter()
    scores = {
        bag.name: sweep(bag.neighbors, bag.truth, grid, options.criteria.window_frames(bag.period_s)) for bag in bags
    }
    everything = total(list(scores.values()))
    choice = choose(everything, grid, options.criteria, start, options.per_axis)
    sweep_s = time.perf_counter() - begin
    left_out = leave_one_out(scores, grid, options.criteria, start, choice, options.step_length_m, options.per_axis)
    return TuningResult(tuple(bags), grid, everything, choice, start, reasons, tuple(left_out), sweep_s)


def largest_k(options: GridOptions, start: PolicyConfig) -> int:
    """Return how many neighbours to look up.

    Raises:
        InvalidInput: If a value to try is none that the policy takes.
    """
    return max(make_grid(options, 1.0).including(start).k)
