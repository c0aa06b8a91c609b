"""A replay gives what was answered online, and says which images differ and why where it does not."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from vinn_training.bank.bundle import load_bundle
from vinn_training.contracts import GripperState
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.replay.agreement import TOLERANCE
from vinn_training.replay.replaying import ReplayOptions, replay_frames
from vinn_training.replay.session import read_session

from .conftest import image_number, pictures, write_bundle_of

#: Two changes in the middle, one of them to thresholds that leave the gripper as it was.
CHANGES = {
    4: PolicyConfig(k=3, temperature=0.2, action_scale=(0.5, 0.25, 1.0), hold_distance_quantile=1.0),
    8: PolicyConfig(k=20, gripper_close_below=0.0, gripper_open_above=1.0, hold_distance_quantile=0.5),
}


def _replay(path, bundle, **options):
    loaded = load_bundle(bundle)
    runtime = load_runtime(loaded, threads=1) if options.get("embeddings", "images") == "images" else None
    return replay_frames(read_session(path), loaded, runtime, ReplayOptions(**options))


@pytest.mark.parametrize("embeddings", ["images", "recorded"])
def test_every_answer_is_the_recorded_one_across_changed_parameters(answered, bundle, tmp_path, embeddings):
    path = answered(12, CHANGES).write(tmp_path / "bag")
    frames = _replay(path, bundle, embeddings=embeddings)
    assert len(frames) == 12
    for item in frames:
        assert item.agreement is not None, item.not_compared
        assert item.agreement.equal, item.agreement.describe()
        assert item.agreement.action_difference <= TOLERANCE
    assert [item.settings.k for item in frames] == [10] * 4 + [3] * 4 + [20] * 4
    assert {item.embedding_difference for item in frames} == {0.0}


def test_a_changed_recording_is_told_image_by_image(answered, bundle, tmp_path):
    bag = answered(6)
    actions = [message for topic, _, _, message in bag.messages if topic == "/action"]
    actions[1].direction.x += 1e-4
    actions[2].neighbors[0].frame += 1
    actions[3].gripper.state = 3 - actions[3].gripper.state
    actions[4].hold = True
    actions[5].direction.y += 5e-7  # counts as equal
    frames = _replay(bag.write(tmp_path / "bag"), bundle)
    told = [item.agreement.describe() for item in frames]
    assert told[0] == told[5] == ""
    assert told[1] == "action differs by 0.0001"
    assert told[2] == "other neighbours"
    assert told[3].startswith("other gripper state")
    assert told[4] == "one holds, the other does not"


def test_answers_of_another_bank_or_encoder_are_not_compared(answered, bundle, tmp_path):
    path = answered(3).write(tmp_path / "bag")
    other = write_bundle_of(tmp_path, seed=7)
    frames = _replay(path, other)
    assert {item.agreement for item in frames} == {None}
    assert all("another encoder" in item.not_compared for item in frames)
    assert all(item.decision is not None for item in frames)  # the new bundle's answers are there all the same
    with pytest.raises(InvalidInput, match="its embeddings are of encoder"):
        _replay(path, other, embeddings="recorded")


def test_given_settings_take_the_place_of_the_recorded_ones(answered, bundle, tmp_path):
    path = answered(4, CHANGES).write(tmp_path / "bag")
    config = PolicyConfig(k=1, hold_distance_quantile=1.0)
    frames = _replay(path, bundle, settings="given", config=config)
    assert {item.settings for item in frames} == {config}
    assert all(len(item.decision.action.neighbors) == 1 for item in frames)
    assert {item.not_compared for item in frames} == {"answered online with other settings"}


def test_a_bag_of_images_alone_is_answered_with_the_given_settings(bag, bundle, tmp_path):
    for index, picture in enumerate(pictures(20)[:4]):
        bag.image(index * 0.1, picture)
    frames = _replay(bag.write(tmp_path / "bag"), bundle, config=PolicyConfig(k=2, hold_distance_quantile=1.0))
    assert [len(item.decision.action.neighbors) for item in frames] == [2] * 4
    # The pictures are those of demonstration "a", whose gripper is open at first.
    assert [item.decision.action.neighbors[0].demonstration for item in frames] == ["a"] * 4
    assert frames[0].decision.gripper is GripperState.OPEN
    with pytest.raises(InvalidInput, match="holds no embeddings"):
        _replay(tmp_path / "bag", bundle, embeddings="recorded")


def test_images_without_an_answer_change_no_state_and_keep_the_settings_of_their_time(answered, bundle, tmp_path):
    bag = answered(10, CHANGES)
    bag.messages = [item for item in bag.messages if not (item[0] == "/action" and image_number(item) in (2, 5, 9))]
    frames = _replay(bag.write(tmp_path / "bag"), bundle)
    assert [index for index, item in enumerate(frames) if item.action is None] == [2, 5, 9]
    assert [frames[index].settings.k for index in (2, 5, 9)] == [10, 3, 20]
    assert all(item.agreement.equal for item in frames if item.action is not None)
    assert frames[2].not_compared == "no recorded answer"
    assert frames[2].decision is not None


def test_a_blank_and_a_broken_image_get_the_reason(answered, bundle, tmp_path):
    bag = answered(3)
    bag.image(0.31, np.full((36, 48, 3), 128, np.uint8))
    bag.image(0.32, pictures(1)[0])
    path = bag.write(tmp_path / "bag")
    (file,) = path.glob("*.db3")
    with sqlite3.connect(file) as connection:  # its last image loses its pixels
        connection.execute("UPDATE messages SET data = substr(data, 1, 200) WHERE id = (SELECT max(id) FROM messages)")
    frames = _replay(path, bundle)
    blank, broken = frames[3], frames[4]
    assert (blank.decision, broken.decision) == (None, None)
    assert "image is blank" in blank.problem
    assert "/image_raw" in broken.problem
    assert all(item.agreement.equal for item in frames[:3])


def test_without_stamps_images_are_answered_and_nothing_is_compared(answered, bundle, tmp_path):
    bag = answered(3)
    for topic, _, _, message in bag.messages:
        if topic == "/image_raw":
            message.header.stamp.sec = message.header.stamp.nanosec = 0
    frames = _replay(bag.write(tmp_path / "bag"), bundle)
    assert all(item.decision is not None and item.action is None for item in frames)


def test_the_bank_is_followed_through_disabled_demonstrations(answered, bundle, tmp_path):
    from vinn_training.bank.live_bank import LiveBank
    from vinn_training.policy.vinn_policy import VinnPolicy

    loaded = load_bundle(bundle)
    live = LiveBank(loaded.bank, loaded.thumbnails, None, loaded.calibration)
    changed = live.disable("a")
    bag = answered(4)
    embeddings = {message.header.stamp.nanosec: message.data for topic, _, _, message in bag.messages if "emb" in topic}
    policy = VinnPolicy(loaded.bank, PolicyConfig(hold_distance_quantile=1.0), loaded.calibration)
    policy.use(changed)
    for topic, _, _, message in bag.messages:
        if topic == "/action" and message.header.stamp.nanosec >= 200_000_000:
            decision = policy.decide(embeddings[message.header.stamp.nanosec])
            message.bank_id, message.bank_version = changed.bank_id, 1
            message.direction = bag.vector3(decision.action.direction)
            message.translation = bag.vector3(decision.translation)
            message.gripper_opening, message.gripper = decision.action.gripper_opening, bag.gripper(decision.gripper)
            message.neighbors = [
                bag.new("vinn_msgs/msg/Neighbor", demonstration=n.demonstration, frame=n.frame, distance=n.distance,
                        weight=n.weight)
                for n in decision.action.neighbors
            ]  # fmt: skip
    unannounced = _replay(bag.write(tmp_path / "without"), bundle)
    assert [item.agreement is None for item in unannounced] == [False, False, True, True]
    assert f"another bank, {changed.bank_id} (version 1)" in unannounced[2].not_compared
    bag.bank_state(0.15, 1, changed.bank_id, ["a", "b", "c"], ["a"])
    frames = _replay(bag.write(tmp_path / "with"), bundle)
    assert all(item.agreement.equal for item in frames[:2])
    for item in frames[2:]:
        assert item.agreement.same_neighbors
        assert item.agreement.action_difference <= TOLERANCE
        assert "a" not in {neighbor.demonstration for neighbor in item.decision.action.neighbors}


def test_an_image_that_came_before_a_change_and_got_no_answer_shows_no_change_of_its_own(answered, bundle, tmp_path):
    bag = answered(8, {4: CHANGES[4]})
    # Answers come two images late, so that image 5, which has none, was there before image 4 was answered.
    late = [
        (topic, kind, ns + 200_000_000 * (topic == "/action"), message) for topic, kind, ns, message in bag.messages
    ]
    bag.messages = [item for item in late if not (item[0] == "/action" and image_number(item) == 5)]
    frames = _replay(bag.write(tmp_path / "bag"), bundle, embeddings="recorded")
    assert [item.settings.k for item in frames] == [10] * 4 + [3] * 4
