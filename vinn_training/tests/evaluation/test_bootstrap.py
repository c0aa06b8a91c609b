import numpy as np
import pytest

from vinn_training.evaluation.bootstrap import bootstrap_mean
from vinn_training.exceptions import InvalidInput


def test_the_interval_is_that_of_the_normal_distribution_where_it_applies() -> None:
    random = np.random.default_rng(0)
    values = random.normal(5.0, 2.0, 400)
    low, high = bootstrap_mean(values, np.ones(400))
    half = 1.96 * values.std(ddof=1) / np.sqrt(400)
    assert low == pytest.approx(values.mean() - half, abs=0.03)
    assert high == pytest.approx(values.mean() + half, abs=0.03)


def test_longer_demonstrations_weigh_more() -> None:
    low, high = bootstrap_mean(np.array([100.0, 0.0]), np.array([100, 1]))
    assert (low, high) == (0.0, 1.0)
    assert bootstrap_mean(np.array([10.0, 20.0]), np.array([10, 20])) == (1.0, 1.0)


def test_a_seed_gives_the_same_interval() -> None:
    values = np.arange(10.0)
    assert bootstrap_mean(values, np.ones(10), seed=1) == bootstrap_mean(values, np.ones(10), seed=1)
    assert bootstrap_mean(values, np.ones(10), seed=1) != bootstrap_mean(values, np.ones(10), seed=2)


@pytest.mark.parametrize(("sums", "counts"), [([], []), ([1.0], [0]), ([1.0], [1, 2])])
def test_nothing_to_draw_from_is_refused(sums, counts) -> None:
    with pytest.raises(InvalidInput, match="expected"):
        bootstrap_mean(np.array(sums), np.array(counts))
