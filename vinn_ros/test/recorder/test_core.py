from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_directory
from rclpy.serialization import serialize_message
from rosbags.rosbag2 import Reader

from vinn_msgs.msg import Neighbor, PolicyAction
from vinn_ros.recorder.core import BagRecorder, typestore_with
from vinn_training.exceptions import InvalidInput


@pytest.fixture
def store():
    return typestore_with("vinn_msgs", Path(get_package_share_directory("vinn_msgs")) / "msg")


def _action(gripper):
    neighbor = Neighbor(demonstration="a", frame=7, distance=1.5, weight=1.0)
    return PolicyAction(gripper_opening=gripper, neighbors=[neighbor])


def test_a_bag_gives_back_what_was_written(tmp_path, store):
    recorder = BagRecorder(tmp_path / "bags", store)
    recorder.add_topic("/action", "vinn_msgs/msg/PolicyAction")
    for index in range(3):
        recorder.write("/action", serialize_message(_action(index / 4)), 1000 + index)
    recorder.close()
    with Reader(recorder.path) as reader:
        read = [(time, store.deserialize_cdr(data, topic.msgtype)) for topic, time, data in reader.messages()]
    assert [time for time, _ in read] == [1000, 1001, 1002]
    assert [message.gripper_opening for _, message in read] == [0.0, 0.25, 0.5]
    assert (read[0][1].neighbors[0].demonstration, read[0][1].neighbors[0].frame) == ("a", 7)


def test_what_was_flushed_survives_a_kill(tmp_path, store):
    recorder = BagRecorder(tmp_path, store)
    recorder.add_topic("/action", "vinn_msgs/msg/PolicyAction")
    recorder.write("/action", serialize_message(_action(0.5)), 1)
    recorder.flush()
    recorder.write("/action", serialize_message(_action(0.6)), 2)  # not flushed, and the process dies here
    database = sqlite3.connect(next(recorder.path.glob("*.db3")))
    assert database.execute("SELECT timestamp FROM messages").fetchall() == [(1,)]


def test_each_recording_is_a_bag_of_its_own(tmp_path, store):
    assert BagRecorder(tmp_path, store).path != BagRecorder(tmp_path, store).path


def test_an_unusable_directory_is_named(tmp_path, store):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match=r"cannot create a bag in .*file"):
        BagRecorder(tmp_path / "file", store)
    with pytest.raises(InvalidInput, match=r"no \.msg file"):
        typestore_with("vinn_msgs", tmp_path)
