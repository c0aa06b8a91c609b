"""How far two float32 trainings drift apart that differ by half a unit in the last place of their weights.

That is the least by which another order of a sum changes anything: no two runs that add in different orders (other
numbers of threads, other batch divisions, other machines) can be asked to agree more closely than these two.

`python -m vinn_training.evaluation.training_noise` prints the table.
"""

from __future__ import annotations

import copy
import sys
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
import tyro

from vinn_training.encoder.augmentations import Augmentation
from vinn_training.encoder.backbone import empty_backbone
from vinn_training.encoder.byol import Byol, ByolConfig
from vinn_training.encoder.spec import CHANNELS
from vinn_training.encoder.training_config import TrainingConfig
from vinn_training.exceptions import InvalidInput, VinnError

#: Coloured blocks a side of a frame.
_BLOCKS = 8


@dataclass(frozen=True)
class NoiseConfig:
    """What is trained twice: BYOL from random weights.

    Attributes:
        architecture: Of the backbone.
        size: Side of the frames, pixels, a multiple of 8.
        batch_size: Frames a step, 2 or more.
        steps: Optimiser steps.
        optimiser: adam, or sgd, whose step does not divide by the gradient's size.
        learning_rate: Of all weights.
        freeze_batch_norm: Keep the backbone's batch-norm statistics as they are.
        hidden_size: Width of the heads.
        noise: Largest relative change of a weight in the second training; 2^-24 is half a unit in the last place.
        seed: Of weights, frames, views and noise.
        threads: Of torch; 0 leaves the choice to it.

    Raises:
        InvalidInput: If a number is out of range.
    """

    architecture: str = "resnet18"
    size: int = 64
    batch_size: int = 32
    steps: int = 20
    optimiser: Literal["adam", "sgd"] = "adam"
    learning_rate: float = 3e-4
    freeze_batch_norm: bool = False
    hidden_size: int = 1024
    noise: float = 2.0**-24
    seed: int = 0
    threads: int = 0

    def __post_init__(self) -> None:
        if self.size < 16 or self.size % _BLOCKS or self.batch_size < 2 or self.steps < 1:
            raise InvalidInput(
                f"size is {self.size}, batch_size {self.batch_size}, steps {self.steps}; expected a multiple of "
                f"{_BLOCKS} from 16 on, 2 or more, and 1 or more"
            )
        if not self.learning_rate > 0.0 or not 0.0 <= self.noise < 1.0 or self.threads < 0:
            raise InvalidInput(
                f"learning_rate is {self.learning_rate}, noise {self.noise}, threads {self.threads}; expected more "
                "than 0, 0 to 1, and 0 or more"
            )


class Drift(NamedTuple):
    """How far the two are apart in one step.

    Attributes:
        loss: Of the first training.
        loss_difference: Absolute.
        embeddings: Norm of the difference over the norm, of the backbone's output for the step's first views.
        weights: The same of all weights, after the step.
    """

    loss: float
    loss_difference: float
    embeddings: float
    weights: float


def training_noise(config: NoiseConfig) -> list[Drift]:
    """Train twice side by side, on the same views, and return how far apart they are in each step.

    Raises:
        InvalidInput: If the architecture is unknown.
    """
    generator = torch.Generator().manual_seed(config.seed)
    torch.manual_seed(config.seed)
    first = Byol(empty_backbone(config.architecture), CHANNELS[config.architecture], ByolConfig(config.hidden_size))
    models = (first, _disturbed(first, config.noise, generator))
    optimisers = [_optimiser(model, config) for model in models]
    augmentation = Augmentation(TrainingConfig().augmentation, generator)
    found = []
    for step in range(config.steps):
        coarse = torch.rand(config.batch_size, 3, _BLOCKS, _BLOCKS, generator=generator)
        frames = torch.nn.functional.interpolate(coarse, size=config.size)
        views = tuple(2.0 * augmentation(frames) - 1.0 for _ in range(2))
        outputs = [_take_step(*pair, views, config, step) for pair in zip(models, optimisers, strict=True)]
        (loss, embeddings), (other_loss, other_embeddings) = outputs
        weights = [torch.cat([value.detach().flatten() for value in model.parameters()]) for model in models]
        found.append(Drift(loss, abs(loss - other_loss), _relative(embeddings, other_embeddings), _relative(*weights)))
    return found


def _disturbed(model: Byol, noise: float, generator: torch.Generator) -> Byol:
    """Return a copy whose weights, those of the target among them, are off by up to `noise`."""
    other = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in other.parameters():
            draw = 2.0 * torch.rand(parameter.shape, generator=generator, dtype=torch.float64) - 1.0
            parameter.copy_(parameter.double() * (1.0 + noise * draw))
    return other


def _optimiser(model: Byol, config: NoiseConfig) -> torch.optim.Optimizer:
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    kind = torch.optim.Adam if config.optimiser == "adam" else torch.optim.SGD
    return kind(learned, lr=config.learning_rate)


def _take_step(
    model: Byol,
    optimiser: torch.optim.Optimizer,
    views: tuple[torch.Tensor, ...],
    config: NoiseConfig,
    step: int,
) -> tuple[float, torch.Tensor]:
    """Return the loss before the step, and the embeddings of the first views."""
    model.train()
    if config.freeze_batch_norm:
        for backbone in model.backbones():
            backbone.eval()
    output = model(*views)
    optimiser.zero_grad()
    output.loss.backward()
    optimiser.step()
    model.after_step(step, config.steps)
    return float(output.loss.detach()), output.embeddings[0]


def _relative(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one.double() - other.double()).norm() / one.double().norm())


def main() -> int:
    """Print the table; return the exit status."""
    try:
        config = tyro.cli(NoiseConfig, description=__doc__)
        if config.threads:
            torch.set_num_threads(config.threads)
        rows = training_noise(config)
    except VinnError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("step  loss       difference  embeddings  weights")
    for step, row in enumerate(rows, start=1):
        print(f"{step:4d}  {row.loss:+.6f}  {row.loss_difference:.1e}     {row.embeddings:.1e}     {row.weights:.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
