import csv
import json
from pathlib import Path

import pytest

from vinn_training.cli import bench
from vinn_training.cli.main import main
from vinn_training.evaluation import bench_suite
from vinn_training.evaluation.bench_suite import Measurement
from vinn_training.evaluation.benchmark import Row

ROW = {"row": "fast", "ours": 1.0, "peer": 3.0, "peer_name": "a peer", "ratio": 3.0, "unit": "ms", "repetitions": 1,
       "spread": {"ours": [1.0, 1.0], "peer": [3.0, 3.0]}}  # fmt: skip


@pytest.fixture
def measurements(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {
        "fast": Measurement("vinn_training.evaluation.benchmark", "Row", ROW),
        "missing": Measurement("not_a_package_of_anybody", "row", {}),
    }
    monkeypatch.setattr(bench_suite, "MEASUREMENTS", chosen)


def test_one_command_leaves_table_csv_and_json(measurements: None, tmp_path: Path, capsys) -> None:
    assert main(["bench", "--quick", "--rows", "fast", "-o", str(tmp_path)]) == 0
    content = json.loads((tmp_path / "bench.json").read_text())
    assert [row["row"] for row in content["rows"]] == ["fast"]
    assert {"row", "ours", "peer", "peer_name", "ratio", "unit", "repetitions", "spread"} <= set(content["rows"][0])
    assert {"cpu", "cores", "load_at_start", "load_at_end", "packages"} <= set(content["machine"])
    (line,) = csv.DictReader((tmp_path / "bench.csv").open())
    assert (line["row"], line["ours"], line["peer"], line["ratio"]) == ("fast", "1.0", "3.0", "3.0")
    table = (tmp_path / "bench.md").read_text()
    assert "| fast | 1 ms | 3 ms (a peer) | 3 | 1 |" in table
    assert capsys.readouterr().out == table


def test_a_row_that_cannot_be_measured_is_in_the_table_and_in_the_exit_status(
    measurements: None, tmp_path: Path, capsys
) -> None:
    assert main(["bench", "--quick", "-o", str(tmp_path)]) == bench.EXIT_INCOMPLETE
    captured = capsys.readouterr()
    assert "| fast | 1 ms |" in captured.out
    assert "| missing | not measured: No module named 'not_a_package_of_anybody'" in captured.out
    assert "missing was not measured" in captured.err
    rows = json.loads((tmp_path / "bench.json").read_text())["rows"]
    assert [bool(row["error"]) for row in rows] == [False, True]


def test_mistakes_are_one_line(tmp_path: Path, capsys) -> None:
    assert main(["bench", "--rows", "serach", "-o", str(tmp_path)]) == 2
    assert "unknown row 'serach'; expected some of: encode," in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert main(["bench", "--scaling", "--sizes", "3", "-o", str(tmp_path)]) == 2
    assert "bank sizes are [3]; expected one or more of at least 10 rows" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["bench", "--scaling", "--sizes", "-1", "-o", str(tmp_path / "file")]) == 2


def test_rows_of_another_program_are_written_with_the_others(tmp_path: Path) -> None:
    """As `make bench` does with what it measures over DDS."""
    alone = Row("image_to_command", {"p50": 20.0, "p99": 40.0}, None, "", None, "ms", 100, {"ours": [1.0, 2.0]})
    bench.write([Row(**ROW), alone], tmp_path)
    content = json.loads((tmp_path / "bench.json").read_text())
    assert content["rows"][1]["ours"] == {"p50": 20.0, "p99": 40.0}


def test_scaling_leaves_points_tables_and_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    pytest.importorskip("matplotlib")
    from vinn_training.evaluation.scaling_banks import BankPoint
    from vinn_training.evaluation.scaling_demonstrations import DemonstrationPoint

    points = [BankPoint("exact", rows, 0.0, 0.1, 1.0, 2.0, 50.0, 40.0, 1.0, 50) for rows in (100, 1_000)]
    monkeypatch.setattr(bench, "bank_points", lambda *_: iter(points))
    monkeypatch.setattr(bench, "planned", lambda sizes, kinds: [(rows, "exact") for rows in sizes])
    monkeypatch.setattr(
        bench, "demonstration_points", lambda *_: iter([DemonstrationPoint(10, 600, 7.0, 600, 0.1, 1.0, 20.0, 10.0)])
    )
    assert main(["bench", "--scaling", "--sizes", "100", "1000", "-o", str(tmp_path)]) == 0
    assert "| 1,000 | exact | 1 ms |" in capsys.readouterr().out
    content = json.loads((tmp_path / "scaling.json").read_text())
    assert [point["rows"] for point in content["banks"]] == [100, 1_000]
    assert content["demonstrations"][0]["build_s"] == 7.0
    assert (tmp_path / "scaling.png").read_bytes().startswith(b"\x89PNG")
    assert len((tmp_path / "scaling_banks.csv").read_text().splitlines()) == 3
    assert main(["bench", "--scaling", "--sizes", "100", "1000", "5000", "-o", str(tmp_path)]) == bench.EXIT_INCOMPLETE
