import numpy as np

from vinn_training.gripper.metrics import Confusion


def test_counts_by_hand() -> None:
    truth = np.array([0, 0, 0, 1, 2, 2])
    seen = np.array([0, 0, 2, 1, 1, 2])
    confusion = Confusion.of(truth, seen, 3)
    assert confusion.counts.tolist() == [[2, 0, 1], [0, 1, 0], [0, 1, 1]]
    assert confusion.accuracy == 4 / 6
    assert np.isclose(confusion.balanced_accuracy, (2 / 3 + 1 + 1 / 2) / 3)
    assert np.isclose(confusion.opening_error, (1.0 + 0.5) / 6)
    assert confusion.to_dict()["confusion_true_by_predicted"] == [[2, 0, 1], [0, 1, 0], [0, 1, 1]]
    assert confusion.table(["shut", "ajar", "wide"]).splitlines()[1].split() == ["shut", "2", "0", "1"]


def test_nothing_and_absent_states() -> None:
    empty = Confusion.of(np.zeros(0, np.int64), np.zeros(0, np.int64), 3)
    assert (empty.accuracy, empty.balanced_accuracy, empty.opening_error) == (0.0, 0.0, 0.0)
    assert Confusion.of(np.array([1]), np.array([1]), 3).balanced_accuracy == 1.0
