from __future__ import annotations

from pathlib import Path

import pytest

from vinn_ros.play_bag.settings import PlayBagConfig
from vinn_training.exceptions import InvalidInput


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"player": "ros2bag", "wait_for_answers": True}, "--wait-for-answers is given with --player ros2bag"),
        ({"rate": 0.0}, "--rate is 0; expected 0.01 to 100"),
        ({"rate": float("nan")}, "--rate is nan"),
        ({"answer_timeout_s": 0.0}, "expected more than 0 and at most 3600 seconds"),
        ({"start_timeout_s": float("inf")}, "expected more than 0 and at most 3600 seconds"),
    ],
)
def test_what_cannot_be_played_is_refused(options, words):
    with pytest.raises(InvalidInput, match=words):
        PlayBagConfig(Path("bag"), **options).check()


@pytest.mark.parametrize("options", [{}, {"wait_for_answers": True}, {"player": "ros2bag", "rate": 2.0}])
def test_what_can_be_played_is_not(options):
    PlayBagConfig(Path("bag"), **options).check()
