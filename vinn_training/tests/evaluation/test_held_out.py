from pathlib import Path

import pytest

from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.split_file import SplitNames, split_path, write_split
from vinn_training.evaluation.held_out import fold, split_of
from vinn_training.exceptions import InvalidDemonstration, InvalidInput


def test_seeds_together_test_every_demonstration_once(coloured) -> None:
    demonstrations = coloured(10, 2, 0)
    tested = []
    for seed in range(4):
        training, test = fold(demonstrations, 4, seed)
        assert not {item.name for item in training} & {item.name for item in test}
        assert len(training) + len(test) == 10
        tested += [item.name for item in test]
    assert sorted(tested) == sorted(item.name for item in demonstrations)
    assert fold(demonstrations, 4, 5) == fold(demonstrations, 4, 1)


def test_the_data_sets_split_wins_where_there_is_one(coloured, tmp_path: Path) -> None:
    dataset = Dataset(tmp_path, "vinn", coloured(4, 2, 0))
    assert len(split_of(dataset, "auto", 2, 0).test) == 2
    with pytest.raises(InvalidDemonstration, match="vinn data split"):
        split_of(dataset, "split", 2, 0)
    write_split(split_path(tmp_path), SplitNames(("demo_0", "demo_1", "demo_2"), ("demo_3",)))
    for seed in (0, 1):
        assert [item.name for item in split_of(dataset, "auto", 2, seed).test] == ["demo_3"]
    assert len(split_of(dataset, "folds", 2, 0).test) == 2


def test_a_split_of_other_data_is_refused(coloured, tmp_path: Path) -> None:
    write_split(split_path(tmp_path), SplitNames(("demo_0",), ("elsewhere",)))
    with pytest.raises(InvalidDemonstration, match="split again"):
        split_of(Dataset(tmp_path, "vinn", coloured(1, 2, 0)), "auto", 2, 0)


@pytest.mark.parametrize(("count", "folds", "seed"), [(1, 2, 0), (3, 4, 0), (5, 1, 0), (5, 2, -1)])
def test_what_cannot_be_divided_is_refused(coloured, count, folds, seed) -> None:
    with pytest.raises(InvalidInput):
        fold(coloured(count, 2, 0), folds, seed)
