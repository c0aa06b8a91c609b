import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.interface import Observation
from vinn_training.policy.random_actions import RandomPolicy


def _draw(policy: RandomPolicy, count: int) -> np.ndarray:
    return np.stack([policy.predict(Observation(), t).direction for t in range(count)])


def test_mse_against_any_unit_vector_is_two_thirds() -> None:
    # E||u - a||^2 / 3 = (1 + 1 - 2 a.E[u]) / 3 with E[u] = 0.
    directions = _draw(RandomPolicy(0), 4000)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0)
    assert ((directions - [0.6, 0.0, 0.8]) ** 2).mean() == pytest.approx(2 / 3, abs=0.02)


def test_directions_gather_towards_the_corners_of_the_cube() -> None:
    # Normalising a cube favours its corners: the mean of the fourth powers is below the sphere's 1/5.
    directions = _draw(RandomPolicy(1), 4000)
    assert (directions**4).mean() < 0.19


def test_a_seed_gives_the_same_draws_after_every_fit() -> None:
    policy = RandomPolicy(3)
    first = _draw(policy, 5)
    policy.fit([], None)
    np.testing.assert_array_equal(_draw(policy, 5), first)
    assert not np.array_equal(_draw(RandomPolicy(4), 5), first)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(InvalidInput, match="seed is -1"):
        RandomPolicy(-1)
