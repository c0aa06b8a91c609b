"""Which demonstrations a seed trains on and which it is tested on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.split_file import SplitNames, read_split, split_path
from vinn_training.demonstrations.splits import Split
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

HeldOut = Literal["auto", "split", "folds"]


def split_of(dataset: Dataset, held_out: HeldOut, folds: int, seed: int) -> Split:
    """Return a seed's training and test demonstrations.

    Args:
        dataset: All demonstrations (not one side of a split).
        held_out: "split": the split that `vinn data split` wrote, the same for every seed; "folds": see `fold`;
            "auto": the split where there is one, else folds.
        folds: Number of folds.
        seed: Which fold.

    Raises:
        InvalidDemonstration: If the split is missing, or does not match the data set.
        InvalidInput: If the data set cannot be divided so.
    """
    path = split_path(dataset.root)
    if held_out == "split" or (held_out == "auto" and path.exists()):
        names = read_split(path)
        try:
            names.check_covers([item.name for item in dataset.demonstrations], dataset.rejected)
        except InvalidInput as error:
            raise InvalidDemonstration(f"{path}: {error}") from error
        return _by_names(dataset, names)
    return fold(dataset.demonstrations, folds, seed)


def _by_names(dataset: Dataset, names: SplitNames) -> Split:
    sides = [
        tuple(item for item in dataset.demonstrations if item.name in set(side))
        for side in (names.training, names.test)
    ]
    if not all(sides):
        raise InvalidDemonstration(
            f"{split_path(dataset.root)}: {len(sides[0])} demonstrations to learn from and {len(sides[1])} to test on "
            "can be read; expected at least one each"
        )
    return Split(*sides)


def fold(demonstrations: Sequence[Demonstration], folds: int, seed: int) -> Split:
    """Return the fold of a seed: one shuffle for all seeds, of which seed s tests on part s modulo `folds`.

    So seeds 0 to folds - 1 test every demonstration exactly once.

    Args:
        demonstrations: At least as many as folds.
        folds: Two or more.
        seed: Zero or more.

    Raises:
        InvalidInput: If a number is out of range.
    """
    count = len(demonstrations)
    if folds < 2:
        raise InvalidInput(f"folds is {folds}; expected two or more")
    if count < folds:
        raise InvalidInput(
            f"{count} demonstration(s) cannot be divided into {folds} folds; expected at least as many demonstrations "
            "as folds, and two folds or more (--folds)"
        )
    if seed < 0:
        raise InvalidInput(f"seed is {seed}; expected zero or more")
    order = np.random.default_rng(0).permutation(count)
    chosen = set(np.array_split(order, folds)[seed % folds].tolist())
    return Split(
        training=tuple(item for index, item in enumerate(demonstrations) if index not in chosen),
        test=tuple(item for index, item in enumerate(demonstrations) if index in chosen),
    )
