from __future__ import annotations

from vinn_ros.loss_counter import LossCounter


def test_losses_are_the_gaps_of_one_publisher():
    counter = LossCounter()
    for number in (7, 8, 11, 12):
        counter.saw(number)
    assert counter.lost == 2
    counter.saw(1)  # the camera driver started again
    counter.saw(2)
    counter.saw(90_000)  # and another one far ahead
    counter.saw(None)
    assert counter.lost == 2
