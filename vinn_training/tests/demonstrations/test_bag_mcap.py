import struct
from pathlib import Path

import numpy as np
import pytest

from vinn_training.demonstrations.bag_mcap import MAGIC, index_file, open_file
from vinn_training.demonstrations.bag_messages import IMAGE, POSE
from vinn_training.exceptions import InvalidDemonstration

TYPES = (IMAGE, POSE)


def _record(opcode: int, content: bytes) -> bytes:
    return struct.pack("<BQ", opcode, len(content)) + content


def _text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode()


def _channel(number: int, topic: str) -> bytes:
    return _record(4, struct.pack("<HH", number, 1) + _text(topic) + _text("cdr") + struct.pack("<I", 0))


def _message(number: int, time_ns: int, data: bytes) -> bytes:
    return _record(5, struct.pack("<HIQQ", number, 0, time_ns, time_ns) + data)


SCHEMA = _record(3, struct.pack("<H", 1) + _text(POSE) + _text("ros2msg") + _text("the definition"))
START = MAGIC + _record(1, _text("ros2") + _text("test")) + SCHEMA + _channel(7, "/pose")
END = _record(15, bytes(4)) + _record(2, bytes(20)) + MAGIC


def _chunk(content: bytes, compression: str = "", checksum: int = 0, packed: bytes | None = None) -> bytes:
    packed = content if packed is None else packed
    head = struct.pack("<QQQI", 0, 0, len(content), checksum)
    return _record(6, head + _text(compression) + struct.pack("<Q", len(packed)) + packed)


def _write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "x.mcap"
    path.write_bytes(content)
    return path


def _data(path: Path) -> list[bytes]:
    topic = index_file(path, TYPES).topics["/pose"]
    file = open_file(path)
    return [file.read(ref.key, 0) for ref in topic.refs]


def test_messages_outside_of_chunks_and_in_chunks_of_each_compression(tmp_path):
    """As rosbag2's fastwrite and zstd presets write them; hand-made from the format's specification."""
    frame = pytest.importorskip("lz4.frame", reason="rosbags is not installed")
    from backports import zstd

    content = _message(7, 3, b"three") + _message(7, 4, b"four")
    packed = _chunk(content, "zstd", 0, zstd.compress(content))
    five = _message(7, 5, b"five")
    packed += _chunk(five, "lz4", 0, frame.compress(five))
    path = _write(tmp_path, START + _message(7, 1, b"one") + _chunk(_message(7, 2, b"two")) + packed + END)
    index = index_file(path, TYPES)
    assert index.damage == ""
    assert (index.topics["/pose"].type, index.topics["/pose"].definition) == (POSE, "the definition")
    assert [ref.time_ns for ref in index.topics["/pose"].refs] == [1, 2, 3, 4, 5]
    assert _data(path) == [b"one", b"two", b"three", b"four", b"five"]
    assert open_file(path).read(index.topics["/pose"].refs[2].key, 2) == b"th"


def test_every_cut_gives_the_messages_before_it(tmp_path):
    parts = [_message(7, index, b"%04d" % index * 5) for index in range(10)]
    chunks = _chunk(b"".join(parts[:4])) + _chunk(b"".join(parts[4:8])) + b"".join(parts[8:])
    whole = START + chunks + END
    counts = []
    for size in range(len(START), len(whole), 7):
        path = _write(tmp_path, whole[:size])
        index = index_file(path, TYPES)
        assert bool(index.damage) or size >= len(whole) - len(MAGIC) - 29
        data = _data(path)
        assert data == [b"%04d" % index * 5 for index in range(len(data))]
        counts.append(len(data))
    assert counts == sorted(counts)
    assert set(counts) == set(range(11))  # also of an unfinished chunk


def test_a_damaged_chunk_is_left_out_and_counted(tmp_path):
    from zlib import crc32

    good, bad = _message(7, 1, b"good"), _message(7, 2, b"bad!")
    path = _write(tmp_path, START + _chunk(good, "", crc32(good)) + _chunk(bad, "", crc32(good)) + _chunk(good) + END)
    assert _data(path) == [b"good", b"good"]
    assert index_file(path, TYPES).damage == "1 damaged chunks are lost"
    path = _write(tmp_path, START + _chunk(bad, "zstd", 0, b"no zstd") + _chunk(bad, "brotli") + _chunk(good) + END)
    assert index_file(path, TYPES).damage == "2 damaged chunks are lost"


@pytest.mark.parametrize(
    "tail", [bytes(5000), _record(5, b"short"), _record(4, b"\1"), struct.pack("<BQ", 6, 2**62), b"\xff" * 100]
)
def test_nonsense_ends_the_reading_not_the_program(tmp_path, tail):
    path = _write(tmp_path, START + _message(7, 1, b"one") + tail)
    assert _data(path) == [b"one"]
    assert index_file(path, TYPES).damage


@pytest.mark.parametrize("content", [b"", b"\x89MCA", b"PK\3\4" + bytes(100)])
def test_what_is_no_mcap_is_refused_with_its_name(tmp_path, content):
    with pytest.raises(InvalidDemonstration, match=rf"x\.mcap: not an MCAP file \({len(content)} bytes\)"):
        index_file(_write(tmp_path, content), TYPES)


def test_an_image_of_a_compressed_chunk_is_unpacked_once(bag, tmp_path, monkeypatch):
    from vinn_training.demonstrations import bag_mcap

    rng = np.random.default_rng(0)
    for index in range(12):
        bag.image(index * 0.1, rng.integers(0, 256, (300, 400, 3), dtype=np.uint8))
    path = bag.write(tmp_path / "bag", "mcap", "storage") / "bag.mcap"
    refs = index_file(path, TYPES).topics["/image_raw"].refs
    unpacked = []
    original = bag_mcap.unpack_zstd
    monkeypatch.setattr(bag_mcap, "unpack_zstd", lambda data: (unpacked.append(1), original(data))[1])
    file = open_file(path)
    for ref in refs:
        file.read(ref.key, 0)
    assert len(unpacked) == len({ref.key[2] for ref in refs}) < len(refs)
