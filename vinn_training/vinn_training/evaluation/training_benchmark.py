"""BYOL steps: ours beside byol_pytorch driven as its README does, on the same images, in one run.

Both sides do a whole step: two views of every image, both networks' forward passes, the backward pass, Adam, and the
target network's move. What differs:

- images: ours are uint8 frames as training keeps them, and a step picks, converts and normalises its batch; the peer is
  handed float tensors in [0, 1], as its README's `sample_unlabelled_images` returns, and normalises them;
- views: ours draw for every image (crop, jitter of colours, grey, blur); the peer's draw once for the whole batch, and
  also flip;
- batch-norm: ours is over each view, as in the BYOL paper; the peer's over both views together;
- heads: ours are BYOL's (2048-4096-256 after a ResNet-50); the peer's default first puts 256 simplicial embeddings
  before the projector, and passes each image through the network's last linear layer although nothing uses its output.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
import tyro

from vinn_training.evaluation.benchmark import Row, Timing, compare_all, row_of, to_markdown
from vinn_training.evaluation.training_contenders import TrainingBenchmark, our_step, peer_step
from vinn_training.exceptions import VinnError

PEER_NAME = "byol_pytorch as in its README"


@dataclass(frozen=True)
class TrainingTiming:
    """What was found, one of each for every precision.

    Attributes:
        rows: Wall time of a step.
        cpu_rows: Time that the process's threads took of the processors in a step, which other programs on the machine
            change less. On a GPU it says what is left for the processors.
        first_steps_s: Wall time of our first step, compilation included.
    """

    rows: list[Row]
    cpu_rows: list[Row]
    first_steps_s: list[float]


def byol_step_row(repetitions: int = 10, config: TrainingBenchmark | None = None) -> Row:
    """Time a BYOL step of ours, in the first precision alone, and of the peer, in turn, and return the row.

    Args:
        repetitions: Timed steps of each.
        config: What is timed; the default is ResNet-50 on 32 images of 96x96, on the CPU, in float32.

    Raises:
        MissingDependency: If byol_pytorch is not installed.
        InvalidInput: If the device is not there, or its memory is too small.
    """
    config = config or TrainingBenchmark()
    return measure(replace(config, precisions=config.precisions[:1]), repetitions).rows[0]


def byol_step_rows(repetitions: int = 10, config: TrainingBenchmark | None = None) -> list[Row]:
    """Time a BYOL step of ours in every precision, and of the peer, in turn, and return a row for each precision.

    Args:
        repetitions: Timed steps of each.
        config: What is timed; the default is ResNet-50 on 32 images of 96x96, on the CPU, in float32 and bfloat16.

    Raises:
        MissingDependency: If byol_pytorch is not installed.
        InvalidInput: If the device is not there, or its memory is too small.
    """
    return measure(config or TrainingBenchmark(), repetitions).rows


def measure(config: TrainingBenchmark, repetitions: int) -> TrainingTiming:
    """Time both sides, in wall time and in processor time.

    Args:
        config: What is timed.
        repetitions: Timed steps of each.

    Raises:
        MissingDependency: If byol_pytorch is not installed.
        InvalidInput: If the device is not there, or its memory is too small.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    frames = np.random.default_rng(config.seed).integers(
        0, 256, (config.batches * config.batch_size, config.size, config.size, 3), dtype=np.uint8
    )
    peer = _Stopwatch(peer_step(frames, config))
    ours: dict[str, _Stopwatch] = {
        precision: _Stopwatch(our_step(frames, config, precision)) for precision in config.precisions
    }
    first_steps_s = []
    for step in ours.values():
        started = time.perf_counter()
        step()
        first_steps_s.append(time.perf_counter() - started)
    rows = compare_all("byol_step", ours, {PEER_NAME: peer}, repetitions, warm_up=2)
    cpu_rows = [_cpu_row(row.row, step, peer, repetitions) for row, step in zip(rows, ours.values(), strict=True)]
    return TrainingTiming(rows, cpu_rows, first_steps_s)


class _Stopwatch:
    """Notes the processor time of each call; all threads of the process count."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self.times_ms: list[float] = []

    def __call__(self) -> None:
        started = time.process_time()
        self._function()
        self.times_ms.append(1e3 * (time.process_time() - started))


def _cpu_row(name: str, ours: _Stopwatch, peer: _Stopwatch, repetitions: int) -> Row:
    mine, other = (_timing(watch.times_ms[-repetitions:]) for watch in (ours, peer))
    return row_of(f"{name}/cpu", mine, other, f"{PEER_NAME}, processor time")


def _timing(times_ms: list[float]) -> Timing:
    low, middle, high = np.percentile(times_ms, [10, 50, 90]).tolist()
    return Timing(middle, low, high, len(times_ms))


def main() -> int:
    """Measure, print the table and the steps a second; return the exit status."""
    try:
        config = tyro.cli(TrainingBenchmark, prog="python -m vinn_training.evaluation.training_benchmark")
        found = measure(config, config.repetitions)
    except VinnError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(to_markdown([*found.rows, *found.cpu_rows]), end="")
    for precision, row, first_s in zip(config.precisions, found.rows, found.first_steps_s, strict=True):
        print(
            f"ours, {precision}: {_rate(row.ours, row.spread['ours'])}; "
            f"first step{' with compilation' if config.compile else ''} {first_s:.1f} s"
        )
    print(f"peer: {_rate(found.rows[0].peer, found.rows[0].spread['peer'])}")
    return 0


def _rate(median_ms: object, spread_ms: list[float]) -> str:
    assert isinstance(median_ms, float)
    return f"{1e3 / median_ms:.3f} steps/s, 10th to 90th percentile {spread_ms[0]:.0f} to {spread_ms[1]:.0f} ms a step"


if __name__ == "__main__":
    sys.exit(main())
