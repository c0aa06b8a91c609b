"""Recorded times of every hop."""

from __future__ import annotations

from vinn_training.contracts import GripperState
from vinn_training.policy.config import PolicyConfig
from vinn_training.replay.latency import measure_latency
from vinn_training.replay.replaying import ReplayedFrame
from vinn_training.replay.session import read_session

from .conftest import pictures


def _unanswered(session):
    """Return the frames of a session as a replay would, without a replayed answer."""
    embeddings = {item.stamp_ns: item for item in session.embeddings}
    actions = {item.stamp_ns: item for item in session.actions}
    return [
        ReplayedFrame(
            frame=frame,
            embedding=embeddings.get(frame.stamp_ns),
            action=actions.get(frame.stamp_ns),
            settings=PolicyConfig(),
            decision=None,
            problem="",
            embedding_difference=None,
            agreement=None,
            not_compared="",
        )
        for frame in session.frames
    ]


def _recorded(bag, tmp_path, offset_s=0.0):
    for index, picture in enumerate(pictures(4)):
        bag.image(index * 0.1, picture)
    for index in range(3):
        bag.embedding(index * 0.1, [0.0], "e", late_s=offset_s + 0.020 + index * 0.001)
        bag.action(index * 0.1, late_s=offset_s + 0.025 + index * 0.001, gripper=GripperState.OPEN)
    bag.command(0.1, late_s=offset_s + 0.03, stopped=True, reason="stale")
    bag.command(0.1, late_s=offset_s + 0.04)
    bag.command(0.1, late_s=offset_s + 0.09)  # continuous mode repeats itself
    return read_session(bag.write(tmp_path / "bag"), demonstration=False)


def test_the_hops_are_told_apart(bag, tmp_path):
    session = _recorded(bag, tmp_path)
    latency = measure_latency(session, _unanswered(session))
    assert latency.problem == ""
    assert latency.frames[1]._asdict() == {
        "stamp_to_image": 4.0,
        "stamp_to_embedding": 21.0,
        "embedding_to_action": 5.0,
        "action_to_command": 14.0,
        "stamp_to_command": 40.0,
    }
    assert latency.frames[3].stamp_to_embedding is None
    assert latency.summary["stamp_to_embedding"] == {"n": 3, "p50": 21.0, "p90": 21.8, "p99": 21.98, "max": 22.0}
    assert latency.summary["stamp_to_command"]["n"] == 1


def test_stamps_of_an_earlier_recording_measure_nothing(bag, tmp_path):
    session = _recorded(bag, tmp_path, offset_s=86400.0)
    latency = measure_latency(session, _unanswered(session))
    assert "earlier recording" in latency.problem
    assert set(latency.summary) == {"embedding_to_action", "action_to_command"}
    assert latency.frames[1].stamp_to_command is None
