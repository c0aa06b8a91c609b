from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vinn_training.replay.agreement import TOLERANCE, Agreement, compare


def test_a_difference_up_to_the_tolerance_counts_as_equal():
    assert Agreement(TOLERANCE, True, True, True).equal
    assert not Agreement(2 * TOLERANCE, True, True, True).equal
    for changes in ((False, True, True), (True, False, True), (True, True, False)):
        assert not Agreement(0.0, *changes).equal


def test_every_part_of_an_action_counts(result):
    item = result.frames[0]
    assert compare(item.decision, item.action).action_difference == 0.0
    for name in ("direction", "translation"):
        moved = getattr(item.action, name) + np.array([0.0, 0.0, 0.25])
        assert compare(item.decision, _with(item.action, **{name: moved})).action_difference == pytest.approx(0.25)
    opening = item.action.gripper_opening + 0.125
    assert compare(item.decision, _with(item.action, gripper_opening=opening)).action_difference == pytest.approx(0.125)
    shorter = _with(item.action, neighbors=item.action.neighbors[:-1])
    assert not compare(item.decision, shorter).same_neighbors
    swapped = _with(item.action, neighbors=tuple(reversed(item.action.neighbors)))
    assert not compare(item.decision, swapped).same_neighbors


def _with(action, **changes):
    return replace(action, **changes)
