import numpy as np
import pytest

from vinn_training.demonstrations.bag_files import find_bags
from vinn_training.demonstrations.bag_messages import TYPES, Messages, clock_note, joint_positions
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.exceptions import InvalidDemonstration, InvalidInput


def _messages(path, clock="header"):
    (files,) = find_bags(path)
    return Messages(Bag(files, TYPES), clock)


@pytest.mark.parametrize("storage", ["sqlite3", "mcap"])
def test_types_that_the_bag_defines_are_decoded(bag, tmp_path, storage):
    from rosbags.typesys import get_types_from_msg

    name = "vinn_msgs/msg/PolicyAction"
    bag.store.register(get_types_from_msg("std_msgs/Header header\nfloat32 gripper_opening\n", name))
    bag.add("/action", name, 1.0, bag.new(name, header=bag.header(1.0, "x"), gripper_opening=0.25))
    messages = _messages(bag.write(tmp_path / "bag", storage))
    series = messages.series(messages.bag.topics["/action"])
    assert [message.gripper_opening for message in series.messages] == [0.25]
    np.testing.assert_array_equal(series.times_ns, [bag.ns(1.0)])
    messages = _messages(tmp_path / "bag")
    messages.bag.topics["/action"].definition = ""
    with pytest.raises(InvalidDemonstration, match="which the bag does not define"):
        messages.series(messages.bag.topics["/action"])
    messages.bag.topics["/action"].definition = "float32 = = x ["
    with pytest.raises(InvalidDemonstration, match="cannot be used"):
        messages.series(messages.bag.topics["/action"])


def test_messages_that_cannot_be_decoded_are_counted(bag, tmp_path, monkeypatch):
    for index in range(3):
        bag.camera_pose(index * 0.1, (index, 0, 0))
    messages = _messages(bag.write(tmp_path / "bag"))
    original, calls = messages.bag.read, []
    monkeypatch.setattr(
        messages.bag, "read", lambda ref: original(ref)[: 30 if calls.append(1) or len(calls) == 2 else None]
    )
    series = messages.series(messages.bag.topics["/wrist_camera_pose"])
    assert [message.pose.position.x for message in series.messages] == [0, 2]
    assert series.unreadable == 1
    assert "1 of 3 messages cannot be decoded" in messages.notes[0]


def test_which_times_count(bag, tmp_path):
    bag.camera_pose(1.0, (0, 0, 0))
    path = bag.write(tmp_path / "bag")
    by_header, by_receipt = _messages(path), _messages(path, "receive")
    topic = "/wrist_camera_pose"
    assert by_header.series(by_header.bag.topics[topic]).times_ns[0] == bag.ns(1.0)
    assert by_receipt.series(by_receipt.bag.topics[topic]).times_ns[0] == bag.ns(1.004)
    assert by_header.clock_offsets_s == {topic: 0.004}


def test_clocks_that_differ_are_noticed():
    assert clock_note({}) == clock_note({"/a": 0.01, "/b": 0.05}) == ""
    assert "stamps of /b are 2.000 s older at receipt than those of /a" in clock_note({"/a": 0.0, "/b": 2.0})


def test_joint_states_must_be_whole(bag):
    bag.joints(0.0, {"joint_lift": 0.5})
    message = bag.messages[-1][3]
    assert joint_positions(message) == {"joint_lift": 0.5}
    message.name.append("joint_arm_l0")
    with pytest.raises(InvalidInput, match="2 names and 1 positions"):
        joint_positions(message)
