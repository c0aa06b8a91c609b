"""Images with stamps that are zero, repeated or out of order."""

from __future__ import annotations

import numpy as np

from vinn_training.replay.session import read_session

from .conftest import DELAY_NS, EPOCH_NS, pictures


def test_without_any_stamp_the_times_of_receipt_are_taken_and_no_answer_is_assigned(bag, tmp_path):
    for index, picture in enumerate(pictures(3)):
        bag.image(index * 0.1, picture, stamped=False)
    session = read_session(bag.write(tmp_path / "bag"))
    assert not session.has_stamps
    assert [frame.stamp_ns for frame in session.frames] == [EPOCH_NS + i * 10**8 + DELAY_NS for i in range(3)]
    assert "no image of /image_raw has a stamp" in " ".join(session.notes)


def test_single_images_without_a_stamp_are_left_out(bag, tmp_path):
    for index, picture in enumerate(pictures(4)):
        bag.image(index * 0.1, picture, stamped=index != 1)
    session = read_session(bag.write(tmp_path / "bag"))
    assert session.has_stamps
    assert [frame.stamp_ns for frame in session.frames] == [EPOCH_NS + i * 10**8 for i in (0, 2, 3)]
    np.testing.assert_array_equal(session.frames[1].read(), pictures(4)[2])
    assert "without a stamp: 1" in " ".join(session.notes)


def test_of_images_with_one_stamp_the_first_is_taken(bag, tmp_path):
    first, second, third = pictures(3)
    bag.image(0.0, first)
    bag.image(0.0, second)
    bag.image(0.1, third)
    session = read_session(bag.write(tmp_path / "bag"))
    assert len(session.frames) == 2
    np.testing.assert_array_equal(session.frames[0].read(), first)
    assert "repeated stamp: 1" in " ".join(session.notes)


def test_images_out_of_order_are_put_in_order(bag, tmp_path):
    for index, picture in enumerate(pictures(4)):
        bag.image(index * 0.1, picture)
    # The third message came before the second.
    topic, kind, received_ns, message = bag.messages[2]
    bag.messages[2] = (topic, kind, received_ns - 150_000_000, message)
    session = read_session(bag.write(tmp_path / "bag"))
    assert [frame.stamp_ns for frame in session.frames] == [EPOCH_NS + i * 10**8 for i in range(4)]
    np.testing.assert_array_equal(session.frames[2].read(), pictures(4)[2])
    assert "1 images came after one with a later stamp" in " ".join(session.notes)
