from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.exceptions import InvalidInput


def test_equal_names_are_refused() -> None:
    images = [np.zeros((4, 4, 3), dtype=np.uint8)]
    twins = (Demonstration.from_images("a", images, np.eye(3)[:1], np.zeros(1)),) * 2
    with pytest.raises(InvalidInput, match="two demonstrations are named a"):
        Dataset(Path("data"), "vinn", twins)


@pytest.mark.parametrize("options", [{"horizon": -1}, {"rate_hz": -1.0}, {"rate_hz": float("nan")}])
def test_options_out_of_range_are_refused(options: dict) -> None:
    with pytest.raises(InvalidInput, match=next(iter(options))):
        ReaderOptions(**options)


def test_unknown_side_of_a_split_is_refused() -> None:
    with pytest.raises(InvalidInput, match="split is 'train'; expected one of: all, training, test"):
        ReaderOptions(split="train")  # type: ignore[arg-type]
