"""Storage files of rosbag2's MCAP plugin (format: mcap.dev/spec), whole or cut; their index is not needed."""

from __future__ import annotations

import struct
import sys
from collections.abc import Collection, Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

from vinn_training.demonstrations.bag_storage import FileIndex, MessageRef, Topic
from vinn_training.exceptions import InvalidDemonstration

MAGIC = b"\x89MCAP0\r\n"

_HEADER, _FOOTER, _SCHEMA, _CHANNEL, _MESSAGE, _CHUNK, _DATA_END = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0F
_RECORD = struct.Struct("<BQ")  # opcode, length of what follows
_MESSAGE_START = struct.Struct("<HIQQ")  # channel, sequence, log time, publish time
#: No recorder makes chunks anywhere near this; a broken length must not make us allocate.
_MAX_CHUNK_BYTES = 1 << 30


class _Broken(Exception):
    """The file cannot be followed from here on."""


class _Record(NamedTuple):
    opcode: int
    start: int
    length: int


class _Chunk(NamedTuple):
    """Records of a chunk, and where they begin in the file if they lie there as they are."""

    data: bytes
    offset: int | None


def unpack_zstd(data: bytes) -> bytes:
    """Return zstd-compressed bytes unpacked."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    return bytes(zstd.decompress(data))


def index_file(path: Path, types: Collection[str]) -> FileIndex:
    """Return the topics of a file and where the messages of these types are.

    The whole file is gone through once, chunk by chunk: that works as well where the recorder was killed before it
    could write the index at the end.

    Raises:
        InvalidDemonstration: If it is no MCAP file.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise InvalidDemonstration(
                    f"{path}: not an MCAP file ({path.stat().st_size} bytes); expected it to begin with the MCAP mark"
                )
            indexer = _Indexer(types)
            damage = indexer.run(file, path.stat().st_size)
    except OSError as error:
        raise InvalidDemonstration(f"{path}: cannot be read: {error.strerror or error}") from error
    return FileIndex(indexer.by_name(), damage)


class _Indexer:
    def __init__(self, types: Collection[str]) -> None:
        self._types = types
        self._schemas: dict[int, tuple[str, str]] = {}
        self._channels: dict[int, Topic] = {}

    def by_name(self) -> dict[str, Topic]:
        topics: dict[str, Topic] = {}
        for topic in self._channels.values():
            known = topics.setdefault(topic.name, topic)
            if known is not topic and known.type == topic.type:
                known.count += topic.count
                known.refs += topic.refs
        return topics

    def run(self, file: BinaryIO, size: int) -> str:
        """Index all records and return what is lost, or ""."""
        lost_chunks = 0
        try:
            for record in _records(file, len(MAGIC), size):
                if record.opcode in (_DATA_END, _FOOTER):
                    return f"{lost_chunks} damaged chunks are lost" if lost_chunks else ""
                if record.opcode == _CHUNK:
                    lost_chunks += not self._take_chunk(file, record, size)
                else:
                    self._take(file, record, (), 0)
        except _Broken as error:
            count = sum(topic.count for topic in self._channels.values())
            return f"cut off after {count} messages ({error})"
        return "its end is missing"

    def _take_chunk(self, file: BinaryIO, record: _Record, size: int) -> bool:
        """Index the messages of a chunk; return False if it is damaged."""
        is_cut = record.start + record.length > size
        try:
            content = _read_chunk(file, record.start, min(record.length, size - record.start), is_cut)
        except _Broken:
            if is_cut:
                raise
            return False
        inner = BytesIO(content.data)
        for part in _records(inner, 0, len(content.data)):
            # Of an uncompressed chunk, a message is read by itself later on.
            chunk = () if content.offset is not None else (record.start, record.length)
            self._take(inner, part, chunk, content.offset or 0)
        return not is_cut

    def _take(self, file: BinaryIO, record: _Record, chunk: tuple[int, ...], offset: int) -> None:
        try:
            self._take_record(file, record, chunk, offset)
        except (struct.error, UnicodeDecodeError) as error:
            raise _Broken(f"a record at byte {record.start} makes no sense") from error

    def _take_record(self, file: BinaryIO, record: _Record, chunk: tuple[int, ...], offset: int) -> None:
        if record.opcode == _MESSAGE:
            if record.length < _MESSAGE_START.size:
                raise _Broken(f"a message of {record.length} bytes")
            channel, _, time_ns, _ = _MESSAGE_START.unpack(_read(file, record.start, _MESSAGE_START.size))
            topic = self._channels.get(channel)
            if topic is not None:
                topic.count += 1
                if topic.type in self._types:
                    start, length = record.start + _MESSAGE_START.size, record.length - _MESSAGE_START.size
                    topic.refs.append(MessageRef(time_ns, 0, (offset + start, length, *chunk)))
        elif record.opcode == _SCHEMA:
            fields = _Fields(_read(file, record.start, record.length))
            number, name, encoding = fields.number("<H"), fields.text(), fields.text()
            self._schemas[number] = (name, fields.text() if encoding == "ros2msg" else "")
        elif record.opcode == _CHANNEL:
            fields = _Fields(_read(file, record.start, record.length))
            number, schema = fields.number("<H"), fields.number("<H")
            name, definition = self._schemas.get(schema, ("", ""))
            self._channels.setdefault(number, Topic(fields.text(), name, definition))


