from pathlib import Path

import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.exceptions import InvalidInput

GOOD = {
    "embeddings": np.arange(6, dtype=np.float32).reshape(3, 2),
    "directions": np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=np.float32),
    "gripper": np.array([0, 0.5, 1], dtype=np.float32),
    "demonstration": np.array([0, 0, 1]),
    "frame": np.array([0, 1, 0]),
    "demonstration_names": ("a", "b"),
    "encoder_id": "e",
}


def test_arrays_are_copied_read_only_and_contiguous() -> None:
    embeddings = np.asfortranarray(GOOD["embeddings"])
    bank = Bank(**{**GOOD, "embeddings": embeddings})
    embeddings[0, 0] = 99
    assert bank.embeddings[0, 0] == 0
    assert bank.embeddings.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        bank.embeddings[0, 0] = 1
    assert (len(bank), bank.embedding_size) == (3, 2)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("embeddings", np.zeros((0, 2)), "neither zero"),
        ("embeddings", np.zeros(3), "neither zero"),
        ("embeddings", np.array([[0, 1], [np.nan, 1], [0, 0]]), "embeddings holds NaN.*row 1"),
        ("directions", np.zeros((2, 3)), r"directions has shape \(2, 3\)"),
        ("directions", np.array([[1, 0, 0], [2, 0, 0], [0, 0, 0]]), "row 1 has length 2"),
        ("gripper", np.array([0, 0, 1.5]), r"gripper spans 0\.0 to 1\.5"),
        ("gripper", np.array([0, 0, np.inf]), "gripper holds NaN or infinity"),
        ("demonstration", np.array([0, 0, 2]), "indices"),
        ("demonstration", np.array([0, 0, -1]), "indices"),
        ("frame", np.array([0, -1, 1]), "indices"),
        ("demonstration_names", ("a", "a"), "not all different"),
        ("disabled", ("c",), "no demonstration 'c'.*it has: a, b"),
        ("disabled", ("a", "b"), "at least one"),
    ],
)
def test_what_must_not_drive_a_robot_is_refused(name: str, value: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Bank(**{**GOOD, name: value})


def test_id_covers_everything() -> None:
    variants = [
        Bank(**GOOD),
        Bank(**{**GOOD, "embeddings": GOOD["embeddings"] + np.float32(1e-3)}),
        Bank(**{**GOOD, "directions": GOOD["directions"][[1, 0, 2]]}),
        Bank(**{**GOOD, "gripper": np.array([0, 0.5, 0.9])}),
        Bank(**{**GOOD, "demonstration": np.array([0, 1, 1])}),
        Bank(**{**GOOD, "frame": np.array([0, 1, 1])}),
        Bank(**{**GOOD, "demonstration_names": ("a", "c")}),
        Bank(**{**GOOD, "encoder_id": "f"}),
        Bank(**{**GOOD, "embeddings": GOOD["embeddings"].astype(np.float16)}),
        Bank(**{**GOOD, "disabled": ("a",)}),
        Bank(**{**GOOD, "disabled": ("b",)}),
    ]
    assert len({bank.bank_id for bank in variants}) == len(variants)
    assert Bank(**GOOD).bank_id == variants[0].bank_id


def test_disabled_rows_are_kept_but_not_answered() -> None:
    bank = Bank(**GOOD)
    assert bank.keep is None
    other = bank.with_disabled(["b"])
    assert other.keep is not None
    np.testing.assert_array_equal(other.keep.mask, [True, True, False])
    assert (len(other), other.rows_id) == (3, bank.bank_id)
    assert other.with_disabled([]).bank_id == bank.bank_id


def test_a_mapped_array_is_not_copied(tmp_path: Path) -> None:
    np.arange(6, dtype=np.float32).tofile(tmp_path / "rows")
    rows = np.memmap(tmp_path / "rows", dtype=np.float32, mode="r", shape=(3, 2))
    assert Bank(**{**GOOD, "embeddings": rows}).embeddings is rows
    assert Bank(**{**GOOD, "embeddings": rows}).bank_id == Bank(**GOOD).bank_id
