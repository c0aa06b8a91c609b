"""`vinn data split`: which demonstrations to train on and which to test on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import tyro

from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.split_file import SplitNames, split_path, write_split
from vinn_training.demonstrations.splits import split_demonstrations
from vinn_training.exceptions import InvalidInput

#: Names that other formats give the two sides.
_TRAINING_NAMES = ("training", "train")
_TEST_NAMES = ("test", "valid", "validation", "val", "eval")


@dataclass(frozen=True)
class SplitConfig:
    """What `vinn data split` takes. Frames of one demonstration never stand on both sides.

    `vinn train DATASET --reader.split training` and `vinn bank DATASET --reader.split training` then use one side.

    Attributes:
        dataset: Folder or file with demonstrations, in any format that `vinn data info` reads.
        output: File to write; by default splits.json in the data set's folder, where the readers look for it.
        test_fraction: Share of the demonstrations to test on.
        seed: Of the draw.
        from_data: Take the split that came with the data (robomimic's masks, LeRobot's splits) instead of drawing one.
        reader: Choices that some formats leave.
    """

    dataset: tyro.conf.Positional[Path]
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None
    test_fraction: float = 0.25
    seed: int = 0
    from_data: bool = False
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: SplitConfig) -> int:
    """Draw the split, write it, and return the exit status.

    Raises:
        InvalidDemonstration: If the data set cannot be used.
        InvalidInput: If it cannot be split so, or the file cannot be written.
    """
    if config.reader.split != "all":
        raise InvalidInput(f"--reader.split is {config.reader.split}; expected all: a split is drawn from everything")
    dataset = open_dataset(config.dataset, config.reader)
    split = split_of_data(dataset) if config.from_data else _draw(dataset, config)
    path = config.output or split_path(dataset.root)
    write_split(path, split)
    frames = {item.name: len(item) for item in dataset.demonstrations}
    for side, names in (("training", split.training), ("test", split.test)):
        print(f"{side:9s} {len(names)} demonstrations, {sum(frames[name] for name in names)} frames")
    print(path)
    return 0


def split_of_data(dataset: Dataset) -> SplitNames:
    """Return the split that came with a data set.

    Raises:
        InvalidInput: If none did, or it leaves demonstrations out or has no side to test on.
    """
    splits: Mapping[str, Any] = dataset.meaning.get("splits", {})
    training = next((splits[name] for name in _TRAINING_NAMES if name in splits), None)
    test = next((splits[name] for name in _TEST_NAMES if name in splits), None)
    if training is None or test is None:
        found = ", ".join(splits) or "none"
        raise InvalidInput(
            f"{dataset.root}: splits that came with the data: {found}; expected {_TRAINING_NAMES[1]} and one of "
            f"{', '.join(_TEST_NAMES)}: draw one, without --from-data"
        )
    usable = {item.name for item in dataset.demonstrations}
    split = SplitNames(
        tuple(name for name in training if name in usable), tuple(name for name in test if name in usable)
    )
    split.check_covers(usable, dataset.rejected)
    return split


def _draw(dataset: Dataset, config: SplitConfig) -> SplitNames:
    split = split_demonstrations(dataset.demonstrations, config.test_fraction, config.seed)
    training, test = (tuple(item.name for item in side) for side in split)
    return SplitNames(training, test, config.seed, config.test_fraction)
