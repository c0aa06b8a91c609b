from __future__ import annotations

import numpy as np
import pytest

from vinn_ros.neighbors_view import palette
from vinn_ros.neighbors_view.gauges import Box, draw_distance, draw_gripper
from vinn_ros.neighbors_view.view import SettingsReading
from vinn_training.contracts import GripperState

BOX = Box(20, 10, 201, 10)
SETTINGS = SettingsReading(k=10, temperature=1.0, close_below=0.25, open_above=0.75, hold_above=0.9)


def _columns(picture, colour):
    """Columns of a value from 0 to 1 that have a colour in the bar's middle row."""
    row = picture[BOX.y + BOX.height // 2]
    return (np.flatnonzero((row == colour).all(axis=1)) - BOX.x) / (BOX.width - 1)


def _gripper(opening, state, settings=SETTINGS):
    picture = np.zeros((30, 240, 3), np.uint8)
    draw_gripper(picture, BOX, opening, state, settings)
    return picture


@pytest.mark.parametrize("opening", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("state", list(GripperState))
def test_the_pointer_is_where_the_opening_is_and_has_the_states_colour(opening, state):
    columns = _columns(_gripper(opening, state), palette.GRIPPER[state])
    assert columns.mean() == pytest.approx(opening, abs=0.01)


def test_the_ranges_that_close_and_open_end_at_the_thresholds():
    picture = _gripper(0.5, GripperState.UNKNOWN)
    closing, opening = (
        palette.mixed(palette.GRIPPER[state], palette.BACKGROUND, 0.45)
        for state in (GripperState.CLOSED, GripperState.OPEN)
    )
    assert (_columns(picture, closing).min(), _columns(picture, closing).max()) == pytest.approx((0.0, 0.25), abs=0.01)
    assert (_columns(picture, opening).min(), _columns(picture, opening).max()) == pytest.approx((0.75, 1.0), abs=0.01)
    without = _gripper(0.5, GripperState.UNKNOWN, None)
    assert not len(_columns(without, closing))


def test_the_distance_fills_up_to_its_quantile_and_the_mark_is_where_holding_begins():
    picture = np.zeros((30, 240, 3), np.uint8)
    draw_distance(picture, BOX, 0.4, False, 0.9)
    filled, mark = _columns(picture, palette.ACTING), _columns(picture, palette.HOLD)
    assert (filled.min(), filled.max()) == pytest.approx((0.0, 0.4), abs=0.01)
    assert mark.mean() == pytest.approx(0.9, abs=0.01)


def test_a_distance_on_which_the_policy_holds_has_the_colour_of_hold():
    picture = np.zeros((30, 240, 3), np.uint8)
    draw_distance(picture, BOX, 1.0, True, None)
    assert not len(_columns(picture, palette.ACTING))
    assert _columns(picture, palette.HOLD).max() == 1.0
