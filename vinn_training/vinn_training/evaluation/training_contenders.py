"""One BYOL step of ours and one of byol_pytorch's, on the same frames with the same settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torchvision

from vinn_training.contracts import ImageArray
from vinn_training.encoder.artifact import EncoderSpec
from vinn_training.encoder.byol import ByolConfig
from vinn_training.encoder.hardware import HardwareConfig, Precision, find_device
from vinn_training.encoder.learner import Learner
from vinn_training.encoder.processes import Processes
from vinn_training.encoder.training_config import TrainingConfig
from vinn_training.exceptions import InvalidInput, MissingDependency
from vinn_training.preprocessing import Preprocessing

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
