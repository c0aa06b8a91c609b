from __future__ import annotations

import pytest

from vinn_ros.neighbors_view.matching import Match, StampMatcher
from vinn_training.exceptions import InvalidInput


@pytest.fixture
def matcher():
    return StampMatcher(depth=4, wait_s=1.0)


def test_image_and_action_meet_in_either_order(matcher):
    matcher.add_image(1, "image 1")
    matcher.add_action(1, "action 1", 0.0)
    assert matcher.take(0.0) == Match("action 1", "image 1")
    matcher.add_action(2, "action 2", 0.1)
    assert matcher.take(0.1) is None  # it waits
    matcher.add_image(2, "image 2")
    assert matcher.take(0.2) == Match("action 2", "image 2")
    assert matcher.take(9.9) is None  # nothing is given twice


def test_only_the_newest_pair_is_given(matcher):
    for stamp in (1, 2, 3):
        matcher.add_image(stamp, f"image {stamp}")
        matcher.add_action(stamp, f"action {stamp}", 0.0)
    assert matcher.take(0.0) == Match("action 3", "image 3")
    assert matcher.take(5.0) is None


def test_a_newer_action_that_waits_does_not_hide_an_older_pair_nor_is_hidden_by_it(matcher):
    matcher.add_image(1, "image 1")
    matcher.add_action(1, "action 1", 0.0)
    matcher.add_action(2, "action 2", 0.0)
    assert matcher.take(0.1) == Match("action 1", "image 1")
    matcher.add_image(2, "image 2")
    assert matcher.take(0.2) == Match("action 2", "image 2")


def test_an_action_whose_image_was_lost_is_given_alone_after_a_while(matcher):
    matcher.add_action(7, "action 7", 10.0)
    assert matcher.take(10.9) is None
    assert matcher.take(11.0) == Match("action 7", None)
    assert matcher.take(12.0) is None


def test_a_late_image_does_not_bring_an_old_action_back(matcher):
    matcher.add_action(1, "action 1", 0.0)
    matcher.add_action(2, "action 2", 0.0)
    matcher.add_image(2, "image 2")
    assert matcher.take(0.1) == Match("action 2", "image 2")
    matcher.add_image(1, "image 1")
    assert matcher.take(0.2) is None


def test_the_buffers_are_bounded_and_forget_the_oldest(matcher):
    for stamp in range(100):
        matcher.add_image(stamp, f"image {stamp}")
    assert matcher.newest_image == "image 99"
    matcher.add_action(95, "action 95", 0.0)
    assert matcher.take(0.0) is None
    matcher.add_action(96, "action 96", 0.0)
    assert matcher.take(0.0) == Match("action 96", "image 96")
    for stamp in range(200, 300):
        matcher.add_action(stamp, f"action {stamp}", 0.0)
    assert matcher.take(2.0) == Match("action 299", None)
    assert len(matcher._images) == 4
    assert not matcher._actions


def test_stamps_that_never_change_still_show_what_comes(matcher):
    for count in range(3):
        matcher.add_image(0, f"image {count}")
        matcher.add_action(0, f"action {count}", float(count))
        assert matcher.take(float(count)) == Match(f"action {count}", f"image {count}")


def test_what_cannot_be_a_buffer_is_refused():
    with pytest.raises(InvalidInput, match="depth is 0"):
        StampMatcher(0, 1.0)
    with pytest.raises(InvalidInput, match="wait_s -1"):
        StampMatcher(1, -1)
