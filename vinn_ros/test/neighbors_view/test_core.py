from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vinn_ros.neighbors_view.core import NeighborsViewCore, Notice, ViewConfig
from vinn_ros.neighbors_view.view import BankReading, View
from vinn_training.exceptions import InvalidInput

IMAGE = np.full((4, 6, 3), 33, np.uint8)


@pytest.fixture
def core():
    return NeighborsViewCore(None, ViewConfig(neighbors=3), "/robot/action")


def test_the_newest_action_is_shown_with_its_image_and_the_newest_command(core, action, command):
    core.image(action.stamp_ns, lambda: IMAGE)
    core.action(action, 0.0)
    core.command(command)
    shown = core.next(0.1)
    assert isinstance(shown, View)
    assert shown.query is IMAGE
    assert shown.action is action
    assert shown.command is command
    assert len(shown.neighbors) == 3
    assert core.next(0.2) is None
    assert (core.counts.images, core.counts.actions, core.counts.shown) == (1, 1, 1)


def test_only_an_image_that_is_shown_is_decoded(core, action):
    decoded = []
    for index in range(5):
        core.image(index, lambda index=index: decoded.append(index) or IMAGE)
        core.action(replace(action, stamp_ns=index), 0.0)
    assert core.next(0.0).action.stamp_ns == 4
    assert decoded == [4]


def test_an_action_without_its_image_is_shown_after_a_while_and_says_so(core, action):
    core.image(1, lambda: IMAGE)
    core.action(action, 0.0)
    assert core.next(0.5) is None
    shown = core.next(1.0)
    assert shown.query is None
    assert "no image with the action's stamp" in shown.query_problem
    assert core.counts.without_image == 1


def test_an_image_that_cannot_be_read_is_named_and_the_action_still_shown(core, action):
    def broken():
        raise InvalidInput("encoding is '32FC1'")

    core.image(action.stamp_ns, broken)
    core.action(action, 0.0)
    shown = core.next(0.0)
    assert shown.query is None
    assert "encoding is '32FC1'" in shown.query_problem
    assert core.counts.rejected == 1


def test_silence_is_told_once_a_second_with_the_newest_image(core, action):
    assert core.next(100.0) is None
    first = core.next(102.0)
    assert isinstance(first, Notice)
    assert first.query is None
    assert "nothing on /robot/action yet, after 2 s" in first.reason
    core.image(5, lambda: IMAGE)
    assert core.next(102.9) is None
    assert core.next(103.0).query is IMAGE
    core.image(action.stamp_ns, lambda: IMAGE)
    core.action(action, 103.5)
    assert isinstance(core.next(103.5), View)
    assert core.next(105.4) is None
    assert "nothing on /robot/action for 2 s" in core.next(105.6).reason


def test_the_banks_last_change_is_shown_while_its_version_answers(core, action):
    core.bank(BankReading(2, "b", "disabled kitchen_3", {}))
    for version, expected in ((1, False), (2, True), (3, False)):
        core.action(replace(action, stamp_ns=version, bank_version=version), 0.0)
        notes = core.next(5.0).notes
        assert ("bank: disabled kitchen_3" in notes) == expected


def test_why_there_are_no_pictures_is_told_in_the_picture(action):
    core = NeighborsViewCore(None, ViewConfig(), no_pictures="neighbours have no pictures: manifest.json is missing")
    core.action(action, 0.0)
    assert core.next(2.0).notes == ("neighbours have no pictures: manifest.json is missing",)
