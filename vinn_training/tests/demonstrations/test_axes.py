import numpy as np

from vinn_training.demonstrations.axes import disk_to_optical, optical_to_disk


def test_each_axis() -> None:
    right, forward, up = np.eye(3)
    np.testing.assert_array_equal(disk_to_optical(np.array([right, forward, up])), [[1, 0, 0], [0, 0, 1], [0, -1, 0]])


def test_inverse_and_no_mirror() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 3))
    np.testing.assert_array_equal(optical_to_disk(disk_to_optical(vectors)), vectors)
    assert np.linalg.det(disk_to_optical(np.eye(3))) > 0
