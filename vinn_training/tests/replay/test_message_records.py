"""Messages that cannot be records are left out, with the reason, and the others stay."""

from __future__ import annotations

from vinn_training.policy.config import PolicyConfig
from vinn_training.replay.session import read_session

from .conftest import MESSAGES, SessionMaker


def test_an_action_with_impossible_settings_or_gripper_is_left_out(bag, tmp_path):
    bag.action(0.0)
    bag.action(0.1, settings=bag.settings(PolicyConfig(), k=0))  # a sender that does not fill them in
    bag.action(0.2, gripper=9)
    session = read_session(bag.write(tmp_path / "bag"), images="unwanted")
    assert len(session.actions) == 1
    assert "2 of 3 messages are left out: k is 0" in " ".join(session.notes)


def test_an_action_that_is_not_finite_is_left_out(bag, tmp_path):
    bag.action(0.0)
    bag.action(0.1, direction=(0.0, float("nan"), 1.0))
    session = read_session(bag.write(tmp_path / "bag"), images="unwanted")
    assert len(session.actions) == 1
    assert "1 of 2 messages are left out: a vector is [0.0, nan, 1.0]; expected finite" in " ".join(session.notes)


def test_actions_of_an_older_vinn_msgs_are_left_out_with_what_to_do(tmp_path):
    bag = SessionMaker()
    older = (MESSAGES / "PolicyAction.msg").read_text().replace("PolicySettings settings", "bool unused")
    bag.store.fielddefs.pop("vinn_msgs/msg/PolicyAction")
    bag.define("PolicyAction", older)
    bag.new = _without_settings(bag.new)
    bag.action(0.0)
    session = read_session(bag.write(tmp_path / "bag", "mcap"), images="unwanted")
    assert session.actions == ()
    assert "another version of vinn_msgs; record it again" in " ".join(session.notes)


def _without_settings(new):
    def make(kind, **fields):
        if kind == "vinn_msgs/msg/PolicyAction":
            fields.pop("settings")
            fields["unused"] = False
        return new(kind, **fields)

    return make
