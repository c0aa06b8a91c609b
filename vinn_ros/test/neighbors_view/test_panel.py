"""What must be right in the picture, looked for by its pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vinn_ros.neighbors_view import palette, panel
from vinn_ros.neighbors_view.panel import draw_notice, draw_panel
from vinn_ros.neighbors_view.view import CommandReading, ShownNeighbor
from vinn_training.contracts import GripperState
from vinn_training.demonstrations.action_drawing import draw_action

TILE_ROWS = slice(panel._TILES_Y, panel._TILES_Y + panel._TILE_PX)
LONG = "a_demonstration_with_quite_a_long_name_" + "x" * 80


def _query(picture):
    box = panel._QUERY
    return picture[box.y : box.y + box.height, box.x : box.x + box.width]


def _tile(picture, index):
    left = panel._MARGIN_PX + index * (panel._TILE_PX + panel._MARGIN_PX)
    return picture[TILE_ROWS, left : left + panel._TILE_PX]


def _count(part, colour):
    return int((part == colour).all(axis=-1).sum())


@pytest.mark.parametrize("direction", [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0.6, -0.8, 0]])
def test_the_arrow_points_where_the_camera_is_to_go(view, with_action, direction):
    query = _query(draw_panel(with_action(view, direction=np.array(direction, dtype=float))))
    rows, columns = np.nonzero((query == palette.ACTION).all(axis=2))
    place = np.array([columns.mean() - query.shape[1] / 2, rows.mean() - query.shape[0] / 2])
    assert place @ np.array(direction[:2]) / np.linalg.norm(place) > 0.98
    assert np.linalg.norm(place) > 15


def test_the_arrow_has_the_colour_that_it_has_everywhere():
    picture = draw_action(np.zeros((100, 100, 3), np.uint8), np.array([1.0, 0, 0]), 1.0)
    assert _count(picture, palette.ACTION) > 20
    assert _count(picture, palette.GRIPPER[GripperState.OPEN]) > 20  # the column of the opening


def test_a_hold_and_a_stop_make_the_banner_red_and_say_why(view, with_action):
    acting = draw_panel(view)
    hold = draw_panel(with_action(view, hold=True, hold_reason="unfamiliar image: nearest frame at distance 12"))
    stop = draw_panel(replace(view, command=CommandReading(0, (0.0, 0.0, 0.0), True, "the robot is runstopped")))
    banner = slice(0, panel._BANNER_PX)
    assert _count(acting[banner], palette.ACTING) > 15000
    assert _count(acting[banner], palette.HOLD) == 0
    for picture in (hold, stop):
        assert _count(picture[banner], palette.HOLD) > 10000
        assert _count(picture[banner], palette.ACTING) == 0
    speechless = draw_panel(with_action(view, hold=True))
    assert _count(hold[banner, 120:500], palette.HOLD) < _count(speechless[banner, 120:500], palette.HOLD) - 300


@pytest.mark.parametrize("state", list(GripperState))
def test_the_banner_ends_in_the_grippers_colour(view, with_action, state):
    corner = draw_panel(with_action(view, gripper=state))[1, -2]
    assert tuple(corner) == palette.GRIPPER[state]


def test_each_neighbour_has_its_picture_and_its_demonstrated_arrow(view):
    colours = [(200, 30 * index, 60) for index in range(5)]
    shown = tuple(
        replace(item, picture=np.full((64, 64, 3), colour, np.uint8), direction=np.array([-1.0, 0, 0], np.float32))
        for item, colour in zip(view.neighbors, colours, strict=True)
    )
    picture = draw_panel(replace(view, neighbors=shown))
    for index, colour in enumerate(colours):
        tile = _tile(picture, index)
        assert _count(tile, colour) > 0.5 * tile.shape[0] * tile.shape[1]
        _, columns = np.nonzero((tile == palette.ACTION).all(axis=2))
        assert columns.mean() < tile.shape[1] / 2 - 5


def test_the_bar_below_a_neighbour_is_as_long_as_its_weight(view):
    shown = tuple(
        replace(item, asked=replace(item.asked, weight=weight))
        for item, weight in zip(view.neighbors, (0.5, 0.25, 0.15, 0.1, 0.0), strict=True)
    )
    row = draw_panel(replace(view, neighbors=shown))[panel._TILES_Y + panel._TILE_PX + 2]
    for index, weight in enumerate((0.5, 0.25, 0.15, 0.1, 0.0)):
        left = panel._MARGIN_PX + index * (panel._TILE_PX + panel._MARGIN_PX)
        length = _count(row[left : left + panel._TILE_PX], palette.ACTION) / panel._TILE_PX
        assert length == pytest.approx(weight, abs=0.01)


def test_a_neighbour_without_picture_has_a_placeholder_and_keeps_its_name(view):
    unknown = ShownNeighbor(view.neighbors[1].asked)
    picture = draw_panel(replace(view, neighbors=(view.neighbors[0], unknown)))
    tile = _tile(picture, 1)
    assert _count(tile, palette.EMPTY) > 0.7 * tile.shape[0] * tile.shape[1]
    assert _count(tile, palette.ACTION) == 0  # its action is not known either
    assert tile.std(axis=2).max() > 20  # words in a colour
    left = 2 * panel._MARGIN_PX + panel._TILE_PX
    name = picture[panel._TILES_Y + panel._TILE_PX + 6 :, left : left + panel._TILE_PX]
    assert (name.max(axis=2) > 150).sum() > 50


def test_an_action_without_image_says_so_in_the_images_place(view):
    query = _query(draw_panel(replace(view, query=None, query_problem="no image with the action's stamp")))
    assert _count(query, palette.EMPTY) > 0.8 * query.shape[0] * query.shape[1]
    assert _count(query, palette.ACTION) == 0
    notice = draw_notice(None, "nothing on /action yet")
    assert _count(notice[: panel._BANNER_PX], palette.HOLD) > 10000
    seen = draw_notice(np.full((48, 64, 3), (10, 90, 200), np.uint8), "nothing on /action yet")
    assert _count(_query(seen), (10, 90, 200)) > 30000


@pytest.mark.parametrize("size", [(48, 64), (64, 48), (2, 500), (1, 1), (480, 640)])
def test_an_image_of_any_shape_is_not_stretched_and_stays_in_its_place(view, size):
    picture = draw_panel(replace(view, query=np.full((*size, 3), (10, 90, 200), np.uint8)))
    rows, columns = np.nonzero((picture == (10, 90, 200)).all(axis=2))
    box = panel._QUERY
    assert rows.min() >= box.y
    assert rows.max() < box.y + box.height
    assert columns.min() >= box.x
    assert columns.max() < box.x + box.width
    if min(size) > 40:
        seen = (columns.max() - columns.min() + 1) / (rows.max() - rows.min() + 1)
        assert seen == pytest.approx(size[1] / size[0], rel=0.03)


def test_nothing_runs_into_anything_else_however_long_its_words_are(view, with_action):
    shown = tuple(
        replace(item, asked=replace(item.asked, demonstration=LONG, frame=10**9, distance=123456.789, weight=1.0))
        for item in view.neighbors
    )
    command = CommandReading(0, (10.0, -10.0, 0.1), False, "", clipped=(LONG, LONG))
    full = replace(
        with_action(view, hold=True, hold_reason=LONG.replace("_", " ") * 5, bank_id=LONG),
        neighbors=shown, command=command, notes=(LONG, LONG.replace("_", " ") * 9, LONG),
    )  # fmt: skip
    for drawn in (full, replace(full, query=None, query_problem=LONG)):
        picture = draw_panel(drawn)
        empty = (picture == palette.BACKGROUND).all(axis=2)
        below_banner = slice(panel._BANNER_PX, None)
        assert empty[below_banner, : panel._MARGIN_PX - 2].all()  # a letter may begin a little before its place
        assert empty[below_banner, -panel._MARGIN_PX + 1 :].all()
        between_query_and_facts = slice(panel._QUERY.x + panel._QUERY.width, panel._FACTS.x - 2)
        assert empty[panel._BANNER_PX : panel._TILES_Y, between_query_and_facts].all()
        assert empty[panel._TILES_Y - 4 : panel._TILES_Y, :].all()
        for index in range(1, 5):
            right = index * (panel._TILE_PX + panel._MARGIN_PX)
            assert empty[panel._TILES_Y :, right + 1 : right + panel._MARGIN_PX - 2].all(), index


def test_the_picture_has_one_size_whatever_is_shown(view):
    assert draw_panel(view).shape == (480, 640, 3)
    assert draw_panel(replace(view, neighbors=())).shape == (480, 640, 3)
    assert draw_notice(None, "").shape == (480, 640, 3)
