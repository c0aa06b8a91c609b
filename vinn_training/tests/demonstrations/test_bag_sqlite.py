import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from vinn_training.demonstrations.bag_messages import IMAGE, POSE
from vinn_training.demonstrations.bag_sqlite import index_file, open_file
from vinn_training.exceptions import InvalidDemonstration

TYPES = (IMAGE, POSE)


@pytest.fixture
def database(bag, tmp_path) -> Path:
    rng = np.random.default_rng(0)
    for index in range(60):
        bag.image(index * 0.1, rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
        bag.camera_pose(index * 0.1, (0, 0, 0))
    return bag.write(tmp_path / "bag") / "bag.db3"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_of_a_cut_file_most_of_what_is_there_is_found(database, share):
    content = database.read_bytes()
    database.write_bytes(content[: int(len(content) * share)])
    index = index_file(database, TYPES)
    assert "damaged after" in index.damage
    assert share - 0.15 <= index.topics["/image_raw"].count / 60 <= share + 0.05
    file = open_file(database)
    assert len(file.read(index.topics["/image_raw"].refs[0].key, 0)) > 12288
    file.close()


def test_before_schema_4_there_are_no_definitions(database):
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TABLE message_definitions")
    assert index_file(database, TYPES).topics["/image_raw"].definition == ""
    assert index_file(database, TYPES).topics["/image_raw"].count == 60


def test_messages_in_a_write_ahead_log_are_read(database, tmp_path):
    """rosbag2's resilient preset keeps the newest messages beside the file until it is closed."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("INSERT INTO messages (topic_id, timestamp, data) VALUES (1, 5, x'00010203')")
    connection.commit()
    for suffix in ("", "-wal"):  # as a killed recorder leaves them
        shutil.copy(f"{database}{suffix}", tmp_path / f"killed.db3{suffix}")
    connection.close()
    assert sum(topic.count for topic in index_file(tmp_path / "killed.db3", TYPES).topics.values()) == 121


def test_reading_leaves_nothing_beside_the_file(database):
    before = sorted(database.parent.iterdir())
    index = index_file(database, TYPES)
    open_file(database).read(index.topics["/image_raw"].refs[0].key, 10)
    assert sorted(database.parent.iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + bytes(5000)])
def test_what_is_no_bag_is_refused_with_its_name(tmp_path, content):
    path = tmp_path / "x.db3"
    path.write_bytes(content)
    with pytest.raises(InvalidDemonstration, match=rf"x\.db3: not readable .*\({len(content)} bytes\)"):
        index_file(path, TYPES)


def test_a_message_that_is_gone_is_named(database):
    with pytest.raises(InvalidDemonstration, match=r"bag\.db3: message 9999"):
        open_file(database).read((9999,), 0)
