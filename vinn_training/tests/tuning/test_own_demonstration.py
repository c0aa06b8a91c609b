import numpy as np

from vinn_training.bank.bank import Bank
from vinn_training.tuning.own_demonstration import find_own_demonstrations


def test_a_bag_with_more_images_than_the_demonstration_was_made_of(bank: Bank) -> None:
    # Ten times as many frames; every row of demo_1 is the same picture as one of them.
    rows = np.repeat(np.arange(20, 40), 10)
    distances = np.where(np.arange(200) % 10 == 0, 0.0, 0.5)
    found = find_own_demonstrations(bank, "bag", rows, distances, 1.0)
    assert [item.name for item in found] == ["demo_1"]
    assert "100%" in found[0].reason


def test_a_few_alike_frames_are_not_the_same_demonstration(bank: Bank) -> None:
    rows, distances = np.arange(20, 40), np.r_[np.zeros(5), np.full(15, 0.5)]
    assert not find_own_demonstrations(bank, "bag", rows, distances, 1.0)


def test_without_a_yardstick_the_spread_of_the_bank_says_what_is_near(bank: Bank) -> None:
    rows = np.arange(20, 40)
    assert find_own_demonstrations(bank, "bag", rows, np.full(20, 1e-5), 0.0)
    assert not find_own_demonstrations(bank, "bag", rows, np.full(20, 0.5), 0.0)
