import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.cli.main import main


def test_a_line_for_every_size(dataset: Path, tmp_path: Path, capsys) -> None:
    command = ["data-efficiency", str(dataset), "-o", str(tmp_path / "out"), "--methods", "open-loop", "random",
               "--sizes", "1", "0", "--seeds", "0", "1", "--folds", "3"]  # fmt: skip
    assert main(command) == 0
    points = json.loads((tmp_path / "out" / "data_efficiency.json").read_text())["points"]
    assert [(point["method"], point["demonstrations"], point["seeds"]) for point in points] == [
        ("open-loop", 1, 2), ("open-loop", 2, 2), ("random", 1, 2), ("random", 2, 2),
    ]  # fmt: skip
    assert points[0]["mse"] == pytest.approx(0.0, abs=1e-9)  # every label of this data set is forward
    assert points[2]["mse"] > 0.2
    assert "open loop" in capsys.readouterr().out


def test_mistakes_are_one_line(dataset: Path, tmp_path: Path, capsys) -> None:
    base = ["data-efficiency", str(dataset), "-o", str(tmp_path / "out"), "--folds", "3"]
    assert main([*base, "--methods", "open-loop", "--sizes", "9"]) == 2
    assert "9 demonstrations or more were asked for; there are 2 to learn from" in capsys.readouterr().err
    assert main([*base, "--methods", "vinn"]) == 2
    assert "--encoders.byol" in capsys.readouterr().err
