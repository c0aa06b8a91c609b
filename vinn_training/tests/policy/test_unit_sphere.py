import numpy as np

from vinn_training.policy.unit_sphere import to_unit_sphere


def test_lengths_become_one_and_rest_stays_zero() -> None:
    values = np.array([[3.0, 0.0, 4.0], [0.0, 0.0, 0.0], [0.0, -1e-9, 0.0], [0.0, -0.2, 0.0]])
    np.testing.assert_allclose(to_unit_sphere(values), [[0.6, 0, 0.8], [0, 0, 0], [0, 0, 0], [0, -1, 0]])


def test_one_vector_is_as_good_as_many() -> None:
    np.testing.assert_allclose(to_unit_sphere(np.array([0.0, 0.0, 9.0])), [0, 0, 1])
