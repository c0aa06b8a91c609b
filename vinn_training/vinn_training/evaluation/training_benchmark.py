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
import torchvision
import tyro

from vinn_training.contracts import ImageArray
from vinn_training.encoder.artifact import EncoderSpec
from vinn_training.encoder.byol import ByolConfig
from vinn_training.encoder.hardware import HardwareConfig, Precision, find_device
from vinn_training.encoder.learner import Learner
from vinn_training.encoder.processes import Processes
from vinn_training.encoder.training_config import TrainingConfig
from vinn_training.evaluation.benchmark import Row, Timing, compare_all, row_of, to_markdown
from vinn_training.exceptions import InvalidInput, MissingDependency, VinnError
from vinn_training.preprocessing import Preprocessing

PEER_NAME = "byol_pytorch as in its README"

#: Both sides' Adam, and both sides' share of the target that an update keeps.
_LEARNING_RATE, _MOMENTUM = 3e-4, 0.99


@dataclass(frozen=True)
class TrainingBenchmark:
    """What is timed.

    Attributes:
        architecture: resnet18, resnet34 or resnet50.
        size: Side of the images, pixels.
        batch_size: Images a step.
        batches: Batches of different images, which the steps take in turn.
        device: auto, cpu, cuda or cuda:N, of both sides.
        precisions: Ours, each timed beside the others; the peer's is float32, as in its README.
        compile: Compile our backbones; done before the first timed step, and reported.
        repetitions: Timed steps of each side.
        threads: Of torch, for both sides; 0 leaves the choice to it.
        seed: Of images and weights.

    Raises:
        InvalidInput: If a number is out of range.
    """

    architecture: str = "resnet50"
    size: int = 96
    batch_size: int = 32
    batches: int = 4
    device: str = "cpu"
    precisions: tuple[Precision, ...] = ("auto", "bfloat16")
    compile: bool = False
    repetitions: int = 10
    threads: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.size < 32 or self.batch_size < 2 or min(self.batches, self.repetitions) < 1 or self.threads < 0:
            raise InvalidInput(
                f"size is {self.size}, batch_size {self.batch_size}, batches {self.batches}, repetitions "
                f"{self.repetitions}, threads {self.threads}; expected 32, 2, 1, 1 and 0 or more"
            )
        if not self.precisions or len(set(self.precisions)) < len(self.precisions):
            raise InvalidInput(f"precisions are {self.precisions}; expected one or more, each once")


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


def our_step(frames: ImageArray, config: TrainingBenchmark, precision: Precision = "auto") -> Callable[[], None]:
    """Return a function that takes one step of ours: `vinn train`'s own, with the next batch each time.

    Args:
        frames: (batches * batch_size, size, size, 3) uint8 RGB.
        config: What is timed.
        precision: In which the network computes.

    Raises:
        InvalidInput: If the device is not there.
    """
    training = TrainingConfig(
        method="byol", batch_size=config.batch_size, learning_rate=_LEARNING_RATE, head_learning_rate=_LEARNING_RATE,
        precision=precision, seed=config.seed, byol=ByolConfig(momentum=_MOMENTUM, momentum_end=_MOMENTUM),
    )  # fmt: skip
    spec = EncoderSpec(config.architecture, Preprocessing(size=config.size))
    learner = Learner(frames, spec, training, HardwareConfig(config.device, config.compile), Processes())
    batches = torch.arange(len(frames)).split(config.batch_size)
    steps = 0

    def step() -> None:
        nonlocal steps
        rows, following = (batches[(steps + offset) % len(batches)] for offset in (0, 1))
        learner.train_step(rows, steps, 10**6, len(batches), following)
        steps += 1

    return _finished(step, find_device(config.device))


def peer_step(frames: ImageArray, config: TrainingBenchmark) -> Callable[[], None]:
    """Return a function that takes one step of the peer's, with the next batch each time.

    Args:
        frames: (batches * batch_size, size, size, 3) uint8 RGB.
        config: What is timed.

    Raises:
        MissingDependency: If byol_pytorch is not installed.
        InvalidInput: If the device is not there.
    """
    try:
        from byol_pytorch import BYOL
    except ImportError as error:
        raise MissingDependency(
            f"the BYOL row needs byol_pytorch ({error}); install it with: pip install byol-pytorch"
        ) from error
    device = find_device(config.device)
    torch.manual_seed(config.seed)
    network = torchvision.models.get_model(config.architecture, weights=None).to(device)
    learner = BYOL(network, image_size=config.size, hidden_layer="avgpool")
    optimiser = torch.optim.Adam(learner.parameters(), lr=_LEARNING_RATE)
    images = torch.from_numpy(frames).permute(0, 3, 1, 2).contiguous().float().div(255.0).to(device)
    batches = images.split(config.batch_size)
    steps = 0

    def step() -> None:
        nonlocal steps
        loss = learner(batches[steps % len(batches)])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        learner.update_moving_average()
        steps += 1

    return _finished(step, device)


def _finished(step: Callable[[], None], device: torch.device) -> Callable[[], None]:
    """Return the step, with a wait for the device's work where it is a GPU."""

    def finished() -> None:
        step()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    return finished


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
