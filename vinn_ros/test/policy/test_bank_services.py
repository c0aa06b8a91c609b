"""Changing the bank of a running policy, as a user does: by services, over DDS."""

from __future__ import annotations

import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
from ament_index_python.packages import get_package_share_directory
from bank_load import Oracle, Stream, Surgeon, check_attribution
from lifecycle_msgs.msg import Transition
from rosbags.rosbag2 import Reader

from vinn_msgs.msg import BankState
from vinn_msgs.srv import AddDemonstration, RollBackBank, SaveBank, SetDemonstration
from vinn_ros import qos
from vinn_ros.policy.bank_services import BankServices
from vinn_ros.recorder.core import typestore_with
from vinn_training.bank.bundle import load_bundle
from vinn_training.exceptions import InvalidInput


@pytest.fixture(scope="module")
def policy(shared_ros, bundle):
    """One policy for all tests; each begins with whatever bank the one before left."""
    shared_ros.start("policy", {"bundle": str(bundle), "hold_distance_quantile": 1.0})
    shared_ros.wait_for(lambda: "active" in shared_ros.output("policy"), "the policy")
    shared_ros.states = shared_ros.collect(BankState, "bank", qos.RECORDED_LATCHED)
    shared_ros.wait_for(lambda: shared_ros.states, "the loaded bank")
    return shared_ros


def _ask(world, kind, service, **fields):
    return world.call(kind, f"/policy/bank/{service}", kind.Request(**fields))


def _set(world, name, enabled):
    return _ask(world, SetDemonstration, "set_demonstration", name=name, enabled=enabled)


def _state(world, version):
    return world.wait_for(lambda: next((s for s in world.states if s.version == version), None), f"version {version}")


def test_the_loaded_bank_is_told_to_whoever_comes_later(policy, bundle):
    first = _state(policy, 0)
    bank = load_bundle(bundle).bank
    assert (first.bank_id, first.change) == (bank.bank_id, "")
    assert (list(first.demonstrations), list(first.frames)) == (["a", "b", "c"], [12, 12, 12])
    assert (list(first.enabled), list(first.versions)) == ([True] * 3, [0])


def test_a_stream_is_answered_while_the_bank_changes(policy, bundle, dataset):
    """The small one of the proof in test_bank_load.py, whose sender waits for a busy machine."""
    oracle = Oracle(bundle, dataset)
    queries = oracle.queries()
    surgeon = Surgeon(policy, dataset, ["new", "other"], seed=4)
    with Stream(policy, oracle.encoder_id, queries, ahead=3) as stream:
        for _ in range(10):
            surgeon.operate()
            asked = len(stream.sent)
            policy.wait_for(lambda asked=asked: len(stream.answers) > asked, "answers of this version")
    policy.wait_for(lambda: len(stream.answers) == len(stream.sent), "all answers")
    assert surgeon.kinds == {"add_demonstration", "set_demonstration", "roll_back"}
    assert len(check_attribution(stream, surgeon, oracle, queries)) >= 10


def test_a_saved_version_starts_the_policy_again(policy, bundle, dataset, tmp_path):
    assert _ask(policy, RollBackBank, "roll_back", version=0).success
    added = _ask(policy, AddDemonstration, "add_demonstration", path=str(dataset), name="new")
    assert added.success, added.message
    disabled = _set(policy, "b", False)
    assert disabled.version == added.version + 1
    state = _state(policy, disabled.version)
    assert dict(zip(state.demonstrations, state.enabled, strict=True)) == {"a": 1, "b": 0, "c": 1, "new": 1}
    assert state.change == "disabled 'b'"
    saved = _ask(policy, SaveBank, "save", path=str(tmp_path / "saved"))
    assert saved.success, saved.message
    assert (saved.version, saved.bank_id) == (disabled.version, disabled.bank_id)
    assert load_bundle(tmp_path / "saved", whole=True).bank.bank_id == saved.bank_id
    again = _ask(policy, SaveBank, "save", path=str(tmp_path / "saved"))
    assert not again.success
    assert "exists; expected a folder that does not" in again.message


