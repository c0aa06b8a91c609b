from __future__ import annotations

import pytest

from vinn_training.exceptions import InvalidDemonstration
from vinn_training.replay.answers import with_answers
from vinn_training.replay.session import read_session

from .conftest import EPOCH_NS, SessionMaker, pictures


@pytest.fixture
def camera(tmp_path):
    bag = SessionMaker()
    for index, picture in enumerate(pictures(3)):
        bag.image(index * 0.1, picture)
    bag.action(0.0, bank_id="old")  # of the day on which it was recorded
    return read_session(bag.write(tmp_path / "camera"))


def test_images_and_answers_are_joined(camera, bag, tmp_path):
    bag.action(0.1, late_s=50.0, bank_id="new")
    bag.image(0.1, pictures(3)[1])
    topic, kind, received_ns, message = bag.messages[-1]
    bag.messages[-1] = (topic, kind, received_ns + 49_000_000_000, message)  # played 49 s later
    joined = with_answers(camera, read_session(bag.write(tmp_path / "answers")))
    assert [action.bank_id for action in joined.actions] == ["new"]
    assert [frame.stamp_ns for frame in joined.frames] == [frame.stamp_ns for frame in camera.frames]
    assert joined.frames[1].received_ns == EPOCH_NS + 100_000_000 + 49_004_000_000
    assert joined.frames[2].received_ns == camera.frames[2].received_ns
    assert any(note.startswith("answers are from") for note in joined.notes)


def test_answers_to_other_images_are_refused(camera, bag, tmp_path):
    bag.action(7.0)
    with pytest.raises(InvalidDemonstration, match="none of its 1 answers is to an image"):
        with_answers(camera, read_session(bag.write(tmp_path / "answers"), images="unwanted"))