def open_file(path: Path) -> _OpenMcap:
    """Open a file for reading messages by their place."""
    return _OpenMcap(path)


class _OpenMcap:
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise InvalidDemonstration(f"{path}: cannot be opened: {error.strerror or error}") from error
        # One chunk is kept unpacked: the next image is most often in it.
        self._chunk = lru_cache(maxsize=1)(self._read_chunk)

    def read(self, key: tuple[int, ...], limit: int) -> bytes:
        start, length, *chunk = key
        wanted = min(length, limit) if limit else length
        try:
            if chunk:
                content = self._chunk(chunk[0], chunk[1]).data[start : start + wanted]
                if len(content) != wanted:
                    raise _Broken("the file is shorter than it was")
                return content
            return _read(self._file, start, wanted)
        except (OSError, _Broken) as error:
            raise InvalidDemonstration(f"{self._path}: a message at byte {start} cannot be read: {error}") from error

    def close(self) -> None:
        self._file.close()

    def _read_chunk(self, start: int, length: int) -> _Chunk:
        self._file.seek(0, 2)
        there = min(length, self._file.tell() - start)
        return _read_chunk(self._file, start, there, there < length)


def _records(file: BinaryIO, start: int, size: int) -> Iterator[_Record]:
    """Yield the records from `start`; a chunk may reach beyond the end, to be salvaged, nothing else may.

    Raises:
        _Broken: If a record is cut.
    """
    while start < size:
        if size - start < _RECORD.size:
            raise _Broken(f"a record is cut at byte {start}")
        opcode, length = _RECORD.unpack(_read(file, start, _RECORD.size))
        body = start + _RECORD.size
        if opcode == 0 or (opcode != _CHUNK and body + length > size):
            raise _Broken(f"a record is cut at byte {start}")
        yield _Record(opcode, body, length)
        start = body + length


def _read_chunk(file: BinaryIO, start: int, length: int, is_cut: bool) -> _Chunk:
    """Return a chunk's records, unpacked.

    Raises:
        _Broken: If it is damaged; of a cut one only an uncompressed part can be saved.
    """
    if not 0 <= length <= _MAX_CHUNK_BYTES:
        raise _Broken(f"a chunk of {length} bytes")
    fields = _Fields(_read(file, start, length))
    try:
        _, _, unpacked, checksum = (fields.number("<Q"), fields.number("<Q"), fields.number("<Q"), fields.number("<I"))
        compression, packed = fields.text(), fields.number("<Q")
        offset = None if compression else start + fields.at
    except (struct.error, UnicodeDecodeError) as error:
        raise _Broken("a chunk is cut") from error
    data = fields.rest()[:packed]
    if is_cut and compression:
        raise _Broken("a compressed chunk is cut")
    if compression:
        try:
            data = _unpack(compression, data)
        except Exception as error:  # the compression libraries raise their own kinds
            raise _Broken(f"a chunk cannot be unpacked ({error})") from error
    if not is_cut and (len(data) != unpacked or (checksum and crc32(data) != checksum)):
        raise _Broken("a chunk's checksum is wrong")
    return _Chunk(data, offset)


def _unpack(compression: str, data: bytes) -> bytes:
    if compression == "zstd":
        return unpack_zstd(data)
    if compression == "lz4":
        from lz4.frame import decompress

        return bytes(decompress(data))
    raise _Broken(f"compression '{compression}' is unknown")


def _read(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    data = file.read(length)
    if len(data) != length:
        raise _Broken(f"a record is cut at byte {start}")
    return data


class _Fields:
    """Takes numbers and texts off the front of a record."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self._data, self.at)
        self.at += struct.calcsize(form)
        return int(value)

    def text(self) -> str:
        length = self.number("<I")
        self.at += length
        return self._data[self.at - length : self.at].decode()

    def rest(self) -> bytes:
        return self._data[self.at :]
