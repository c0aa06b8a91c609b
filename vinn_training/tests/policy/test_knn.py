import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.knn import regress, regress_every_k, softmin_weights

DISTANCES = arrays(np.float64, st.integers(1, 20), elements=st.floats(0, 1e6))


def test_worked_example_of_the_paper() -> None:
    weights = softmin_weights(np.array([0.5, 0.8, 1.2]))
    np.testing.assert_allclose(weights, [0.447, 0.331, 0.222], atol=5e-4)
    actions = np.array([[0.10, 0.00, -0.05], [0.12, 0.02, -0.03], [0.08, -0.01, -0.06]])
    np.testing.assert_allclose(regress(actions, weights), [0.1022, 0.0044, -0.0456], atol=1e-4)


def test_one_neighbour_is_copied() -> None:
    np.testing.assert_array_equal(softmin_weights(np.array([7.0])), [1.0])


def test_equal_distances_share_equally_zero_included() -> None:
    np.testing.assert_allclose(softmin_weights(np.zeros(4)), [0.25] * 4)


def test_far_queries_do_not_underflow() -> None:
    weights = softmin_weights(np.array([5000.0, 5001.0]))
    assert weights[0] == pytest.approx(1 / (1 + math.exp(-1)))


def test_temperature_divides_distances() -> None:
    distances = np.array([1.0, 2.0, 4.0])
    np.testing.assert_allclose(softmin_weights(distances * 3, temperature=3.0), softmin_weights(distances))
    assert softmin_weights(distances, 0.1)[0] > 0.999
    np.testing.assert_allclose(softmin_weights(distances, 1e9), [1 / 3] * 3)


@settings(deadline=None)
@given(DISTANCES, st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
def test_weights_are_a_convex_combination_whatever_the_order(distances, temperature, random) -> None:
    weights = softmin_weights(distances, temperature)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()
    assert weights.argmax() == distances.argmin() or weights.max() == weights[distances.argmin()]
    order = list(range(len(distances)))
    random.shuffle(order)
    np.testing.assert_allclose(softmin_weights(distances[order], temperature), weights[order], atol=1e-12)


@settings(deadline=None)
@given(DISTANCES, st.integers(0, 1000))
def test_regressed_directions_stay_in_the_hull(distances, seed) -> None:
    directions = np.random.default_rng(seed).normal(size=(len(distances), 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    mean = regress(directions, softmin_weights(distances))
    assert np.linalg.norm(mean) <= 1 + 1e-12
    assert (mean >= directions.min(axis=0) - 1e-12).all()
    assert (mean <= directions.max(axis=0) + 1e-12).all()


@pytest.mark.parametrize(
    ("distances", "temperature"),
    [([], 1.0), ([[1.0]], 1.0), ([np.nan], 1.0), ([np.inf], 1.0), ([-1.0], 1.0), ([1.0], 0.0), ([1.0], np.nan)],
)
def test_bad_input_is_refused(distances, temperature) -> None:
    with pytest.raises(InvalidInput):
        softmin_weights(np.array(distances), temperature)


def test_one_weight_a_value() -> None:
    with pytest.raises(InvalidInput, match="2 values and 1 weights"):
        regress(np.zeros((2, 3)), np.ones(1))


@pytest.mark.parametrize("temperature", [0.05, 1.0, 30.0])
def test_every_k_at_once_equals_one_k_at_a_time(temperature) -> None:
    random = np.random.default_rng(0)
    distances = np.sort(random.uniform(0, 50, (6, 9)), axis=1)
    values = random.normal(size=(6, 9, 3))
    every = regress_every_k(distances, values, temperature)
    for query in range(6):
        for k in range(1, 10):
            alone = regress(values[query, :k], softmin_weights(distances[query, :k], temperature))
            np.testing.assert_allclose(every[query, k - 1], alone, atol=1e-12)


@pytest.mark.parametrize(
    ("distances", "message"),
    [([[2.0, 1.0]], "nearest first"), ([[-1.0, 1.0]], "negative"), ([[np.nan, 1.0]], "NaN"), ([1.0, 2.0], "shape")],
)
def test_every_k_refuses_what_is_not_sorted_distances(distances, message) -> None:
    with pytest.raises(InvalidInput, match=message):
        regress_every_k(np.array(distances), np.zeros((1, 2, 3)))
    with pytest.raises(InvalidInput, match="temperature is 0"):
        regress_every_k(np.array([[1.0, 2.0]]), np.zeros((1, 2, 3)), 0.0)
