"""Writes serialised ROS messages into a rosbag2 bag (sqlite3), safe against being killed; no rclpy."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from rosbags.interfaces import Connection
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.rosbag2.errors import WriterError
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from vinn_training.exceptions import InvalidInput


def typestore_with(package: str, message_directory: Path) -> Typestore:
    """Return ROS 2's standard message types and those of `package`, read from its .msg files.

    Raises:
        InvalidInput: If the directory holds no message definition.
    """
    store = get_typestore(Stores.ROS2_JAZZY)
    paths = sorted(message_directory.glob("*.msg"))
    if not paths:
        raise InvalidInput(f"no .msg file in {message_directory}; expected the definitions of {package}")
    for path in paths:
        store.register(get_types_from_msg(path.read_text(), f"{package}/msg/{path.stem}"))
    return store


class BagRecorder:
    """One bag in a new directory below `output`, named by the time.

    What has been written is on disk after each `flush`; a bag whose recorder was killed lacks only
    metadata.yaml, which `ros2 bag reindex` makes.

    Args:
        output: Directory for bags; created if missing.
        typestore: The types of the messages to come.

    Raises:
        InvalidInput: If the bag cannot be created there.
    """

    def __init__(self, output: Path, typestore: Typestore) -> None:
        self.path = output / datetime.now().strftime("bag_%Y%m%d_%H%M%S_%f")
        self._typestore = typestore
        self._connections: dict[str, Connection] = {}
        self._writer = Writer(self.path, version=8, storage_plugin=StoragePlugin.SQLITE3)
        try:
            self._writer.open()
        except (OSError, WriterError, sqlite3.Error) as error:
            raise InvalidInput(f"cannot create a bag in {output}: {error}; expected a writable directory") from error
        self.message_count = 0

    def add_topic(self, topic: str, message_type: str) -> None:
        """Announce a topic, for example ("/action", "vinn_msgs/msg/PolicyAction")."""
        self._connections[topic] = self._writer.add_connection(topic, message_type, typestore=self._typestore)

    def write(self, topic: str, data: bytes, time_ns: int) -> None:
        """Append one serialised message, received at `time_ns`.

        Raises:
            InvalidInput: If it cannot be stored (disk full, for one); what was stored before stays.
        """
        try:
            self._writer.write(self._connections[topic], time_ns, data)
        except (OSError, sqlite3.Error) as error:
            raise InvalidInput(f"cannot write to {self.path}: {error}; is the disk full?") from error
        self.message_count += 1

    def flush(self) -> None:
        """Commit what was written, so that a SIGKILL cannot take it back.

        Raises:
            InvalidInput: If the disk refuses.
        """
        # rosbags commits on close only; its sqlite3 storage exposes the connection.
        connection = getattr(self._writer.storage, "conn", None)
        if connection is None:
            return
        try:
            connection.commit()
        except sqlite3.Error as error:
            raise InvalidInput(f"cannot write to {self.path}: {error}; is the disk full?") from error

    def close(self) -> None:
        """Write the metadata and close the bag."""
        if self._writer.storage is not None:
            self._writer.close()