def test_refusals_say_what_to_do_and_name_the_version_in_use(policy, dataset, tmp_path):
    before = _ask(policy, RollBackBank, "roll_back", version=10_000)
    assert not before.success
    assert "no version 10000 of the bank to return to; expected one of: 0, " in before.message
    for answer, words in (
        (_set(policy, "nobody", False), "no demonstration 'nobody' in the bank; it has: a, b, c"),
        (_ask(policy, AddDemonstration, "add_demonstration", path="bag", name=""), "relative; expected an absolute"),
        (_ask(policy, AddDemonstration, "add_demonstration", path=str(tmp_path / "no")), "no such file"),
        (_ask(policy, AddDemonstration, "add_demonstration", path=str(dataset)), "the name of one of them"),
        (_ask(policy, SaveBank, "save", path=str(tmp_path / "no" / "parent")), "is no folder"),
    ):
        assert not answer.success
        assert words in answer.message
        assert (answer.version, answer.bank_id) == (before.version, before.bank_id)
    assert "Traceback" not in policy.output("policy")


def test_a_bag_tells_what_each_version_had(policy, tmp_path):
    """A recorder that comes later gets the version in use, and every change from then on."""
    begun = _ask(policy, RollBackBank, "roll_back", version=0).version
    policy.start("recorder", {"output": str(tmp_path / "bags")})
    policy.wait_for_report("recorder", "/bank", "1 messages")
    changes = [_set(policy, "a", False), _set(policy, "a", True), _set(policy, "b", False)]
    policy.wait_for_report("recorder", "/bank", "4 messages")
    assert policy.stop("recorder", timeout_s=60.0) == 0
    (bag,) = (tmp_path / "bags").iterdir()
    store = typestore_with("vinn_msgs", Path(get_package_share_directory("vinn_msgs")) / "msg")
    with Reader(bag) as reader:
        told = [
            store.deserialize_cdr(data, connection.msgtype)
            for connection, _, data in reader.messages()
            if connection.topic == "/bank"
        ]
    assert [state.version for state in told] == [begun, *(change.version for change in changes)]
    assert [state.bank_id for state in told[1:]] == [change.bank_id for change in changes]
    assert [list(state.enabled) for state in told] == [[1, 1, 1], [0, 1, 1], [1, 1, 1], [1, 0, 1]]
    assert told[0].bank_id == told[2].bank_id != told[3].bank_id


def test_the_bank_can_be_changed_while_inactive_and_is_forgotten_on_cleanup(policy, bundle):
    assert policy.change_state("policy", Transition.TRANSITION_DEACTIVATE)
    changed = _set(policy, "c", False)
    assert changed.success, changed.message
    assert policy.change_state("policy", Transition.TRANSITION_CLEANUP)
    assert "was not saved and is forgotten" in policy.output("policy")
    refused = _set(policy, "c", True)
    assert not refused.success
    assert "configure it first: ros2 lifecycle set /policy configure" in refused.message
    policy.wait_for(lambda: policy.states[-1].bank_id == "", "the state of no bank")
    assert policy.change_state("policy", Transition.TRANSITION_CONFIGURE)
    loaded = load_bundle(bundle).bank.bank_id
    policy.wait_for(lambda: policy.states[-1].bank_id == loaded, "the loaded bank")
    assert policy.states[-1].version == 0
    assert policy.change_state("policy", Transition.TRANSITION_ACTIVATE)
    assert policy.stop("policy", timeout_s=60.0) == 0
    assert "Traceback" not in policy.output("policy")


def test_requests_that_wait_are_answered_at_the_end_of_the_node():
    """Two are worked on, and the third waits for a thread."""
    node, asked, ended = Mock(), [], threading.Event()

    def roll_back(version):
        asked.append(version)
        assert ended.wait(60.0)
        raise InvalidInput("the policy was cleaned up meanwhile")

    bank = BankServices(node)
    bank._keeper = Mock(roll_back=roll_back, close=ended.set, current=Mock(version=3, bank_id="b"))
    serve = next(call.args[2] for call in node.create_service.call_args_list if call.args[1] == "~/bank/roll_back")
    answers = [serve(RollBackBank.Request(version=number), RollBackBank.Response()) for number in range(3)]
    for answer in answers:
        answer.send(None)
    bank.close()
    (hand_out,) = node.create_guard_condition.call_args.args
    hand_out()
    assert sorted(asked) == [0, 1, 2]
    for answer in answers:
        with pytest.raises(StopIteration) as done:
            answer.send(None)
        assert (done.value.value.success, done.value.value.version) == (False, 3)
