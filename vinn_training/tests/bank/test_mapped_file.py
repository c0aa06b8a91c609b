import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from vinn_training.bank.mapped_file import PageKeeper, map_file
from vinn_training.exceptions import InvalidInput

ARRAYS = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b": np.array([1, 2, 250], dtype=np.uint8),
    "c": np.arange(4, dtype=np.float16),
    "d": np.array([-5], dtype=np.int64),
    "e": np.zeros((0, 3), dtype=np.int32),
}


def test_files_of_the_library_are_read(tmp_path: Path) -> None:
    save_file(ARRAYS, tmp_path / "f", metadata={"x": "y"})
    mapped = map_file(tmp_path / "f", list(ARRAYS))
    assert dict(mapped.metadata) == {"x": "y"}
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(mapped.arrays[name], array)
        assert mapped.arrays[name].dtype == array.dtype


def _file(path: Path, header: object, data: bytes = bytes(24)) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [8, 32]}}, "truncated: .* bytes, its header names"),
        ({"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 20]}}, "gives 20 bytes to an array"),
        ({"a": {"dtype": "F32", "shape": [-2, -3], "data_offsets": [0, 24]}}, "gives 24 bytes"),
        ({"a": {"dtype": "F32", "shape": [1 << 62, 4], "data_offsets": [0, 0]}}, "gives 0 bytes"),
        ({"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [-24, 0]}}, "gives 24 bytes"),
        ({"a": {"dtype": "F9", "shape": [2, 3], "data_offsets": [0, 24]}}, "'F9'"),
        ({"a": {"dtype": "F32", "shape": [2, 3]}}, "data_offsets"),
        ({"b": {}}, "'a'"),
        ([1], "cannot be used"),
        (b"{not json", "cannot be used"),
    ],
)
def test_headers_that_lie_are_refused(tmp_path: Path, header: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        map_file(_file(tmp_path / "f", header), ["a"])


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"12345", struct.pack("<Q", 1 << 60) + b"{}", b"\x80\x04cos\nsystem\n(S'false'\ntR."):
        (tmp_path / "f").write_bytes(data)
        with pytest.raises(InvalidInput, match="no safetensors file, or truncated"):
            map_file(tmp_path / "f", ["a"])


def test_pages_are_let_go_and_come_back(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(5000, 1024)).astype(np.float32)
    save_file({"a": rows}, tmp_path / "f")
    mapped = np.asarray(map_file(tmp_path / "f", ["a"]).arrays["a"])
    keeper = PageKeeper(mapped, every=2)
    resident = []
    for _ in range(2):
        np.testing.assert_array_equal(mapped[::100], rows[::100])
        resident.append(_mapped_kib())
        keeper.count()
    resident.append(_mapped_kib())
    assert resident[1] - resident[2] >= 4 * 50  # fifty rows of one page each, at least
    np.testing.assert_array_equal(mapped[::100], rows[::100])
    PageKeeper(rows, every=1).count()  # of no effect


def _mapped_kib() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("/proc/self/status, which tells what is in memory, is not on this system")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("RssFile"))
