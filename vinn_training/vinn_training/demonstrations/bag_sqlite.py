"""Storage files of rosbag2's sqlite3 plugin, whole or cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from pathlib import Path
from urllib.parse import quote

from vinn_training.demonstrations.bag_storage import FileIndex, MessageRef, Topic
from vinn_training.exceptions import InvalidDemonstration


def index_file(path: Path, types: Collection[str]) -> FileIndex:
    """Return the topics of a file and where the messages of these types are.

    Raises:
        InvalidDemonstration: If it is no such file or its topics cannot be read.
    """
    connection = _connect(path)
    try:
        names = _read_topics(connection)
    except sqlite3.Error as error:
        raise InvalidDemonstration(
            f"{path}: not readable as a bag of rosbag2's sqlite3 storage: {error} ({path.stat().st_size} bytes)"
        ) from error
    else:
        damage = _index_messages(connection, names, types)
    finally:
        connection.close()
    topics: dict[str, Topic] = {}
    for topic in names.values():
        known = topics.setdefault(topic.name, topic)
        if known is not topic and known.type == topic.type:  # recorded by two publishers with other settings
            known.count += topic.count
            known.refs += topic.refs
    return FileIndex(topics, damage)


def open_file(path: Path) -> _OpenSqlite:
    """Open a file for reading messages by their row."""
    return _OpenSqlite(path)


class _OpenSqlite:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = _connect(path)

    def read(self, key: tuple[int, ...], limit: int) -> bytes:
        (row,) = key
        try:
            if limit and hasattr(self._connection, "blobopen"):  # Python 3.11: leaves the rest of an image unread
                with self._connection.blobopen("messages", "data", row, readonly=True) as blob:
                    return bytes(blob.read(limit))
            found = self._connection.execute("SELECT data FROM messages WHERE id = ?", (row,)).fetchone()
        except sqlite3.Error as error:
            raise InvalidDemonstration(f"{self._path}: message {row} cannot be read: {error}") from error
        if found is None or not isinstance(found[0], bytes):
            raise InvalidDemonstration(f"{self._path}: message {row} is not there any more; was the bag replaced?")
        return found[0]

    def close(self) -> None:
        self._connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    """Open for reading, without leaving anything beside the file."""
    # Messages that are still in a write-ahead log need the log, and so locks; all else is read as it lies there.
    log = path.with_name(path.name + "-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True, check_same_thread=False)
        # Without this, SQLite refuses a file that is shorter than it says, though most of it is there.
        connection.execute("PRAGMA writable_schema = ON")
    except sqlite3.Error as error:
        raise InvalidDemonstration(f"{path}: cannot be opened: {error}") from error
    return connection


def _read_topics(connection: sqlite3.Connection) -> dict[int, Topic]:
    topics = {
        int(number): Topic(str(name), str(kind))
        for number, name, kind in connection.execute("SELECT id, name, type FROM topics")
    }
    try:
        definitions = dict(
            connection.execute("SELECT topic_type, encoded_message_definition FROM message_definitions").fetchall()
        )
    except sqlite3.Error:  # before rosbag2's schema 4, or cut off
        definitions = {}
    for topic in topics.values():
        topic.definition = str(definitions.get(topic.type, ""))
    return topics


def _index_messages(connection: sqlite3.Connection, topics: dict[int, Topic], types: Collection[str]) -> str:
    """Fill in the topics' messages as far as they can be read, and return what stopped it, or ""."""
    try:
        # By row, not by time: the index of times lies all over the file and is the first to be lost.
        for row, number, time_ns in connection.execute("SELECT id, topic_id, timestamp FROM messages ORDER BY id"):
            topic = topics.get(number)
            if topic is None:
                continue
            topic.count += 1
            if topic.type in types:
                topic.refs.append(MessageRef(int(time_ns), 0, (int(row),)))
    except sqlite3.Error as error:
        count = sum(topic.count for topic in topics.values())
        return f"damaged after {count} messages ({error})"
    return ""
