import csv
from pathlib import Path

import pytest

from vinn_training.evaluation.result_files import read_json, write_csv, write_json
from vinn_training.exceptions import InvalidInput


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "a.json", {"x": [1, None, "é"]})
    assert read_json(tmp_path / "new" / "a.json") == {"x": [1, None, "é"]}
    write_csv(tmp_path / "a.csv", [{"name": "a,b", "value": 1.5}, {"name": "c", "value": None}])
    with (tmp_path / "a.csv").open(newline="") as file:
        assert list(csv.DictReader(file)) == [{"name": "a,b", "value": "1.5"}, {"name": "c", "value": ""}]


def test_mistakes_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"a\.csv: no rows"):
        write_csv(tmp_path / "a.csv", [])
    with pytest.raises(InvalidInput, match="differ in their columns"):
        write_csv(tmp_path / "a.csv", [{"x": 1}, {"y": 2}])
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InvalidInput, match="choose another --output"):
        write_json(tmp_path / "file" / "a.json", {})
    with pytest.raises(InvalidInput, match="cannot be read as JSON"):
        read_json(tmp_path / "file")
