import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.splits import split_demonstrations
from vinn_training.exceptions import InvalidInput


def _demonstrations(count: int) -> list[Demonstration]:
    return [
        Demonstration(
            f"d{index}", ("a",), np.array([[0, 0, 1]]), np.zeros(1), lambda _: np.zeros((4, 4, 3), dtype=np.uint8)
        )
        for index in range(count)
    ]


def test_every_demonstration_stands_on_one_side() -> None:
    demonstrations = _demonstrations(92)
    split = split_demonstrations(demonstrations, test_fraction=21 / 92, seed=1)
    assert (len(split.training), len(split.test)) == (71, 21)
    names = [item.name for item in (*split.training, *split.test)]
    assert sorted(names) == sorted(item.name for item in demonstrations)


def test_seed_decides() -> None:
    demonstrations = _demonstrations(20)
    first, again, other = (split_demonstrations(demonstrations, 0.3, seed).test for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(("count", "fraction"), [(1, 0.5), (4, 0.0), (4, 1.0)])
def test_impossible_splits_are_refused(count: int, fraction: float) -> None:
    with pytest.raises(InvalidInput):
        split_demonstrations(_demonstrations(count), fraction, seed=0)


def test_both_sides_hold_something() -> None:
    for fraction in (0.001, 0.999):
        split = split_demonstrations(_demonstrations(3), fraction, seed=0)
        assert split.training
        assert split.test


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(InvalidInput, match="seed is -1"):
        split_demonstrations(_demonstrations(3), 0.5, seed=-1)
