"""A recorded session read back: what stands in it, and what is said of a bag that is not one."""

from __future__ import annotations

import numpy as np
import pytest

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidDemonstration
from vinn_training.policy.config import PolicyConfig
from vinn_training.replay.session import read_session

from .conftest import DELAY_NS, EPOCH_NS, pictures


def _small(bag, count=5):
    config = PolicyConfig(k=7, temperature=0.5, action_scale=(0.25, 0.5, 1.0))
    for index, picture in enumerate(pictures(count)):
        bag.image(index * 0.1, picture)
        bag.camera_pose(index * 0.1, (index * 0.01, 0.0, 0.0))
        bag.embedding(index * 0.1, [index, 1.0], "encoder")
        bag.action(index * 0.1, config=config, neighbors=[("a", index, 0.5, 0.75), ("b", 3, 1.0, 0.25)])
        bag.command(index * 0.1, clipped=["lift"])
    return bag


@pytest.mark.parametrize("storage", ["sqlite3", "mcap"])
def test_everything_of_a_session_is_read(bag, tmp_path, storage):
    _small(bag).parameter_event(0.25, "/policy", {"k": 9, "action_scale": [0.5, 0.5, 0.5], "temperature": 2.0})
    bag.bank_state(0.15, 1, "changed", ["a", "b"], ["b"])
    session = read_session(bag.write(tmp_path / "bag", storage))

    assert [frame.stamp_ns for frame in session.frames] == [EPOCH_NS + index * 10**8 for index in range(5)]
    assert session.frames[2].received_ns == EPOCH_NS + 2 * 10**8 + DELAY_NS
    np.testing.assert_array_equal(session.frames[2].read(), pictures(5)[2])
    embedding = session.embeddings[3]
    assert (embedding.stamp_ns, embedding.encoder_id) == (EPOCH_NS + 3 * 10**8, "encoder")
    assert embedding.received_ns - embedding.stamp_ns == 20_000_000
    np.testing.assert_array_equal(embedding.embedding, np.float32([3.0, 1.0]))
    action = session.actions[4]
    assert action.settings == PolicyConfig(k=7, temperature=0.5, action_scale=(0.25, 0.5, 1.0))
    assert [tuple(item) for item in action.neighbors] == [("a", 4, 0.5, 0.75), ("b", 3, 1.0, 0.25)]
    assert (action.gripper, action.hold, action.bank_id) == (GripperState.OPEN, False, "bank")
    np.testing.assert_array_equal(action.translation, [0.0, 0.0, 0.8])
    command = session.commands[1]
    assert (command.sent_at_ns - command.stamp_ns, command.clipped, command.stopped) == (50_000_000, ("lift",), False)
    np.testing.assert_array_equal(command.commanded_m, [0.02, 0.0, 0.0])
    changes = {change.name: change.value for change in session.parameter_changes}
    assert changes == {"k": 9, "action_scale": (0.5, 0.5, 0.5), "temperature": 2.0}  # not what it declared
    assert {change.time_ns for change in session.parameter_changes} == {EPOCH_NS + 250_000_000}
    (bank,) = session.banks
    assert (bank.bank_id, bank.version, bank.disabled) == ("changed", 1, ("b",))


def test_what_really_happened_comes_from_the_conversion_of_bags(bag, tmp_path):
    session = read_session(_small(bag).write(tmp_path / "bag"))
    assert session.demonstration is not None
    np.testing.assert_allclose(session.demonstration.directions[:4], np.tile([1.0, 0.0, 0.0], (4, 1)), atol=1e-6)
    assert session.demonstration_meaning["poses"] == "poses on /wrist_camera_pose"
    assert session.demonstration_meaning["gripper"] == "commands of the bridge on /command"


def test_a_bag_without_poses_says_why_nothing_is_known_of_the_motion(bag, tmp_path):
    for index, picture in enumerate(pictures(3)):
        bag.image(index * 0.1, picture)
    session = read_session(bag.write(tmp_path / "bag"))
    assert session.demonstration is None
    assert "/image_raw" in session.demonstration_problem
    assert session.actions == session.embeddings == session.commands == ()


def test_a_bag_without_images_is_refused_unless_they_are_not_needed(bag, tmp_path):
    bag.action(0.0)
    path = bag.write(tmp_path / "bag")
    with pytest.raises(InvalidDemonstration, match=r"no image topic; the bag has: /action"):
        read_session(path)
    session = read_session(path, images="optional")
    assert "no image topic" in " ".join(session.notes)
    assert len(read_session(path, images="unwanted").actions) == 1


def test_a_cut_bag_gives_what_is_left_and_says_so(bag, tmp_path):
    for index, picture in enumerate(pictures(60)):
        bag.image(index * 0.1, picture)
        bag.action(index * 0.1)
    path = bag.write(tmp_path / "bag", "mcap")
    (file,) = path.glob("*.mcap")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    session = read_session(path)
    assert 15 <= len(session.frames) <= 45
    assert 15 <= len(session.actions) <= 45
    assert "cut off" in " ".join(session.notes)


def test_a_bag_whose_damage_took_all_images_says_so(bag, tmp_path):
    _small(bag)
    path = bag.write(tmp_path / "bag", "mcap")
    (file,) = path.glob("*.mcap")
    content = file.read_bytes()
    file.write_bytes(content[: content.index(b"/image_raw") + 400])  # in the middle of the first image
    with pytest.raises(InvalidDemonstration, match=r"the bag is damaged: .*cut"):
        read_session(path)
