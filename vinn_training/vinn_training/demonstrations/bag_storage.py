"""A bag's messages by topic: an index in memory, the bytes on disk until they are asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Protocol

from vinn_training.demonstrations.bag_files import BagFiles
from vinn_training.exceptions import InvalidDemonstration

#: Files of bags that are open at one time, in the whole process.
MAX_OPEN_FILES = 8


class MessageRef(NamedTuple):
    """Where one message is.

    Attributes:
        time_ns: When the recorder received it, since the epoch.
        file: Which of the bag's files.
        key: Place within it, known to the storage only.
    """

    time_ns: int
    file: int
    key: tuple[int, ...]


@dataclass
class Topic:
    """One topic of a bag.

    Attributes:
        name: Its name.
        type: Message type, as "sensor_msgs/msg/Image".
        definition: The type's definition as the bag has it, or "".
        count: Messages.
        refs: Where they are, in order of receipt; empty for types that were not asked for.
    """

    name: str
    type: str
    definition: str = ""
    count: int = 0
    refs: list[MessageRef] = field(default_factory=list)


class FileIndex(NamedTuple):
    """What one storage file holds.

    Attributes:
        topics: By name; the `file` of their messages is 0.
        damage: What of the file is lost, or "".
    """

    topics: dict[str, Topic]
    damage: str


class OpenFile(Protocol):
    """An open storage file."""

    def read(self, key: tuple[int, ...], limit: int) -> bytes:
        """Return a message's bytes, or only the first `limit` of them where that is not 0."""

    def close(self) -> None:
        """Close it."""


class _OpenFiles:
    """Keeps the files that were read last open; one reads at a time."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._files: OrderedDict[Path, OpenFile] = OrderedDict()

    def read(self, path: Path, key: tuple[int, ...], limit: int) -> bytes:
        with self._lock:
            if path not in self._files:
                self._files[path] = _storage(path).open_file(path)
            self._files.move_to_end(path)
            while len(self._files) > self._limit:
                self._files.popitem(last=False)[1].close()
            return self._files[path].read(key, limit)

    def close(self, paths: Collection[Path]) -> None:
        with self._lock:
            for path in paths:
                if path in self._files:
                    self._files.pop(path).close()


_OPEN_FILES = _OpenFiles(MAX_OPEN_FILES)


class Bag:
    """One bag with the messages of the types that were asked for. Safe to read from several threads.

    Args:
        files: What is on disk.
        types: Message types whose messages can be read; of others only the number is known.

    Raises:
        InvalidDemonstration: If nothing of it can be read; the message names the file.
    """

    def __init__(self, files: BagFiles, types: Collection[str]) -> None:
        self.name = files.name
        self.path = files.path
        self._files = files.files
        self._unpack = _zstd() if files.has_compressed_messages else None
        self.problems = list(files.problems)
        self.topics: dict[str, Topic] = {}
        _OPEN_FILES.close(self._files)  # a file of that name may be another by now
        failures = []
        for number, path in enumerate(self._files):
            try:
                index = _storage(path).index_file(path, types)
            except InvalidDemonstration as error:
                failures.append(str(error))
                continue
            if index.damage:
                self.problems.append(f"{path.name}: {index.damage}")
            self._merge(number, index.topics)
        if failures and len(failures) == len(self._files):
            raise InvalidDemonstration(failures[0])
        if not self._files:
            raise InvalidDemonstration(f"{self.path}: the bag has no .mcap or .db3 file ({'; '.join(self.problems)})")
        self.problems += failures
        for topic in self.topics.values():
            topic.refs.sort(key=lambda ref: ref.time_ns)

    def read(self, ref: MessageRef, limit: int = 0) -> bytes:
        """Return a serialised message, or its first `limit` bytes (at least) where that is not 0.

        Raises:
            InvalidDemonstration: If the file cannot be read there; the message names it.
        """
        data = _OPEN_FILES.read(self._files[ref.file], ref.key, 0 if self._unpack else limit)
        if self._unpack is None:
            return data
        try:
            return self._unpack(data)
        except Exception as error:  # the library's own, which may be one of two
            raise InvalidDemonstration(
                f"{self._files[ref.file]}: a compressed message cannot be unpacked: {error}"
            ) from error

    def describe_topics(self) -> str:
        """Return all topics with type and number of messages, for an error's text."""
        listed = [f"{topic.name} ({topic.type}, {topic.count})" for _, topic in sorted(self.topics.items())]
        return ", ".join(listed) or "none"

    def _merge(self, number: int, topics: Mapping[str, Topic]) -> None:
        for name, found in topics.items():
            topic = self.topics.setdefault(name, replace(found, count=0, refs=[]))
            if topic.type != found.type:
                self.problems.append(f"{name} is {topic.type} and {found.type}; only the first is read")
                continue
            topic.count += found.count
            topic.refs += [ref._replace(file=number) for ref in found.refs]


class _Storage(Protocol):
    """What a module of a storage format offers."""

    def index_file(self, path: Path, types: Collection[str]) -> FileIndex:
        """Return what is in a file."""

    def open_file(self, path: Path) -> OpenFile:
        """Open it for reading messages."""


def _storage(path: Path) -> _Storage:
    from vinn_training.demonstrations import bag_mcap, bag_sqlite

    if path.suffix == ".zstd":
        raise InvalidDemonstration(
            f"{path}: the whole file is compressed; unpack it with `zstd -d --rm {path.name}` and delete metadata.yaml"
        )
    return bag_mcap if path.suffix == ".mcap" else bag_sqlite


def _zstd() -> Callable[[bytes], bytes]:
    from vinn_training.demonstrations.bag_mcap import unpack_zstd

    return unpack_zstd
