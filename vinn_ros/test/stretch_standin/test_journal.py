from __future__ import annotations

import json

from vinn_ros.stretch_standin.journal import Journal


def test_motion_without_a_gap_is_one_motion():
    journal = Journal()
    for begin_s in (1.0, 1.25, 1.5, 3.0):
        journal.moved(begin_s, begin_s + 0.25)
    assert journal.content()["motions"] == [[1.0, 1.75], [3.0, 3.25]]


def test_content_is_plain_and_a_copy_and_clear_forgets():
    journal = Journal()
    journal.note(1.0, "fault", active={"image": "black"})
    journal.moved(1.0, 2.0)
    content = journal.content()
    assert json.loads(json.dumps(content)) == content
    journal.moved(2.0, 3.0)
    assert content["motions"] == [[1.0, 2.0]]
    journal.clear()
    assert journal.content() == {"events": [], "motions": []}
