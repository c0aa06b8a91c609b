from __future__ import annotations

import numpy as np
import pytest

from vinn_ros.stretch_standin.faults import HEALTHY, Faults
from vinn_ros.stretch_standin.image_stream import ImageStream, is_lost
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import check_not_blank


def picture(value):
    return np.random.default_rng(value).integers(0, 255, (32, 32, 3), dtype=np.uint8)


@pytest.fixture
def stream():
    stream = ImageStream(0)
    stream.add(0, picture(0), 0, 0.0, HEALTHY)
    (frame,) = stream.due(0.0)
    assert frame.is_true
    return stream


def test_a_frozen_camera_repeats_its_last_true_picture_under_new_stamps_or_the_old(stream):
    for kind, stamps in (("frozen", [10, 20]), ("frozen_with_its_stamp", [0, 0])):
        for index in (1, 2):
            stream.add(index, picture(index), 10 * index, 0.1 * index, Faults(image=kind))
        frames = stream.due(1.0)
        assert all(np.array_equal(frame.pixels, picture(0)) for frame in frames)
        assert [frame.stamp_ns for frame in frames] == stamps
        assert [(frame.is_true, frame.taken_s) for frame in frames] == [(False, 0.0)] * 2
    stream.add(3, picture(3), 30, 0.3, HEALTHY)
    (frame,) = stream.due(1.0)
    assert np.array_equal(frame.pixels, picture(3))


def test_a_camera_frozen_from_its_first_picture(stream):
    fresh = ImageStream(0)
    fresh.add(0, picture(0), 5, 0.0, Faults(image="frozen"))
    assert np.array_equal(fresh.due(0.0)[0].pixels, picture(0))


def test_black_and_stopped(stream):
    stream.add(1, picture(1), 10, 0.1, Faults(image="black"))
    (frame,) = stream.due(0.1)
    assert not frame.is_true
    with pytest.raises(InvalidInput, match="blank"):
        check_not_blank(frame.pixels)
    stream.add(2, picture(2), 20, 0.2, Faults(image="stopped"))
    assert stream.due(10.0) == []


def test_latency_keeps_stamp_and_order(stream):
    stream.add(1, picture(1), 10, 0.1, Faults(image_latency_s=0.5))
    stream.add(2, picture(2), 20, 0.2, HEALTHY)  # the queue before it must empty first
    assert stream.due(0.59) == []
    frames = stream.due(0.6)
    assert [(frame.stamp_ns, frame.taken_s, frame.is_true) for frame in frames] == [(10, 0.1, True), (20, 0.2, True)]


def test_a_jumped_clock_is_in_the_stamps_alone(stream):
    stream.add(1, picture(1), 5_000_000_000, 0.1, Faults(stamp_offset_s=-2.0))
    (frame,) = stream.due(0.1)
    assert (frame.stamp_ns, frame.taken_s, frame.is_true) == (3_000_000_000, 0.1, False)


def test_loss_is_the_same_for_the_same_seed_whenever_it_is_asked():
    lost = [is_lost(1, index, 0.3) for index in range(2000)]
    assert 500 < sum(lost) < 700
    assert [is_lost(1, index, 0.3) for index in reversed(range(2000))] == lost[::-1]
    assert [is_lost(2, index, 0.3) for index in range(2000)] != lost
    assert not any(is_lost(1, index, 0.0) for index in range(100))
    assert all(is_lost(1, index, 1.0) for index in range(100))
