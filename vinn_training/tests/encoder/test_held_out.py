from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.split_file import SplitNames, split_path, write_split
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.encoder.held_out import HeldOutConfig, TrainingDemonstrations, hold_out
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

NAMES = tuple(f"demo_{index}" for index in range(5))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    writer = VinnDatasetWriter(tmp_path / "dataset")
    for name in NAMES:
        images = [np.zeros((8, 8, 3), dtype=np.uint8)] * 2
        writer.write(Demonstration.from_images(name, images, np.tile([0.0, 0.0, 1.0], (2, 1)), np.ones(2)))
    return tmp_path / "dataset"


def _names(found: TrainingDemonstrations) -> tuple[tuple[str, ...], tuple[str, ...]]:
    training, held_out = (tuple(item.name for item in side) for side in found)
    return training, held_out


def _hold_out(root: Path, options: ReaderOptions, config: HeldOutConfig, seed: int = 0) -> TrainingDemonstrations:
    return hold_out(open_dataset(root, options), options, config, seed)


def test_by_default_nothing_is_held_out(root: Path) -> None:
    assert _names(_hold_out(root, ReaderOptions(), HeldOutConfig())) == (NAMES, ())


def test_the_data_sets_split_is_used(root: Path) -> None:
    write_split(split_path(root), SplitNames(NAMES[:3], NAMES[3:]))
    expected = (NAMES[:3], NAMES[3:])
    for options, config in (
        (ReaderOptions(split="training"), HeldOutConfig()),
        (ReaderOptions(split="training"), HeldOutConfig(source="split")),
        (ReaderOptions(split="all"), HeldOutConfig(source="split")),
    ):
        assert _names(_hold_out(root, options, config)) == expected
    with pytest.raises(InvalidInput, match="test side is trained on"):
        _hold_out(root, ReaderOptions(split="test"), HeldOutConfig(source="split"))


def test_a_fraction_of_the_training_side_leaves_the_test_side_alone(root: Path) -> None:
    write_split(split_path(root), SplitNames(NAMES[:4], NAMES[4:]))
    config = HeldOutConfig(source="fraction", fraction=0.5)
    training, held_out = _names(_hold_out(root, ReaderOptions(split="training"), config))
    assert (len(training), len(held_out)) == (2, 2)
    assert {*training, *held_out} == set(NAMES[:4])
    assert _names(_hold_out(root, ReaderOptions(split="training"), config)) == (training, held_out)
    others = {_names(_hold_out(root, ReaderOptions(split="training"), config, seed))[1] for seed in range(8)}
    assert len(others) > 1


def test_early_stopping_holds_some_out(root: Path) -> None:
    assert len(_hold_out(root, ReaderOptions(), HeldOutConfig(patience=1)).held_out) == 1


def test_what_cannot_be_divided_is_refused(root: Path) -> None:
    with pytest.raises(InvalidDemonstration, match="vinn data split"):
        _hold_out(root, ReaderOptions(), HeldOutConfig(source="split"))
    dataset = open_dataset(root)
    single = Dataset(root, "vinn", dataset.demonstrations[:1])
    with pytest.raises(InvalidInput, match="cannot be split"):
        hold_out(single, ReaderOptions(), HeldOutConfig(source="fraction"), 0)


@pytest.mark.parametrize(
    "change",
    [{"fraction": 1.0}, {"every_epochs": 0}, {"patience": -1}, {"neighbors": 0}, {"temperature": 0.0}],
)
def test_impossible_settings_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        replace(HeldOutConfig(), **change)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="early stopping"):
        HeldOutConfig(source="none", patience=1)
