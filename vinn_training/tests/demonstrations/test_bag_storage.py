"""What rosbags' own reader finds is the oracle."""

import os
from pathlib import Path

import numpy as np
import pytest

from vinn_training.demonstrations import bag_storage
from vinn_training.demonstrations.bag_files import find_bags
from vinn_training.demonstrations.bag_messages import IMAGE, POSE, TYPES
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.exceptions import InvalidDemonstration


def _bag(path, types=TYPES):
    (files,) = find_bags(path)
    return Bag(files, types)


@pytest.mark.parametrize(
    ("storage", "compression"),
    [("sqlite3", ""), ("sqlite3", "message"), ("mcap", ""), ("mcap", "message"), ("mcap", "storage")],
)
def test_every_message_is_the_one_that_rosbags_reads(camera_path, tmp_path, storage, compression):
    from rosbags.rosbag2 import Reader

    rng = np.random.default_rng(0)
    for index in range(12):  # more than a chunk
        camera_path.image(2.0 + index * 0.1, rng.integers(0, 256, (300, 400, 3), dtype=np.uint8))
    path = camera_path.write(tmp_path / "bag", storage, compression)
    bag = _bag(path)
    with Reader(path) as reader:
        expected = [(connection.topic, time_ns, bytes(data)) for connection, time_ns, data in reader.messages()]
    found = [(topic.name, ref.time_ns, bag.read(ref)) for topic in bag.topics.values() for ref in topic.refs]
    assert sorted(found) == sorted(expected)
    assert bag.problems == []
    start = bag.read(bag.topics["/image_raw"].refs[-1], 64)
    assert bag.read(bag.topics["/image_raw"].refs[-1]).startswith(start)
    assert bag.topics["/image_raw"].count == 33
    assert bag.describe_topics() == f"/image_raw ({IMAGE}, 33), /wrist_camera_pose ({POSE}, 41)"


def test_messages_of_other_types_are_counted_only(camera_path, tmp_path):
    bag = _bag(camera_path.write(tmp_path / "bag"), types=(POSE,))
    assert (bag.topics["/image_raw"].count, bag.topics["/image_raw"].refs) == (21, [])


def test_definitions_are_kept(camera_path, tmp_path):
    for storage in ("sqlite3", "mcap"):
        bag = _bag(camera_path.write(tmp_path / storage, storage))
        assert "uint32 width" in bag.topics["/image_raw"].definition


def test_few_files_are_open_at_one_time(camera_path, tmp_path):
    bags = [_bag(camera_path.write(tmp_path / f"bag_{i}", "mcap" if i % 2 else "sqlite3")) for i in range(10)]
    for bag in bags:
        bag.read(bag.topics["/image_raw"].refs[0])
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("open files are listed on Linux only")
    links = [os.readlink(entry) for entry in folder.iterdir() if entry.is_symlink() and os.path.lexists(entry)]
    assert 0 < sum(str(tmp_path) in link for link in links) <= bag_storage.MAX_OPEN_FILES


def test_a_replaced_bag_is_read_anew(camera_path, tmp_path):
    first = _bag(camera_path.write(tmp_path / "bag"))
    first.read(first.topics["/image_raw"].refs[0])
    (tmp_path / "bag").rename(tmp_path / "old")
    camera_path.image(3.0)
    second = _bag(camera_path.write(tmp_path / "bag"))
    assert len(second.read(second.topics["/image_raw"].refs[-1])) > 100


def test_a_bag_in_several_files_is_one(camera_path, bag, tmp_path):
    path = camera_path.write(tmp_path / "bag")
    later = bag.__class__()
    later.image(9.0)
    other = later.write(tmp_path / "later", "sqlite3")
    (path / "bag.db3").rename(path / "bag_0.db3")
    (other / "later.db3").rename(path / "bag_1.db3")
    (path / "metadata.yaml").unlink()
    whole = _bag(path)
    assert [len(whole.topics["/image_raw"].refs), whole.topics["/image_raw"].refs[-1].file] == [22, 1]
    (path / "bag_0.db3").write_bytes(b"nothing")
    rest = _bag(path)
    assert rest.topics["/image_raw"].count == 1
    assert any("bag_0.db3" in problem for problem in rest.problems)


def test_a_packed_file_says_how_to_unpack_it(camera_path, tmp_path):
    path = camera_path.write(tmp_path / "bag", compression="file")
    with pytest.raises(InvalidDemonstration, match=r"bag\.db3\.zstd: .*zstd -d"):
        _bag(path)
