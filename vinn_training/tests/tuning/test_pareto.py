import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vinn_training.exceptions import InvalidInput
from vinn_training.tuning.pareto import pareto_front


def test_a_known_front() -> None:
    costs = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [3.0, 3.0], [2.0, 2.0], [1.0, 4.0]])
    assert pareto_front(costs).tolist() == [0, 1, 2]


@settings(deadline=None, max_examples=80)
@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=st.sampled_from([0, 1, 2])))
def test_it_is_what_comparing_all_pairs_finds(costs) -> None:
    expected = []
    for index, mine in enumerate(costs):
        beaten = any((other <= mine).all() and (other < mine).any() for other in costs)
        again = any((other == mine).all() for other in costs[:index])
        if not beaten and not again:
            expected.append(index)
    assert pareto_front(costs).tolist() == expected


def test_nothing_and_nan_are_refused() -> None:
    with pytest.raises(InvalidInput, match="without NaN"):
        pareto_front(np.array([[1.0, np.nan]]))
    with pytest.raises(InvalidInput, match="neither zero"):
        pareto_front(np.empty((0, 2)))
