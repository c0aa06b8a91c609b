"""Which demonstrations are trained on, and which are kept apart to say how good the encoder is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.split_file import read_split, split_path
from vinn_training.demonstrations.splits import split_demonstrations
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class HeldOutConfig:
    """Demonstrations kept apart, and what their action error is used for.

    Attributes:
        source: split: the test side of the split that `vinn data split` made. fraction: some drawn by the training's
            seed. none. auto: split where `--reader.split training` is read, else fraction where early stopping is
            asked for, else none.
        fraction: Share of demonstrations that `fraction` draws.
        every_epochs: The action error is measured after every so many epochs, before the first and after the last.
        patience: Stop after so many measurements without a new best, and keep the best epoch's encoder; 0 trains on
            and keeps the last. The demonstrations that choose the epoch are no test any more: with a split whose
            test side is to be reported, hold out a fraction of the training side.
        neighbors: k of the regression.
        temperature: Of the regression.

    Raises:
        InvalidInput: If a number is out of range.
    """

    source: Literal["auto", "split", "fraction", "none"] = "auto"
    fraction: float = 0.2
    every_epochs: int = 5
    patience: int = 0
    neighbors: int = 10
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.fraction < 1.0 or not self.temperature > 0.0:
            raise InvalidInput(
                f"held-out fraction is {self.fraction} and temperature {self.temperature}; "
                "expected more than 0 and less than 1, and more than 0"
            )
        if self.every_epochs < 1 or self.patience < 0 or self.neighbors < 1:
            raise InvalidInput(
                f"held-out every_epochs is {self.every_epochs}, patience {self.patience}, neighbors {self.neighbors}; "
                "expected 1 or more, 0 or more, 1 or more"
            )
        if self.patience and self.source == "none":
            raise InvalidInput("early stopping needs held-out demonstrations; expected another source than none")


class TrainingDemonstrations(NamedTuple):
    """Demonstrations by their use; `held_out` may be empty."""

    training: Sequence[Demonstration]
    held_out: Sequence[Demonstration]


def hold_out(dataset: Dataset, options: ReaderOptions, config: HeldOutConfig, seed: int) -> TrainingDemonstrations:
    """Return which of the data set's demonstrations are trained on and which are held out.

    Args:
        dataset: What `open_dataset` returned for `options`.
        options: How it was read.
        config: What to hold out.
        seed: Of the draw of a fraction.

    Raises:
        InvalidInput: If the test side was read, or a single demonstration is to be divided.
        InvalidDemonstration: If the split cannot be used.
    """
    source = config.source
    if source == "auto":
        source = "split" if options.split == "training" else "fraction" if config.patience else "none"
    if source == "fraction":
        split = split_demonstrations(dataset.demonstrations, config.fraction, seed)
        return TrainingDemonstrations(split.training, split.test)
    if source == "none":
        return TrainingDemonstrations(dataset.demonstrations, ())
    if options.split == "test":
        raise InvalidInput("the test side is trained on and held out; expected --reader.split training, or all")
    everything = dataset
    if options.split == "training":
        everything = open_dataset(dataset.root, replace(options, split="all"))
    names = read_split(split_path(dataset.root))
    names.check_covers([item.name for item in everything.demonstrations], everything.rejected)
    return TrainingDemonstrations(
        tuple(item for item in everything.demonstrations if item.name in set(names.training)),
        tuple(item for item in everything.demonstrations if item.name in set(names.test)),
    )
