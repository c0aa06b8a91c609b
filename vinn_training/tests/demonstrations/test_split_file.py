import json
from pathlib import Path

import pytest

from vinn_training.demonstrations.split_file import SplitNames, read_split, split_path, write_split
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

SPLIT = SplitNames(("a", "b"), ("c",), seed=3, test_fraction=0.25)


def test_round_trip(tmp_path: Path) -> None:
    path = split_path(tmp_path)
    assert path == tmp_path / "splits.json"
    write_split(path, SPLIT)
    assert read_split(path) == SPLIT
    content = json.loads(path.read_text())
    assert content == {"version": 1, "training": ["a", "b"], "test": ["c"], "seed": 3, "test_fraction": 0.25}
    assert list(tmp_path.iterdir()) == [path]


def test_split_of_one_file_stands_beside_it(tmp_path: Path) -> None:
    (tmp_path / "demo.hdf5").touch()
    assert split_path(tmp_path / "demo.hdf5") == tmp_path / "demo.hdf5.splits.json"


@pytest.mark.parametrize(
    ("training", "test", "words"),
    [(("a", "b"), ("b",), "names b more than once"), (("a", "a"), ("b",), "names a more"), (("a",), (), "0 to test")],
)
def test_what_is_no_split_is_refused(training: tuple, test: tuple, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        SplitNames(training, test)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "JSON|Expecting"),
        ("[]", "version is None"),
        ('{"version": 2}', "version is 2; this program reads 1"),
        ('{"version": 1, "training": "a", "test": ["b"]}', "training is 'a'; expected a list"),
        ('{"version": 1, "training": ["a"], "test": ["b"], "seed": "x"}', "seed is 'x'"),
    ],
)
def test_broken_files_are_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "splits.json").write_text(text)
    with pytest.raises(InvalidDemonstration, match=words) as caught:
        read_split(tmp_path / "splits.json")
    assert "splits.json" in str(caught.value)


def test_missing_and_unwritable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidDemonstration, match=r"splits\.json: no such file; make it with"):
        read_split(tmp_path / "splits.json")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_split(tmp_path / "nowhere" / "splits.json", SPLIT)


def test_a_split_of_other_data_is_refused() -> None:
    SPLIT.check_covers(["a", "b", "c"])
    SPLIT.check_covers(["a", "c"], rejected=["b"])
    with pytest.raises(InvalidInput, match=r"1 on neither side \(first: d\)"):
        SPLIT.check_covers(["a", "b", "c", "d"])
    with pytest.raises(InvalidInput, match=r"1 named but not there \(first: b\)"):
        SPLIT.check_covers(["a", "c"])
