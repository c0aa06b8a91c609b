import numpy as np

from vinn_training.policy.gripper_classes import classes_of, opening_of


def test_classes_and_openings_are_inverse() -> None:
    assert [opening_of(index) for index in range(4)] == [0.0, 1 / 3, 2 / 3, 1.0]
    np.testing.assert_array_equal(classes_of(np.array([opening_of(index) for index in range(4)])), [0, 1, 2, 3])


def test_openings_in_between_take_the_nearest_class() -> None:
    np.testing.assert_array_equal(classes_of(np.array([0.16, 0.17, 0.49, 0.51, 0.84])), [0, 1, 1, 2, 3])
