"""Which demonstrations caused each step."""

from __future__ import annotations

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.replay.session import read_session
from vinn_training.replay.tracing import shares_of, trace_steps


@pytest.fixture
def session(bag, tmp_path):
    bag.action(0.0, neighbors=[("a", 4, 0.5, 0.75), ("b", 1, 0.9, 0.25)])
    bag.command(0.0, clipped=["lift at its upper limit"], commanded_m=(0.01, 0.0, 0.0))
    bag.action(0.1, neighbors=[("b", 2, 0.5, 0.5), ("b", 3, 0.6, 0.5)], hold=True, hold_reason="unfamiliar image")
    bag.command(0.1, stopped=True, reason="the policy holds")
    bag.action(0.2, neighbors=[("a", 4, 0.5, 1.0)], bank_version=2)
    return read_session(bag.write(tmp_path / "bag"), images="unwanted")


def test_each_step_has_its_cause_and_its_outcome(session):
    first, second, third = trace_steps(session)
    assert (first.moved, second.moved, third.moved) == (True, False, False)
    assert first.reasons == ("lift at its upper limit",)
    assert second.reasons == ("unfamiliar image", "the policy holds")
    assert third.time_s == pytest.approx(0.2)
    content = first.to_dict(top=1)
    assert content["neighbors"] == [{"demonstration": "a", "frame": 4, "distance": 0.5, "weight": 0.75}]
    assert content["commanded_m"] == [0.01, 0.0, 0.0]
    assert third.to_dict()["bank_version"] == 2


def test_shares_are_of_the_weights_of_all_steps(session):
    shares = {share.demonstration: share for share in shares_of(trace_steps(session))}
    assert shares["a"].weight == pytest.approx(1.75 / 3.0)
    assert (shares["a"].steps, shares["a"].nearest, shares["a"].frames) == (2, 2, 1)
    assert (shares["b"].steps, shares["b"].nearest, shares["b"].frames) == (2, 1, 3)
    assert sum(share.weight for share in shares.values()) == pytest.approx(1.0)


def test_filters(session):
    assert [step.number for step in trace_steps(session, demonstration="b")] == [0, 1]
    assert [step.number for step in trace_steps(session, moved_only=True)] == [0]
    with pytest.raises(InvalidInput, match="no action was caused by 'c'; expected one of: a, b"):
        trace_steps(session, demonstration="c")


def test_a_bag_without_actions_is_refused(bag, tmp_path):
    bag.image(0.0)
    session = read_session(bag.write(tmp_path / "bag"), images="unwanted")
    with pytest.raises(InvalidInput, match="holds no actions of the policy"):
        trace_steps(session)
