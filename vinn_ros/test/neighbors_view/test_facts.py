from __future__ import annotations

from dataclasses import replace

import pytest

from vinn_ros.neighbors_view import facts
from vinn_ros.neighbors_view.gauges import Box
from vinn_ros.neighbors_view.view import CommandReading


@pytest.fixture
def lines(monkeypatch):
    """Return the lines that are written for a view."""
    import numpy as np

    def written(view):
        texts = []
        monkeypatch.setattr(facts, "write", lambda picture, text, *_: texts.append(text))
        facts.draw_facts(np.zeros((480, 640, 3), np.uint8), Box(0, 0, 640, 400), view)
        return texts

    return written


def test_all_that_decides_is_there(view, command, lines):
    text = "\n".join(lines(replace(view, command=command)))
    for words in (
        "gripper 0.90",
        "closes to 0.40, opens from 0.60",
        "nearest 1   quantile 0.300, holds above 0.9",
        "right +1.00  down +0.00  forward +0.00",
        "c*a  +0.80  +0.00  +0.00   temperature 1",
        "sent  x +10  y -40  z +0 mm",
        "bank version 0, 0123456789abcdef",
        "5 of 5 neighbours: 100 % of the weight",
    ):
        assert words in text, words


def test_what_the_bridge_did_is_said_with_its_age_and_limits(view, lines):
    late = CommandReading(4_400_000_000, (0.0, 0.0, 0.02), False, "", clipped=("lift at its upper limit",))
    text = "\n".join(lines(replace(view, command=late)))
    assert "z +20 mm, 0.6 s earlier" in text
    assert "limited: lift at its upper limit" in text
    stopped = CommandReading(0, (0.0, 0.0, 0.0), True, "the robot is runstopped")
    assert "bridge: stopped" in lines(replace(view, command=stopped))  # the banner says why
    held = replace(view, action=replace(view.action, hold=True, hold_reason="unfamiliar image"))
    assert "bridge: stopped, the robot is runstopped" in lines(replace(held, command=stopped))
    same = CommandReading(0, (0.0, 0.0, 0.0), True, "policy holds: unfamiliar image")
    assert "bridge: stopped" in lines(replace(held, command=same))
    assert "bridge: nothing heard" in lines(view)


def test_the_distance_stands_beside_the_one_at_which_the_policy_holds(view, lines):
    assert "nearest 1, holds above 21.7   quantile 0.300" in lines(replace(view, hold_distance=21.68))


def test_an_action_that_tells_no_settings_claims_none(view, with_action, lines):
    text = "\n".join(lines(with_action(view, settings=None, neighbors=())))
    assert "closes" not in text
    assert "holds above" not in text
    assert "nearest unknown" in text


def test_notes_take_the_room_that_is_left(view, lines):
    text = lines(replace(view, notes=("no picture in the bundle loaded here: kitchen_7", "bank: added kitchen_7")))
    assert text[-2:] == ["no picture in the bundle loaded here: kitchen_7", "bank: added kitchen_7"]
