"""How long the steps of demonstrations are, for c."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vinn_training.contracts import REST_NORM
from vinn_training.demonstrations.reader import open_usable


class DemonstratedStep(NamedTuple):
    """The typical step of a data set.

    Attributes:
        length_m: Median length of the steps that are not rest, or None where it is not known in metres.
        text: Where the number comes from, or why there is none.
    """

    length_m: float | None
    text: str


def demonstrated_step(path: Path) -> DemonstratedStep:
    """Return the median length of a data set's steps, where it recorded them in metres.

    Args:
        path: Data set of any format.

    Raises:
        InvalidDemonstration: If it is no data set.
        MissingDependency: If its format needs a package that is not installed.
    """
    dataset = open_usable(path)
    unit = dataset.meaning.get("length_unit", "unknown")
    lengths = [
        demonstration.lengths[np.linalg.norm(demonstration.directions, axis=1) > REST_NORM]
        for demonstration in dataset.demonstrations
        if demonstration.lengths is not None
    ]
    steps = np.concatenate(lengths) if lengths else np.zeros(0)
    if not len(steps):
        return DemonstratedStep(None, f"{path}: records no step lengths, so c's size cannot be suggested from it")
    if unit != "m":
        return DemonstratedStep(
            None, f"{path}: step lengths are in an {unit} unit, not metres, so c's size cannot be suggested from them"
        )
    median_m = float(np.median(steps))
    return DemonstratedStep(
        median_m, f"{path}: median step {1e3 * median_m:.1f} mm of {len(steps)} in {len(lengths)} demonstrations"
    )
