from __future__ import annotations

import pytest

from vinn_training.exceptions import InvalidDemonstration
from vinn_training.replay.session import SessionOptions, read_session


def test_two_policies_must_be_told_apart(bag, tmp_path):
    for index in range(5):
        bag.action(index * 0.1)
        bag.embedding(index * 0.1, [1.0], "encoder")
    bag.action(0.0, topic="/left/action", bank_id="left")
    path = bag.write(tmp_path / "bag")
    with pytest.raises(InvalidDemonstration, match=r"option 'action': /action \(5\), /left/action \(1\)"):
        read_session(path, images="unwanted")
    session = read_session(path, SessionOptions(action="left/action"), images="unwanted")
    assert [action.bank_id for action in session.actions] == ["left"]
    with pytest.raises(InvalidDemonstration, match="no topic '/nowhere'"):
        read_session(path, SessionOptions(action="/nowhere"), images="unwanted")
    with pytest.raises(InvalidDemonstration, match="Embedding, expected vinn_msgs/msg/PolicyAction"):
        read_session(path, SessionOptions(action="/embedding"), images="unwanted")
