from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

from vinn_training.cli.main import main
from vinn_training.evaluation.result_files import write_json


def test_what_is_there_becomes_a_page(tmp_path: Path, capsys) -> None:
    point = {"task": "door", "method": "vinn", "demonstrations": 1, "seeds": 1, "mse": 0.5, "mse_std": 0.0}
    write_json(tmp_path / "data_efficiency.json", {"points": [point]})
    assert main(["report", str(tmp_path), "--title", "Doors & more"]) == 0
    page = (tmp_path / "report.html").read_text()
    assert "<title>Doors &amp; more</title>" in page
    assert "Figure 4" in page
    assert "Figure 6" not in page
    assert "report.html" in capsys.readouterr().out


def test_a_folder_without_results_is_one_line(tmp_path: Path, capsys) -> None:
    assert main(["report", str(tmp_path)]) == 2
    assert "holds no results" in capsys.readouterr().err
    (tmp_path / "sweep.json").write_text("{broken")
    assert main(["report", str(tmp_path)]) == 2
    assert "cannot be read as JSON" in " ".join(capsys.readouterr().err.split())
