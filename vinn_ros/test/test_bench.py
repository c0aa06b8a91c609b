from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "latency"))

from measurements import measurement

from vinn_ros import bench
from vinn_ros.bench import BenchConfig, path_rows
from vinn_training.exceptions import InvalidInput


def test_the_ways_are_rows_beside_the_one_with_a_process_for_each_node():
    first, composed = path_rows(
        {"image_to_command": measurement((20.0,) * 3), "image_to_command/composed": measurement((10.0,) * 3)}
    )
    assert (first.row, first.ours, first.peer, first.ratio) == (
        "image_to_command",
        {"p50": 20.0, "p99": 20.0},
        None,
        None,
    )
    assert (composed.peer, composed.ratio, composed.unit, composed.repetitions) == (20.0, 2.0, "ms", 3)
    assert composed.busy_elsewhere == 0.5


def test_a_way_without_commands_is_a_row_that_says_so():
    (row,) = path_rows({"image_to_command": measurement(())})
    assert row.ours is None
    assert "no command" in row.error


def test_all_is_written_and_the_exit_status_tells_a_row_that_is_missing(tmp_path, monkeypatch, capsys):
    measured = {"image_to_command": measurement()}
    monkeypatch.setattr(bench, "measure_paths", lambda *_: measured)
    config = BenchConfig(output=tmp_path, bundle=tmp_path, only_path=True)
    assert bench.run(config, print) == 0
    content = json.loads((tmp_path / "path.json").read_text())
    assert content["ways"]["image_to_command"]["counts"]["unaccounted_total"] == 0
    assert content["machine"]["cores"] > 0
    assert (tmp_path / "path.md").read_text() in capsys.readouterr().out
    rows = json.loads((tmp_path / "bench.json").read_text())["rows"]
    assert [row["row"] for row in rows] == ["image_to_command"]
    measured["image_to_command/composed"] = measurement(())
    assert bench.run(config, print) == 1


def test_a_bundle_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InvalidInput, match="no directory; expected one made by `vinn bank`"):
        bench.run(BenchConfig(output=tmp_path, bundle=tmp_path / "none"), print)
    command = [sys.executable, "-m", "vinn_ros.bench", "--bundle", "/nowhere", "-o", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 2
    assert "error: --bundle is '/nowhere', no directory" in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
