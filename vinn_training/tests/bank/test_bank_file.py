from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from vinn_training.bank import mapped_file
from vinn_training.bank.bank import Bank
from vinn_training.bank.bank_file import check_embeddings, read_bank_file, write_bank_file
from vinn_training.exceptions import InvalidInput

from .conftest import episode_bank


@pytest.fixture
def bank() -> Bank:
    return episode_bank(episodes=30)  # 1200 rows: three blocks


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_the_library_reads_what_is_written(tmp_path: Path, bank: Bank, kind: type) -> None:
    bank = replace(bank, embeddings=bank.embeddings.astype(kind))
    write_bank_file(tmp_path / "bank", bank)
    with safe_open(tmp_path / "bank", framework="numpy") as file:
        names = set(file.keys())
        assert names == {"embeddings", "directions", "gripper", "demonstration", "frame"}
        for name in names:
            np.testing.assert_array_equal(file.get_tensor(name), getattr(bank, name))
    loaded = read_bank_file(tmp_path / "bank")
    assert (loaded.bank_id, loaded.embeddings.dtype) == (bank.bank_id, kind)


def _change(path: Path, row: int, value: float) -> None:
    with path.open("r+b") as file:
        header = int.from_bytes(file.read(8), "little")
        file.seek(8 + header + row * 64 * 4)
        file.write(np.float32(value).tobytes())


def test_changed_rows_are_named(tmp_path: Path, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bank_file(tmp_path / "bank", bank)
    _change(tmp_path / "bank", 700, 1e3)
    with pytest.raises(InvalidInput, match="rows 512 to 1023 were changed"):
        read_bank_file(tmp_path / "bank")
    monkeypatch.setattr(mapped_file, "MAPPED_FROM_BYTES", 1)
    with pytest.raises(InvalidInput, match="rows 512 to 1023 were changed"):
        read_bank_file(tmp_path / "bank")


def test_a_mapped_bank_is_checked_in_part_on_load_and_in_full_on_demand(
    tmp_path: Path, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped_file, "MAPPED_FROM_BYTES", 1)
    monkeypatch.setattr("vinn_training.bank.bank_file._CHECKED_BLOCKS", 2)
    write_bank_file(tmp_path / "bank", bank)
    _change(tmp_path / "bank", 700, np.nan)
    mapped = read_bank_file(tmp_path / "bank")
    assert isinstance(mapped.embeddings, np.memmap)
    with pytest.raises(InvalidInput, match="rows 512 to 1023 were changed"):
        check_embeddings(mapped)


def test_labels_are_bound_to_the_fingerprint(tmp_path: Path, bank: Bank) -> None:
    write_bank_file(tmp_path / "bank", bank)
    _change(tmp_path / "bank", len(bank), 0.0)  # the first direction's first number is 0 already
    assert read_bank_file(tmp_path / "bank").bank_id == bank.bank_id
    with (tmp_path / "bank").open("r+b") as file:
        file.seek(-4, 2)
        file.write(np.int32(7).tobytes())  # another frame number
    assert read_bank_file(tmp_path / "bank").bank_id != bank.bank_id


def test_too_few_digests_are_refused(bank: Bank) -> None:
    with pytest.raises(InvalidInput, match="1 digests for 3 blocks"):
        check_embeddings(replace(bank, known_digests=("0",)))
