from __future__ import annotations

import json

import pytest
from records import a_record

from vinn_ros.trial_node.record import from_line, to_line
from vinn_training.exceptions import InvalidInput


def test_a_line_gives_back_its_record():
    record = a_record(3, 7, state="failed", door_angle_deg=12.5, reason="line\nbreak and ü", bag="../bags/bag_1")
    line = to_line(record)
    assert line.count(b"\n") == 1  # what the log tells a whole line by
    assert from_line(line) == record


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "not a line of trials"),
        (b"[1, 2]", "not a line of trials"),
        (b'{"number": 1}', "not a line of trials"),
        (b'{"format": 2, "number": 1}', "another version of the trial node"),
        (b'{"format": 1, "number": 1}', "missing or unknown: condition, policy, seed, started, state"),
    ],
)
def test_what_is_no_record_is_told(line, reason):
    with pytest.raises(InvalidInput, match=reason):
        from_line(line)


def test_an_unknown_key_and_an_unknown_state_are_refused():
    content = json.loads(to_line(a_record()))
    with pytest.raises(InvalidInput, match="missing or unknown: colour"):
        from_line(json.dumps({**content, "colour": "red"}).encode())
    with pytest.raises(InvalidInput, match="state is 'lost'; expected one of: running"):
        from_line(json.dumps({**content, "state": "lost"}).encode())
