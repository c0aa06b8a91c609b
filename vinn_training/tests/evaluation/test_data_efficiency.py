import pytest

pytest.importorskip("torch")

from vinn_training.evaluation.data_efficiency import data_efficiency, nested_subsets
from vinn_training.evaluation.methods import PRESETS
from vinn_training.exceptions import InvalidInput


class _NoEncoders:
    def load(self, name, task, seed):
        raise AssertionError("open loop needs none")


def test_larger_subsets_hold_the_smaller_ones(coloured) -> None:
    training = coloured(6, 2, 0)
    subsets = dict(nested_subsets(training, (3, 1, 0), seed=1))
    assert {size: len(items) for size, items in subsets.items()} == {1: 1, 3: 3, 6: 6}
    names = {size: {item.name for item in items} for size, items in subsets.items()}
    assert names[1] < names[3] < names[6]
    others = dict(nested_subsets(training, (3,), seed=2))
    assert {item.name for item in others[3]} != names[3]


def test_more_demonstrations_bring_the_mean_closer(coloured) -> None:
    training, test = coloured(40, 5, 0), coloured(20, 5, 1)
    scores = data_efficiency("t", training, test, (1, 40), 0, ("open-loop",), PRESETS["small"], _NoEncoders())
    mse = {size: sum(s.score.squared_sum for s in scores if s.demonstrations == size) / 100 for size in (1, 40)}
    assert mse[1] == pytest.approx(2 / 3, abs=0.1)  # one random direction against another
    assert mse[40] == pytest.approx(1 / 3, abs=0.05)


def test_sizes_that_cannot_be_had_are_left_out_or_refused_where_nothing_is_left(coloured) -> None:
    assert [size for size, _ in nested_subsets(coloured(6, 2, 0), (7, 2, 100), 0)] == [2]
    with pytest.raises(InvalidInput, match="7 demonstrations or more were asked for; there are 6"):
        list(nested_subsets(coloured(6, 2, 0), (7, 9), 0))
    with pytest.raises(InvalidInput, match="-1 demonstrations"):
        list(nested_subsets(coloured(6, 2, 0), (-1,), 0))
